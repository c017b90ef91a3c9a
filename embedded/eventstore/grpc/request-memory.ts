import { GrpcError, Status } from './status.ts';

/**
 * Bytes of unfinished requests that one connection may make the server keep: enough for hundreds of
 * calls with an append of the largest size each, too little to fill the memory.
 */
const MAX_UNFINISHED_BYTES = 256 * 1024 * 1024;

/** Counts the bytes that a connection has sent of messages whose end has not come yet. */
export class RequestMemory {
  private readonly limit: number;
  private held = 0;

  constructor(limit: number = MAX_UNFINISHED_BYTES) {
    this.limit = limit;
  }

  /** @throws GrpcError RESOURCE_EXHAUSTED when the connection has sent too much already. */
  take(bytes: number): void {
    if (this.held + bytes > this.limit)
      throw new GrpcError(
        Status.resourceExhausted,
        'Too many unfinished requests on one connection.',
      );
    this.held += bytes;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }
}
