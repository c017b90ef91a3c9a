import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Logger } from '../logger.ts';
import { type RequestLimits, runCall } from './call-runner.ts';
import { Http2Call } from './http2-call.ts';
import { RequestMemory } from './request-memory.ts';
import { ResetGuard } from './reset-guard.ts';
import type { Method, Service } from './service.ts';
import { GrpcError, Status } from './status.ts';

const DEFAULT_MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** A real node allows 100 calls a connection, which clients that forget reads run into; see the README's list. */
const MAX_CONCURRENT_CALLS = 100_000;
/** As the real node announces it: room for a request message before the first window update. */
const INITIAL_WINDOW_BYTES = 786_432;
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;
const MAX_HEADER_LIST_BYTES = 32_768;
/** Megabytes of buffers and stream state one connection may take before new calls are refused. */
const MAX_SESSION_MEMORY_MB = 512;

interface Route {
  readonly method: Method;
  readonly maxRequestBytes: number;
}

/** What is counted for each connection. */
interface ConnectionLimits {
  readonly memory: RequestMemory;
  readonly resets: ResetGuard;
}

/** Routes calls that arrive on HTTP/2 connections to the methods of the services. */
export class GrpcServer {
  private readonly http2: Http2Server;
  private readonly routes = new Map<string, Route>();
  private readonly calls = new Set<Http2Call>();
  private readonly sessions = new Map<ServerHttp2Session, ConnectionLimits>();
  private readonly logger: Logger;
  private stopping = false;

  constructor(services: readonly Service[], logger: Logger) {
    this.logger = logger;
    for (const service of services) this.register(service);
    this.http2 = createServer({
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
      settings: {
        maxConcurrentStreams: MAX_CONCURRENT_CALLS,
        initialWindowSize: INITIAL_WINDOW_BYTES,
        maxHeaderListSize: MAX_HEADER_LIST_BYTES,
        enablePush: false,
      },
    });
    this.http2.on('session', (session) => this.sessionOpened(session));
    this.http2.on('stream', (stream, headers) => this.callOpened(stream, headers));
    this.http2.on('sessionError', () => undefined);
  }

  /** Takes over a connection that speaks HTTP/2. */
  accept(socket: Socket): void {
    this.http2.emit('connection', socket);
  }

  /** Ends all calls with UNAVAILABLE and closes the connections once that is said. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    for (const call of [...this.calls])
      call.fail(new GrpcError(Status.unavailable, 'Server Is Not Ready'));
    const closed = [...this.sessions.keys()].map(
      (session) => new Promise<void>((resolve) => session.close(resolve)),
    );
    const grace = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([Promise.all(closed), grace]);
    for (const session of this.sessions.keys()) session.destroy();
  }

  private register(service: Service): void {
    const maxRequestBytes = service.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES;
    for (const [name, method] of Object.entries(service.methods))
      this.routes.set(`/${service.name}/${name}`.toLowerCase(), { method, maxRequestBytes });
  }

  private sessionOpened(session: ServerHttp2Session): void {
    const resets = new ResetGuard(() => {
      if (!session.destroyed) session.goaway();
    });
    this.sessions.set(session, { memory: new RequestMemory(), resets });
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.once('close', () => {
      resets.stop();
      this.sessions.delete(session);
    });
    session.on('error', () => session.destroy());
  }

  private callOpened(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => undefined);
    const resets = this.sessions.get(stream.session as ServerHttp2Session)?.resets;
    resets?.callOpened();
    stream.once('close', () => {
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) resets?.callReset();
    });
    if (!/^application\/grpc(\+|;|$)/i.test(headers['content-type'] ?? '')) {
      stream.respond({ ':status': 415, 'grpc-status': '13' }, { endStream: true });
      stream.close();
      return;
    }
    const call = new Http2Call(stream, headers);
    this.calls.add(call);
    call.onClose(() => this.calls.delete(call));
    const route = this.routes.get(String(headers[':path']).toLowerCase());
    if (this.stopping) call.fail(new GrpcError(Status.unavailable, 'Server Is Not Ready'));
    else if (!route) call.fail(unimplemented(String(headers[':path']), this.routes));
    else runCall(route.method, this.limitsOf(route, stream), stream, call, this.logger);
  }

  private limitsOf({ maxRequestBytes }: Route, { session }: ServerHttp2Stream): RequestLimits {
    const limits = this.sessions.get(session as ServerHttp2Session);
    return { maxRequestBytes, memory: limits?.memory ?? new RequestMemory() };
  }
}

function unimplemented(path: string, routes: ReadonlyMap<string, Route>): GrpcError {
  const service = path.slice(0, path.lastIndexOf('/') + 1).toLowerCase();
  const known = [...routes.keys()].some((route) => route.startsWith(service));
  return new GrpcError(
    Status.unimplemented,
    known ? 'Method is unimplemented.' : 'Service is unimplemented.',
  );
}
