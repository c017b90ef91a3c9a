import type { ServerHttp2Stream } from 'node:http2';
import type { Logger } from '../logger.ts';
import { MalformedMessage } from '../protocol/wire-reader.ts';
import { parseGrpcTimeout } from './grpc-timeout.ts';
import type { Http2Call } from './http2-call.ts';
import { MessageAssembler } from './message-assembler.ts';
import type { RequestMemory } from './request-memory.ts';
import type { Method, RequestSink } from './service.ts';
import { GrpcError, handlerFailure, Status } from './status.ts';

/** What a call may make the server keep. */
export interface RequestLimits {
  /** Largest message, in bytes. */
  readonly maxRequestBytes: number;
  /** Shared by the calls of one connection. */
  readonly memory: RequestMemory;
}

/** How long the rest of a message may fail to come (milliseconds) before its call is given up. */
const MAX_SILENCE_MS = 60_000;

/** Feeds the requests of one call to its method and turns what is thrown into a status. */
export function runCall(
  method: Method,
  limits: RequestLimits,
  stream: ServerHttp2Stream,
  call: Http2Call,
  logger: Logger,
): void {
  const fail = (cause: unknown): void => call.fail(asGrpcError(cause, logger));
  const honoursDeadline =
    method.kind === 'unary' || (method.kind === 'request-stream' && method.honoursDeadline);
  if (honoursDeadline) armDeadline(call);
  try {
    const sink =
      method.kind === 'request-stream' ? method.open(call) : singleRequest(method, call, fail);
    pump(stream, call, new MessageAssembler(limits.maxRequestBytes, limits.memory), sink, fail);
  } catch (cause) {
    fail(cause);
  }
}

function asGrpcError(cause: unknown, logger: Logger): GrpcError {
  if (cause instanceof GrpcError) return cause;
  if (!(cause instanceof MalformedMessage))
    logger.error({ err: cause }, 'a gRPC handler failed unexpectedly');
  return handlerFailure();
}

function armDeadline(call: Http2Call): void {
  const timeout = parseGrpcTimeout(call.headers['grpc-timeout']);
  if (timeout === undefined) return;
  const timer = setTimeout(() => {
    call.fail(new GrpcError(Status.deadlineExceeded, 'Deadline Exceeded'));
    setImmediate(() => call.reset());
  }, timeout);
  call.onClose(() => clearTimeout(timer));
}

/** Unary and server-streaming methods take exactly one request. */
function singleRequest(
  method: Exclude<Method, { kind: 'request-stream' }>,
  call: Http2Call,
  fail: (cause: unknown) => void,
): RequestSink {
  let seen = false;
  const reply = (message: Uint8Array): void => {
    call.send(message);
    call.end();
  };
  return {
    message: (request) => {
      if (seen) throw new GrpcError(Status.internal, 'Additional data after the message received.');
      seen = true;
      // The answer is not awaited here: that would pause the stream, which hides its cancellation.
      const answer = method.handle(request, call);
      if (answer instanceof Promise) {
        if (method.kind === 'unary') (answer as Promise<Uint8Array>).then(reply, fail);
        else answer.catch(fail);
      } else if (method.kind === 'unary') reply(answer as Uint8Array);
    },
    halfClosed: () => {
      if (!seen) throw new GrpcError(Status.internal, 'Incomplete message.');
    },
  };
}

function pump(
  stream: ServerHttp2Stream,
  call: Http2Call,
  assembler: MessageAssembler,
  sink: RequestSink,
  fail: (cause: unknown) => void,
): void {
  let busy = false;
  let ended = false;
  let silence: NodeJS.Timeout | undefined;

  /** A message that is begun must go on: what is there of it is kept in memory. */
  const watch = (): void => {
    if (busy || call.closed || !assembler.isMidMessage) {
      clearTimeout(silence);
      silence = undefined;
    } else if (silence === undefined) {
      const text = 'The rest of a message did not come.';
      const giveUp = () => fail(new GrpcError(Status.deadlineExceeded, text));
      silence = setTimeout(giveUp, MAX_SILENCE_MS).unref();
    } else silence.refresh();
  };
  const deliver = (): void => {
    try {
      while (!busy && !call.closed) {
        const message = assembler.take();
        if (message === undefined) break;
        const pending = sink.message(message);
        if (pending) waitFor(pending);
      }
      if (ended && !busy && !call.closed) finish();
    } catch (cause) {
      fail(cause);
    }
  };
  const waitFor = (pending: Promise<void>): void => {
    busy = true;
    stream.pause();
    pending.then(() => {
      busy = false;
      if (!call.closed) stream.resume();
      deliver();
      watch();
    }, fail);
  };
  const finish = (): void => {
    ended = false;
    if (assembler.isMidMessage) throw new GrpcError(Status.internal, 'Incomplete message.');
    const pending = sink.halfClosed();
    if (pending) pending.catch(fail);
  };

  stream.on('data', (chunk: Buffer) => {
    if (call.closed) return;
    try {
      assembler.add(chunk);
    } catch (cause) {
      fail(cause);
      return;
    }
    deliver();
    watch();
  });
  call.onClose(() => {
    clearTimeout(silence);
    assembler.discard();
  });
  stream.once('end', () => {
    ended = true;
    deliver();
  });
}
