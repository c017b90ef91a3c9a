import { parseUuid, structuredUuid } from '../../protocol/uuid.ts';
import { varintSize, WireWriter, writeVarint } from '../../protocol/wire-writer.ts';
import type { EventRecord } from '../../streams/event-record.ts';
import type { DeliveredEvent } from '../delivered-event.ts';

/** Bytes of the length prefix that gRPC puts before each message. */
const FRAME_HEADER_BYTES = 5;

/** Key of a length-delimited field in one byte. */
const key = (field: number): number => field * 8 + 2;

/** `ReadResp` with the confirmation: the first message of a call. */
export const confirmation = (subscriptionId: string): Buffer =>
  new WireWriter().message(2, new WireWriter().string(1, subscriptionId)).finish();

/**
 * `ReadResp` with an event, behind its gRPC length prefix. The stored bytes of the records are
 * copied; what differs from them goes behind, where protobuf lets the later value win.
 */
export function eventFrame(
  { event, link, logPosition }: DeliveredEvent,
  retryCount: number,
  structuredIds: boolean,
): Buffer {
  const eventPart = event && recordedEvent(event, logPosition, structuredIds);
  const linkPart = link && recordedEvent(link, logPosition, structuredIds);
  const tail = new WireWriter(24).uint(3, logPosition).int(5, retryCount).finish();
  const eventBytes = eventPart === undefined ? 0 : partSize(eventPart);
  const linkBytes = linkPart === undefined ? 0 : partSize(linkPart);
  const readEvent = eventBytes + linkBytes + tail.length;
  const message = 1 + varintSize(readEvent) + readEvent;
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + message);
  frame[0] = 0;
  frame.writeUInt32BE(message, 1);
  frame[FRAME_HEADER_BYTES] = key(1);
  let at = writeVarint(frame, FRAME_HEADER_BYTES + 1, readEvent);
  if (eventPart !== undefined) at = writePart(frame, at, 1, eventPart);
  if (linkPart !== undefined) at = writePart(frame, at, 2, linkPart);
  frame.set(tail, at);
  return frame;
}

/** A record's stored bytes, and the fields that override them. */
interface Part {
  readonly stored: Buffer;
  readonly overrides: Buffer;
  readonly size: number;
}

const NOTHING = Buffer.alloc(0);

function recordedEvent(record: EventRecord, position: number, structuredIds: boolean): Part {
  const stored = record.encoded;
  if (!structuredIds && record.position === position)
    return { stored, overrides: NOTHING, size: stored.length };
  const writer = new WireWriter(64);
  const id = structuredIds ? parseUuid(record.id) : undefined;
  if (id !== undefined) writer.message(1, structuredUuid(id));
  if (record.position !== position) writer.uint(4, position).uint(5, position);
  const overrides = writer.finish();
  return { stored, overrides, size: stored.length + overrides.length };
}

const partSize = (part: Part): number => 1 + varintSize(part.size) + part.size;

function writePart(frame: Buffer, offset: number, field: number, part: Part): number {
  frame[offset] = key(field);
  const at = writeVarint(frame, offset + 1, part.size);
  frame.set(part.stored, at);
  frame.set(part.overrides, at + part.stored.length);
  return at + part.size;
}
