import { crc32 } from 'node:zlib';
import {
  type RecordedEventFields,
  recordedEventSize,
  writeRecordedEvent,
} from '../protocol/recorded-event.ts';
import { TOMBSTONE_REVISION } from '../streams/event-store.ts';
import { FLAG_JSON, RECORD, StoredRecord } from './stored-record.ts';

/**
 * A transaction is what is written, found again and cut off as a whole: a header of 16 bytes
 * (magic, bytes of the body, CRC-32 of the body, number of records; u32 little-endian each), then the
 * records.
 */
export const TRANSACTION_HEADER_BYTES = 16;
const MAGIC = 0x3158_5445;
const TOMBSTONE_ON_THE_WIRE = 2n ** 63n - 1n;

/** What goes into one record; the transaction gives position and time. */
export interface RecordToWrite {
  readonly stream: Buffer;
  /** `TOMBSTONE_REVISION` for a tombstone. */
  readonly revision: number;
  readonly id: Uint8Array;
  readonly type: Buffer;
  readonly isJson: boolean;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
}

export interface EncodedTransaction {
  readonly bytes: Buffer;
  readonly records: readonly StoredRecord[];
}

/** Encodes records for the log position `start`; the first record lies one header behind it. */
export function encodeTransaction(
  start: number,
  created: number,
  records: readonly RecordToWrite[],
): EncodedTransaction {
  const fields: RecordedEventFields[] = [];
  let size = TRANSACTION_HEADER_BYTES;
  const offsets: number[] = [];
  for (const record of records) {
    const { stream, id, type, isJson, metadata, data } = record;
    const revision = onTheWire(record.revision);
    const position = start + size;
    const field = { stream, revision, position, id, type, isJson, created, metadata, data };
    offsets.push(size);
    fields.push(field);
    size += RECORD.encoded + recordedEventSize(field);
  }
  const bytes = Buffer.allocUnsafe(size);
  for (const [i, field] of fields.entries()) writeRecord(bytes, offsets[i] ?? 0, field);
  writeHeader(bytes, records.length);
  return { bytes, records: offsets.map((offset) => new StoredRecord(bytes, offset)) };
}

/** Puts records that were stored before into a transaction again; positions stay as they are. */
export function repackTransaction(records: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(TRANSACTION_HEADER_BYTES), ...records]);
  writeHeader(bytes, records.length);
  return bytes;
}

function writeHeader(bytes: Buffer, records: number): void {
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(bytes.length - TRANSACTION_HEADER_BYTES, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(TRANSACTION_HEADER_BYTES)), 8);
  bytes.writeUInt32LE(records, 12);
}

const onTheWire = (revision: number): number | bigint =>
  revision === TOMBSTONE_REVISION ? TOMBSTONE_ON_THE_WIRE : revision;

function writeRecord(bytes: Buffer, at: number, fields: RecordedEventFields): void {
  const parts = writeRecordedEvent(bytes, at + RECORD.encoded, fields);
  const revision = typeof fields.revision === 'bigint' ? TOMBSTONE_REVISION : fields.revision;
  bytes.writeUInt32LE(parts.end - at, at + RECORD.length);
  bytes.writeUInt32LE(fields.isJson ? FLAG_JSON : 0, at + RECORD.flags);
  bytes.writeDoubleLE(fields.position, at + RECORD.position);
  bytes.writeDoubleLE(revision, at + RECORD.revision);
  bytes.writeDoubleLE(fields.created, at + RECORD.created);
  bytes.writeUInt32LE(parts.streamAt, at + RECORD.streamAt);
  bytes.writeUInt32LE(fields.stream.length, at + RECORD.streamLength);
  bytes.writeUInt32LE(parts.typeAt, at + RECORD.typeAt);
  bytes.writeUInt32LE(fields.type.length, at + RECORD.typeLength);
  bytes.writeUInt32LE(fields.metadata.length, at + RECORD.metadataLength);
  bytes.writeUInt32LE(fields.data.length, at + RECORD.dataLength);
}

/** What lies at an offset: a whole transaction, the beginning of one (more bytes are needed), or neither. */
export type FoundTransaction =
  | { readonly kind: 'whole'; readonly end: number; readonly records: number }
  | { readonly kind: 'partial'; readonly bytesNeeded: number }
  | { readonly kind: 'invalid' };

/** Largest body that is believed before its CRC is checked: 16 MiB messages plus their envelopes. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Looks for a transaction at the offset and checks its CRC. */
export function findTransaction(bytes: Buffer, at: number): FoundTransaction {
  if (bytes.length - at < TRANSACTION_HEADER_BYTES)
    return { kind: 'partial', bytesNeeded: TRANSACTION_HEADER_BYTES };
  if (bytes.readUInt32LE(at) !== MAGIC) return { kind: 'invalid' };
  const length = bytes.readUInt32LE(at + 4);
  if (length > MAX_BODY_BYTES) return { kind: 'invalid' };
  const start = at + TRANSACTION_HEADER_BYTES;
  const end = start + length;
  if (end > bytes.length)
    return { kind: 'partial', bytesNeeded: TRANSACTION_HEADER_BYTES + length };
  if (crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(at + 8)) return { kind: 'invalid' };
  return { kind: 'whole', end, records: bytes.readUInt32LE(at + 12) };
}
