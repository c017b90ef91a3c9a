import { ENCODED_ID_TEXT_AT } from '../protocol/recorded-event.ts';
import { UUID_TEXT_BYTES } from '../protocol/uuid.ts';
import type { EventRecord } from '../streams/event-record.ts';

/**
 * A record in the log: a fixed header, then the encoded `RecordedEvent`, which replies copy as it is.
 * All numbers are little-endian. Offsets of the header's fields:
 */
export const RECORD = {
  /** u32: bytes of the whole record. */
  length: 0,
  /** u32: bit 0 = the event is flagged JSON. */
  flags: 4,
  /** f64: log position (which a scavenged segment can not tell from the file offset). */
  position: 8,
  /** f64: revision, `TOMBSTONE_REVISION` for a tombstone. */
  revision: 16,
  /** f64: milliseconds since the Unix epoch. */
  created: 24,
  /** u32 each: offset within the encoded event, and length, of the stream's name and the type. */
  streamAt: 32,
  streamLength: 36,
  typeAt: 40,
  typeLength: 44,
  /** u32: bytes of the custom metadata, which end where the data's field begins. */
  metadataLength: 48,
  /** u32: bytes of the data, the last ones of the record. */
  dataLength: 52,
  /** Where the encoded event begins. */
  encoded: 56,
} as const;

export const FLAG_JSON = 1;

/** A view on the bytes of a record; holds on to the buffer they were read into. */
export class StoredRecord implements EventRecord {
  private readonly bytes: Buffer;
  private readonly at: number;

  /** The record must lie whole in `bytes` from the offset on. */
  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  get length(): number {
    return this.bytes.readUInt32LE(this.at + RECORD.length);
  }

  get position(): number {
    return this.bytes.readDoubleLE(this.at + RECORD.position);
  }

  get revision(): number {
    return this.bytes.readDoubleLE(this.at + RECORD.revision);
  }

  get created(): number {
    return this.bytes.readDoubleLE(this.at + RECORD.created);
  }

  get isJson(): boolean {
    return (this.bytes.readUInt32LE(this.at + RECORD.flags) & FLAG_JSON) !== 0;
  }

  get stream(): string {
    const name = this.streamBytes;
    return name.toString('utf8');
  }

  /** The stream's name in UTF-8. */
  get streamBytes(): Buffer {
    return this.part(RECORD.streamAt, RECORD.streamLength);
  }

  get type(): string {
    const type = this.part(RECORD.typeAt, RECORD.typeLength);
    return type.toString('utf8');
  }

  get id(): string {
    return this.idBytes.toString('latin1');
  }

  /** The id's text in ASCII. */
  get idBytes(): Buffer {
    const start = this.at + RECORD.encoded + ENCODED_ID_TEXT_AT;
    return this.bytes.subarray(start, start + UUID_TEXT_BYTES);
  }

  get data(): Buffer {
    const end = this.at + this.length;
    return this.bytes.subarray(end - this.bytes.readUInt32LE(this.at + RECORD.dataLength), end);
  }

  get metadata(): Buffer {
    const length = this.bytes.readUInt32LE(this.at + RECORD.metadataLength);
    if (length === 0) return this.bytes.subarray(0, 0);
    const dataLength = this.bytes.readUInt32LE(this.at + RECORD.dataLength);
    const end = this.at + this.length - dataLength - dataHeaderBytes(dataLength);
    return this.bytes.subarray(end - length, end);
  }

  get encoded(): Buffer {
    return this.bytes.subarray(this.at + RECORD.encoded, this.at + this.length);
  }

  /** All bytes of the record, header included. */
  get raw(): Buffer {
    return this.bytes.subarray(this.at, this.at + this.length);
  }

  private part(offsetField: number, lengthField: number): Buffer {
    const start = this.at + RECORD.encoded + this.bytes.readUInt32LE(this.at + offsetField);
    return this.bytes.subarray(start, start + this.bytes.readUInt32LE(this.at + lengthField));
  }
}

/** Bytes of the tag and the length before the data. */
function dataHeaderBytes(dataLength: number): number {
  let size = 2;
  for (let rest = dataLength; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
