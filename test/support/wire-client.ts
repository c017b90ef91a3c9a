import type { ClientHttp2Stream } from 'node:http2';
import { createRequire } from 'node:module';
import type * as SharedMessages from '@eventstore/db-client/generated/shared_pb.js';
import type * as StreamsMessages from '@eventstore/db-client/generated/streams_pb.js';
import { eventually } from './eventually.ts';
import { framed, type RawGrpc, STREAMS } from './raw-grpc.ts';

const require = createRequire(import.meta.url);
/** The messages as the official client builds and reads them. */
export const Messages: typeof StreamsMessages = require('@eventstore/db-client/generated/streams_pb');
export const Shared: typeof SharedMessages = require('@eventstore/db-client/generated/shared_pb');
export const GoogleEmpty = createRequire(require.resolve('@eventstore/db-client'))(
  'google-protobuf/google/protobuf/empty_pb',
).Empty;

interface Message {
  serializeBinary(): Uint8Array;
}
interface ReplyKind<Reply> {
  deserializeBinary(bytes: Uint8Array): Reply;
}

/** One call over bare HTTP/2: what was sent back, message by message, and how it ended. */
export class WireCall<Reply> {
  readonly replies: Reply[] = [];
  /** `grpc-status` and the trailers of the protocol; undefined while the call goes on. */
  ended: { readonly status: number; readonly trailers: Record<string, string> } | undefined;
  readonly stream: ClientHttp2Stream;
  private received: Buffer = Buffer.alloc(0);

  constructor(
    grpc: RawGrpc,
    method: string,
    kind: ReplyKind<Reply>,
    headers?: Record<string, string>,
  ) {
    this.stream = grpc.open(`${STREAMS}/${method}`, headers);
    const note = (found: Record<string, unknown>): void => {
      if (found['grpc-status'] === undefined) return;
      const own = Object.entries(found).filter(
        ([name]) => /^[a-z]/.test(name) && !TRANSPORT.has(name),
      );
      const trailers = Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
      this.ended = { status: Number(found['grpc-status']), trailers };
    };
    this.stream.on('response', note);
    this.stream.on('trailers', note);
    this.stream.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.take(kind);
    });
  }

  send(message: Message): this {
    this.stream.write(framed(message.serializeBinary()));
    return this;
  }

  halfClose(): this {
    this.stream.end();
    return this;
  }

  /** Waits until so many replies are there. */
  async until(count: number): Promise<readonly Reply[]> {
    await eventually(`${count} replies`, () => this.replies.length >= count);
    return this.replies;
  }

  /** Waits for the end of the call. */
  end(): Promise<{ readonly status: number; readonly trailers: Record<string, string> }> {
    return eventually('the end of the call', () => this.ended);
  }

  cancel(): void {
    this.stream.close(8);
  }

  private take(kind: ReplyKind<Reply>): void {
    while (this.received.length >= 5) {
      const end = 5 + this.received.readUInt32BE(1);
      if (this.received.length < end) return;
      this.replies.push(kind.deserializeBinary(new Uint8Array(this.received.subarray(5, end))));
      this.received = this.received.subarray(end);
    }
  }
}

const TRANSPORT = new Set([
  'content-type',
  'content-length',
  'date',
  'grpc-status',
  'grpc-message',
]);
