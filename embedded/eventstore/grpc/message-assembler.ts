import { RequestMemory } from './request-memory.ts';
import { GrpcError, Status } from './status.ts';

/** Bytes before each message: a compression flag and a big-endian length (gRPC over HTTP/2). */
export const FRAME_HEADER_BYTES = 5;

/** Cuts the body of a call into its length-prefixed messages. */
export class MessageAssembler {
  private readonly maxMessageBytes: number;
  private readonly memory: RequestMemory;
  private chunks: Buffer[] = [];
  private held = 0;

  constructor(maxMessageBytes: number, memory: RequestMemory = new RequestMemory()) {
    this.maxMessageBytes = maxMessageBytes;
    this.memory = memory;
  }

  /** True when bytes of an unfinished message are waiting for their rest. */
  get isMidMessage(): boolean {
    return this.held > 0;
  }

  /** @throws GrpcError RESOURCE_EXHAUSTED when the connection keeps too much unfinished. */
  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.memory.take(chunk.length);
    this.chunks.push(chunk);
    this.held += chunk.length;
  }

  /**
   * The next whole message, undefined while it is incomplete. The bytes are not copied again.
   * @throws GrpcError RESOURCE_EXHAUSTED for a message over the limit (its body is not awaited),
   * UNIMPLEMENTED for a compressed one.
   */
  take(): Buffer | undefined {
    if (this.held < FRAME_HEADER_BYTES) return undefined;
    const header = this.front(FRAME_HEADER_BYTES);
    const length = header.readUInt32BE(1);
    if (length > this.maxMessageBytes)
      throw new GrpcError(
        Status.resourceExhausted,
        'Received message exceeds the maximum configured message size.',
      );
    if (header[0] !== 0)
      throw new GrpcError(Status.unimplemented, 'Compressed messages are not supported.');
    const total = FRAME_HEADER_BYTES + length;
    if (this.held < total) return undefined;
    const first = this.front(total);
    this.chunks[0] = first.subarray(total);
    if (this.chunks[0].length === 0) this.chunks.shift();
    this.held -= total;
    this.memory.release(total);
    return first.subarray(FRAME_HEADER_BYTES, total);
  }

  /** Forgets what is there: the call is over. */
  discard(): void {
    this.memory.release(this.held);
    this.chunks = [];
    this.held = 0;
  }

  /** The first chunk, joined with its successors if it is shorter than asked for. */
  private front(bytes: number): Buffer {
    const first = this.chunks[0] ?? Buffer.alloc(0);
    if (first.length >= bytes) return first;
    const joined = Buffer.concat(this.chunks);
    this.chunks = [joined];
    return joined;
  }
}

/** Writes the header of a message of so many bytes; gives the offset behind it. */
export function writeFrameHeader(target: Buffer, offset: number, length: number): number {
  target[offset] = 0;
  target.writeUInt32BE(length, offset + 1);
  return offset + FRAME_HEADER_BYTES;
}
