import { setMaxListeners } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Part } from './platform/lifecycle.ts';

/** Proxies keep connections for 60 s; a server that gives up first answers some of their requests with a reset. */
const KEEP_ALIVE_MS = 75_000;
/** The part's own share of the time to stop; what is left is for hanging up on whoever does not end. */
const GRACE_SHARE = 0.8;

export type HttpPart = Part & { readonly url: () => string };

/** An address that is somebody else's, in words that help. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code = 'cannot-listen';
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new ListenError(`cannot listen on ${host}:${port}: ${error.message}`, { cause: error }),
      ),
    );
    server.listen(port, host, resolve);
  });

/**
 * Serves HTTP. To stop: begins nothing new, ends the event streams, lets what is under way finish, hangs up on the rest.
 * @param stopping aborted first
 * @param over aborted when the time for what was under way has passed
 */
export const httpPart = (options: {
  readonly host: string;
  readonly port: number;
  readonly handler: RequestListener;
  readonly stopping: AbortController;
  readonly over: AbortController;
  readonly stopTimeoutMs: number;
}): HttpPart => {
  const { host, port, stopping, over } = options;
  // Every request under way listens to them, which is no leak.
  setMaxListeners(0, stopping.signal, over.signal);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, options.handler);
  return {
    name: 'HTTP server',
    start: () => listen(server, host, port),
    stop: async () => {
      stopping.abort(new Error('the process is about to stop'));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        over.abort(new Error('the time to stop is over'));
        server.closeAllConnections();
      }, options.stopTimeoutMs * GRACE_SHARE);
      await closed;
      clearTimeout(timer);
      over.abort(new Error('stopped'));
    },
    url: () => {
      const address = server.address() as AddressInfo | null;
      if (!address) throw new Error('the HTTP server is not listening');
      const name = host.includes(':') ? `[${host}]` : host;
      return `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : name}:${address.port}`;
    },
  };
};
