import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';

/** How a call ended, or that it had not after a while. */
export interface Outcome {
  readonly httpStatus: number | undefined;
  /** `grpc-status`; undefined when there was none. */
  readonly status: number | undefined;
  readonly message: string | undefined;
  readonly replies: number;
  readonly ended: boolean;
}

/** Puts gRPC's length prefix before a message. */
export function framed(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

export const STREAMS = '/event_store.client.streams.Streams';
export const GROUPS = '/event_store.client.persistent_subscriptions.PersistentSubscriptions';

/** gRPC over bare HTTP/2: sends what no client library would. */
export class RawGrpc {
  readonly session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on('error', () => undefined);
  }

  /** Connects to the server of a connection string. */
  static async to(url: string): Promise<RawGrpc> {
    const address = /^esdb:\/\/([^?/]+)/.exec(url)?.[1];
    const session = connect(`http://${address}`, { peerMaxConcurrentStreams: 20_000 });
    session.setMaxListeners(0);
    await new Promise((resolve, reject) => {
      session.once('connect', resolve);
      session.once('error', reject);
    });
    return new RawGrpc(session);
  }

  /** Opens a call and leaves it open. */
  open(path: string, headers: Record<string, string> = {}): ClientHttp2Stream {
    const stream = this.session.request(
      {
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      },
      { endStream: false },
    );
    stream.on('error', () => undefined);
    return stream;
  }

  /** Sends these bytes, half-closes, and waits for the end, at most so long; then the call is cancelled. */
  call(
    path: string,
    body: Uint8Array,
    options: { readonly headers?: Record<string, string>; readonly waitMs?: number } = {},
  ): Promise<Outcome> {
    const stream = this.open(path, options.headers);
    stream.end(body);
    return outcomeOf(stream, options.waitMs ?? 2000);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.session.once('close', resolve);
      this.session.destroy();
    });
  }
}

/** Waits for the end of a call, at most so many milliseconds; then it is cancelled. */
export function outcomeOf(stream: ClientHttp2Stream, waitMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    let httpStatus: number | undefined;
    let status: string | undefined;
    let message: string | undefined;
    let received = Buffer.alloc(0);
    const note = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] !== undefined) status = String(headers['grpc-status']);
      if (headers['grpc-message'] !== undefined) message = String(headers['grpc-message']);
    };
    const finish = (ended: boolean): void => {
      clearTimeout(timer);
      stream.close(8);
      resolve({
        httpStatus,
        status: status === undefined ? undefined : Number(status),
        message: message === undefined ? undefined : decodeURIComponent(message),
        replies: countMessages(received),
        ended,
      });
    };
    const timer = setTimeout(() => finish(false), waitMs);
    stream.on('response', (headers) => {
      httpStatus = headers[':status'];
      note(headers);
    });
    stream.on('trailers', note);
    stream.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
    stream.once('close', () => finish(true));
  });
}

function countMessages(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt32BE(at + 1)) count++;
  return count;
}
