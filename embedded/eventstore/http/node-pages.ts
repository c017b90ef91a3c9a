import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Scavenger } from '../scavenge/scavenge.ts';

/** Version that this server presents itself as: clients choose their features by it. */
export const PRESENTED_VERSION = '24.6.0';

const STALLED_REQUEST_MS = 30_000;

/** What the HTTP/1.1 pages and the gossip service say of this node. */
export interface NodeIdentity {
  /** A UUID, new for each start. */
  readonly instanceId: string;
  /** Start time in milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly host: string;
  /** Known once the port is bound. */
  port: number;
}

interface Page {
  readonly status: number;
  readonly body?: unknown;
}

/** The few HTTP/1.1 pages of an EventStoreDB node that tools look at. Everything else is 404. */
export function createNodePages(identity: NodeIdentity, scavenger: Scavenger): Server {
  const server = createServer((request, response) => {
    answer(request, response, pageFor(request, identity, scavenger));
  });
  // Requests that are begun and never finished: the port is shared, so the listener sets no limits.
  server.timeout = STALLED_REQUEST_MS;
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

function pageFor(request: IncomingMessage, identity: NodeIdentity, scavenger: Scavenger): Page {
  const path = (request.url ?? '/').replace(/\?.*$/s, '').toLowerCase();
  if (request.method === 'POST' && path === '/admin/scavenge')
    return { status: 200, body: { scavengeId: scavenger.start().id } };
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: path === '/ping' || path === '/info' || path === '/gossip' ? 405 : 404 };
  switch (path) {
    case '/ping':
      return { status: 200, body: { msgTypeId: 12, text: 'Ping request successfully handled' } };
    case '/info':
      return { status: 200, body: infoOf() };
    case '/gossip':
      return { status: 200, body: gossipOf(identity) };
    case '/health/live':
      return { status: 204 };
    default:
      return { status: 404 };
  }
}

const infoOf = (): unknown => ({
  esVersion: PRESENTED_VERSION,
  state: 'leader',
  features: { projections: false, userManagement: false, atomPub: false },
  authentication: { type: 'insecure', properties: {} },
});

function gossipOf({ instanceId, startedAt, host, port }: NodeIdentity): unknown {
  const member = {
    instanceId,
    timeStamp: new Date(startedAt).toISOString(),
    state: 'Leader',
    isAlive: true,
    httpEndPointIp: host,
    httpEndPointPort: port,
    nodePriority: 0,
    isReadOnlyReplica: false,
  };
  return { members: [member], serverIp: host, serverPort: port };
}

function answer(request: IncomingMessage, response: ServerResponse, page: Page): void {
  request.resume();
  if (page.body === undefined) {
    response.writeHead(page.status).end();
    return;
  }
  const body = JSON.stringify(page.body);
  response.writeHead(page.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
