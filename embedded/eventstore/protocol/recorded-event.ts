import { UUID_TEXT_BYTES, writeUuidText } from './uuid.ts';
import { varintSize, writeVarint } from './wire-writer.ts';

/**
 * Encodes `RecordedEvent`, which is the same message in streams.proto and persistent.proto, once and
 * for all replies: it is what the log stores.
 */
export interface RecordedEventFields {
  readonly id: Uint8Array;
  /** UTF-8. */
  readonly stream: Buffer;
  readonly revision: bigint | number;
  /** Prepare and commit position alike. */
  readonly position: number;
  /** UTF-8. */
  readonly type: Buffer;
  readonly isJson: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly created: number;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
}

/** Where parts lie within the encoded message. */
export interface EncodedParts {
  readonly streamAt: number;
  readonly typeAt: number;
  /** Offset behind the last byte; data are the last bytes before it. */
  readonly end: number;
}

/** The id's field comes first and has always this size. */
export const ENCODED_ID_BYTES = 4 + UUID_TEXT_BYTES;
/** Offset of the id's text in the encoded message. */
export const ENCODED_ID_TEXT_AT = 4;

const TICKS_PER_MILLISECOND = 10_000n;
const TAG = { id: 0x0a, stream: 0x12, revision: 0x18, prepare: 0x20, commit: 0x28 } as const;
const TAG_METADATA_ENTRY = 0x32;
const TAG_CUSTOM_METADATA = 0x3a;
const TAG_DATA = 0x42;
const TAG_KEY = 0x0a;
const TAG_VALUE = 0x12;
const TAG_UUID_STRING = 0x12;
const TAG_STREAM_NAME = 0x1a;

const KEY_TYPE = Buffer.from('type');
const KEY_CREATED = Buffer.from('created');
const KEY_CONTENT_TYPE = Buffer.from('content-type');
const JSON_CONTENT = Buffer.from('application/json');
const BINARY_CONTENT = Buffer.from('application/octet-stream');

const fieldSize = (length: number): number => 1 + varintSize(length) + length;
const entrySize = (key: Buffer, value: Buffer): number =>
  fieldSize(fieldSize(key.length) + fieldSize(value.length));

/** i64max, the revision of a tombstone, as a varint. */
const TOMBSTONE_VARINT = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);

/** The `created` text: 100-ns ticks since the Unix epoch. */
const ticks = (created: number): Buffer =>
  Buffer.from(String(BigInt(created) * TICKS_PER_MILLISECOND));

/** Exact size in bytes of the encoded message. */
export function recordedEventSize(event: RecordedEventFields): number {
  const revision =
    typeof event.revision === 'bigint' ? TOMBSTONE_VARINT.length : varintSize(event.revision);
  const positions = 2 * (1 + varintSize(event.position));
  const metadata =
    entrySize(KEY_TYPE, event.type) +
    entrySize(KEY_CREATED, ticks(event.created)) +
    entrySize(KEY_CONTENT_TYPE, event.isJson ? JSON_CONTENT : BINARY_CONTENT);
  const custom = event.metadata.length > 0 ? fieldSize(event.metadata.length) : 0;
  return (
    ENCODED_ID_BYTES +
    fieldSize(fieldSize(event.stream.length)) +
    1 +
    revision +
    positions +
    metadata +
    custom +
    fieldSize(event.data.length)
  );
}

/** Writes the message at the offset; a bigint revision stands for the tombstone's. */
export function writeRecordedEvent(
  target: Buffer,
  offset: number,
  event: RecordedEventFields,
): EncodedParts {
  let at = offset;
  target[at++] = TAG.id;
  target[at++] = 2 + UUID_TEXT_BYTES;
  target[at++] = TAG_UUID_STRING;
  target[at++] = UUID_TEXT_BYTES;
  writeUuidText(target, at, event.id);
  at += UUID_TEXT_BYTES;
  target[at++] = TAG.stream;
  at = writeVarint(target, at, fieldSize(event.stream.length));
  at = writeField(target, at, TAG_STREAM_NAME, event.stream);
  const streamAt = at - event.stream.length;
  target[at++] = TAG.revision;
  if (typeof event.revision === 'bigint') at += TOMBSTONE_VARINT.copy(target, at);
  else at = writeVarint(target, at, event.revision);
  target[at++] = TAG.prepare;
  at = writeVarint(target, at, event.position);
  target[at++] = TAG.commit;
  at = writeVarint(target, at, event.position);
  at = writeEntry(target, at, KEY_TYPE, event.type);
  const typeAt = at - event.type.length;
  at = writeEntry(target, at, KEY_CREATED, ticks(event.created));
  at = writeEntry(target, at, KEY_CONTENT_TYPE, event.isJson ? JSON_CONTENT : BINARY_CONTENT);
  if (event.metadata.length > 0) at = writeField(target, at, TAG_CUSTOM_METADATA, event.metadata);
  at = writeField(target, at, TAG_DATA, event.data);
  return { streamAt: streamAt - offset, typeAt: typeAt - offset, end: at };
}

function writeField(target: Buffer, offset: number, tag: number, value: Uint8Array): number {
  target[offset] = tag;
  const at = writeVarint(target, offset + 1, value.length);
  target.set(value, at);
  return at + value.length;
}

function writeEntry(target: Buffer, offset: number, key: Buffer, value: Buffer): number {
  target[offset] = TAG_METADATA_ENTRY;
  let at = writeVarint(target, offset + 1, fieldSize(key.length) + fieldSize(value.length));
  at = writeField(target, at, TAG_KEY, key);
  return writeField(target, at, TAG_VALUE, value);
}
