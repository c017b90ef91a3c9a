import {
  CancelledError,
  DeadlineExceededError,
  NotLeaderError,
  StreamNotFoundError,
  TimeoutError,
  UnavailableError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';

/** gRPC status codes of a call that may or may not have had its effect (https://grpc.io/docs/guides/status-codes/). */
const UNDECIDED_CODES: ReadonlySet<number> = new Set([
  1, // CANCELLED
  2, // UNKNOWN
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  10, // ABORTED
  13, // INTERNAL: what grpc-js says when a connection breaks in the middle of a message
  14, // UNAVAILABLE
]);

/** No answer came in time; the client has no timer of its own for batch appends. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  constructor(what: string, ms: number) {
    super(`${what}: no answer within ${ms} ms`);
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/**
 * What a failed call says of its effect. `undecided` calls are repeated: it may have happened or not, or may succeed later.
 * `refused` ones cannot succeed by repeating. Goes by gRPC code where the client gives a bare error without a `type`.
 */
export const kindOfFailure = (
  error: unknown,
): 'conflict' | 'not-found' | 'undecided' | 'refused' => {
  if (error instanceof WrongExpectedVersionError) return 'conflict';
  if (error instanceof StreamNotFoundError) return 'not-found';
  if (
    error instanceof NoAnswerError ||
    error instanceof UnavailableError ||
    error instanceof DeadlineExceededError ||
    error instanceof TimeoutError ||
    error instanceof CancelledError ||
    error instanceof NotLeaderError
  )
    return 'undecided';
  const code = codeOf(error);
  if (typeof code === 'number') return UNDECIDED_CODES.has(code) ? 'undecided' : 'refused';
  // The client's own errors without a code are what the store said no with: a deleted stream, too large an append.
  if (error instanceof Error && 'type' in error && 'code' in error && code === undefined)
    return error instanceof UnknownError ? 'undecided' : 'refused';
  // ECONNREFUSED and the like come with a text for a code; cluster discovery throws plain errors.
  return error instanceof TypeError || error instanceof RangeError ? 'refused' : 'undecided';
};

/** A message for logs; the client's errors carry the server's text. */
export const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
