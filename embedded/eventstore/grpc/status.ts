/** The gRPC status codes this server answers with (numbers of the gRPC specification). */
export const Status = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

export type StatusCode = (typeof Status)[keyof typeof Status];

/** Response trailers by lower-case name. A trailer with an empty value is left out on the wire. */
export type Trailers = Readonly<Record<string, string>>;

/**
 * An answer other than OK. Thrown by a handler or handed to `Call.fail`; everything else that a
 * handler throws becomes UNKNOWN "Exception was thrown by handler.", as on a real EventStoreDB.
 */
export class GrpcError extends Error {
  readonly code: StatusCode;
  readonly trailers: Trailers;

  constructor(code: StatusCode, message: string, trailers: Trailers = {}) {
    super(message);
    this.name = 'GrpcError';
    this.code = code;
    this.trailers = trailers;
  }
}

/** What a real EventStoreDB answers to input that its handlers choke on. */
export const handlerFailure = (): GrpcError =>
  new GrpcError(Status.unknown, 'Exception was thrown by handler.');

/** A request that leaves out, or contradicts, something that it must say. */
export const invalidArgument = (message: string): GrpcError =>
  new GrpcError(Status.invalidArgument, message);
