import { FRAME_HEADER_BYTES, writeFrameHeader } from '../grpc/message-assembler.ts';
import type { EventRecord } from '../streams/event-record.ts';
import type { ResolvedEvent } from '../streams/event-store.ts';
import { ENCODED_ID_BYTES, ENCODED_ID_TEXT_AT } from './recorded-event.ts';
import { streamIdentifier } from './stream-identifier.ts';
import { parseUuid, structuredUuid, UUID_TEXT_BYTES } from './uuid.ts';
import { varintSize, WireWriter, writeVarint } from './wire-writer.ts';

export type UuidForm = 'string' | 'structured';

const TAG_EVENT = 0x0a;
const TAG_LINK = 0x12;
const TAG_COMMIT_POSITION = 0x18;
const TAG_READ_EVENT = 0x0a;

/** A position in its encoded form; filter checkpoints may have a prepare part below the commit. */
export interface CheckpointPosition {
  readonly commit: number;
  readonly prepare: number;
}

/**
 * Collects framed `ReadResp` messages in one buffer, to be sent in one write. Event bytes are copied
 * from the log as they are.
 */
export class ReadReplies {
  private bytes = Buffer.allocUnsafe(4096);
  private at = 0;
  private readonly uuids: UuidForm;

  constructor(uuids: UuidForm) {
    this.uuids = uuids;
  }

  get length(): number {
    return this.at;
  }

  /** `event`: commit_position is that of the original record, the link if there is one. */
  event(resolved: ResolvedEvent): void {
    const event = resolved.event && this.encoded(resolved.event);
    const link = resolved.link && this.encoded(resolved.link);
    const position = (resolved.link ?? resolved.event)?.position ?? 0;
    const size =
      (event ? fieldSize(event.length) : 0) +
      (link ? fieldSize(link.length) : 0) +
      1 +
      varintSize(position);
    const message = fieldSize(size);
    this.reserve(FRAME_HEADER_BYTES + message);
    const { bytes } = this;
    let at = writeFrameHeader(bytes, this.at, message);
    bytes[at] = TAG_READ_EVENT;
    at = writeVarint(bytes, at + 1, size);
    if (event) at = writeField(bytes, at, TAG_EVENT, event);
    if (link) at = writeField(bytes, at, TAG_LINK, link);
    bytes[at] = TAG_COMMIT_POSITION;
    this.at = writeVarint(bytes, at + 1, position);
  }

  confirmation(subscriptionId: string): void {
    this.message(new WireWriter(48).message(2, new WireWriter(48).string(1, subscriptionId)));
  }

  checkpoint({ commit, prepare }: CheckpointPosition): void {
    this.message(
      new WireWriter(32).message(3, new WireWriter(24).uint(1, commit).uint(2, prepare)),
    );
  }

  streamNotFound(stream: string): void {
    const content = new WireWriter().message(1, streamIdentifier(stream));
    this.message(new WireWriter().message(4, content));
  }

  firstStreamPosition(revision: number): void {
    this.message(new WireWriter(16).uint(5, revision));
  }

  lastStreamPosition(revision: number): void {
    this.message(new WireWriter(16).uint(6, revision));
  }

  caughtUp(): void {
    this.message(new WireWriter(8).empty(8));
  }

  /** The frames collected so far; collecting starts anew. */
  take(): Buffer {
    const frames = this.bytes.subarray(0, this.at);
    this.bytes = Buffer.allocUnsafe(4096);
    this.at = 0;
    return frames;
  }

  private encoded(record: EventRecord): Buffer {
    return this.uuids === 'string' ? record.encoded : withStructuredId(record.encoded);
  }

  private message(writer: WireWriter): void {
    const message = writer.finish();
    this.reserve(FRAME_HEADER_BYTES + message.length);
    const at = writeFrameHeader(this.bytes, this.at, message.length);
    this.at = at + message.copy(this.bytes, at);
  }

  private reserve(room: number): void {
    if (this.at + room <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + room));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** The encoded event with its id, which comes first, in the structured form. */
export function withStructuredId(encoded: Buffer): Buffer {
  const text = encoded.toString('latin1', ENCODED_ID_TEXT_AT, ENCODED_ID_TEXT_AT + UUID_TEXT_BYTES);
  const id = new WireWriter(40).message(1, structuredUuid(parseUuid(text) ?? new Uint8Array(16)));
  return Buffer.concat([id.finish(), encoded.subarray(ENCODED_ID_BYTES)]);
}

const fieldSize = (length: number): number => 1 + varintSize(length) + length;

function writeField(target: Buffer, offset: number, tag: number, value: Buffer): number {
  target[offset] = tag;
  const at = writeVarint(target, offset + 1, value.length);
  return at + value.copy(target, at);
}
