/**
 * How a gRPC service plugs into the server: a table of methods, each a function over raw protobuf
 * message bytes. Decode them with `protocol/wire-reader.ts`, build replies with
 * `protocol/wire-writer.ts`. The transport does framing, deadlines, size limits, joined writes and
 * trailers; a handler never sees HTTP/2.
 *
 * Errors: throw (or reject with, or hand to `call.fail`) a `GrpcError` from `status.ts`. Before the
 * first message it becomes a trailers-only answer, afterwards trailers behind what was sent.
 */
import type { IncomingHttpHeaders } from 'node:http2';
import type { GrpcError } from './status.ts';

/** One open call, as its handler sees it. */
export interface Call {
  readonly headers: IncomingHttpHeaders;
  /** Header `connection-name`, when the client gave one. */
  readonly connectionName: string | undefined;
  /** True once the call is over: ended, failed, cancelled by the client, or its connection lost. */
  readonly closed: boolean;
  /** Calls back once when the call is over, at once when it already is. */
  onClose(listener: () => void): void;
  /**
   * Sends one message. Messages of one event-loop turn leave in one write. The bytes must not
   * change afterwards. Answers false when the client does not keep up: await `writable()` then.
   * After the end of the call it does nothing.
   */
  send(message: Uint8Array): boolean;
  /** As `send`, for bytes that already hold any number of length-prefixed gRPC messages. */
  sendFramed(frames: Uint8Array): boolean;
  /** Resolves when more may be sent, or when the call is over: check `closed` after it. */
  writable(): Promise<void>;
  /** Ends the call with status OK, after everything sent so far. */
  end(): void;
  /** Ends the call with this error, after everything sent so far. */
  fail(error: GrpcError): void;
}

/** Takes the requests of a call whose client streams. */
export interface RequestSink {
  /** One request. When it gives a promise, the next request waits for it (back-pressure). */
  message(request: Buffer): void | Promise<void>;
  /** The client has half-closed: no more requests will come. */
  halfClosed(): void | Promise<void>;
}

/** One request, one reply. The call ends with OK after the reply. */
export interface UnaryMethod {
  readonly kind: 'unary';
  handle(request: Buffer, call: Call): Uint8Array | Promise<Uint8Array>;
}

/** One request, any number of replies. The handler ends the call itself (`call.end`). */
export interface ServerStreamMethod {
  readonly kind: 'server-stream';
  handle(request: Buffer, call: Call): void | Promise<void>;
}

/** The client streams: client-streaming and bidirectional methods. The handler ends the call itself. */
export interface RequestStreamMethod {
  readonly kind: 'request-stream';
  /** Called when the call opens, before any request has arrived. */
  open(call: Call): RequestSink;
  /** Whether a `grpc-timeout` header ends the call (a client-streaming method). Default false. */
  readonly honoursDeadline?: boolean;
}

export type Method = UnaryMethod | ServerStreamMethod | RequestStreamMethod;

/** A service as it is registered with the server. */
export interface Service {
  /** Full name, for example `event_store.client.streams.Streams`. Matched without regard to case. */
  readonly name: string;
  /** Methods by their name in the protocol definition, for example `BatchAppend`. */
  readonly methods: Readonly<Record<string, Method>>;
  /** Largest request in bytes; a larger one ends the call with RESOURCE_EXHAUSTED. Default 4 MiB. */
  readonly maxRequestBytes?: number;
}
