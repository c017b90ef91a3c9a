import { readUuidWords } from '../protocol/uuid.ts';
import { TOMBSTONE_REVISION } from '../streams/event-store.ts';
import { type MetadataBody, type SegmentIndex, TOMBSTONE_MARK } from './segment-index.ts';
import type { StoredRecord } from './stored-record.ts';

const METASTREAM_PREFIX = Buffer.from('$$');
const NO_METADATA = Buffer.alloc(0);
const FIRST_CAPACITY = 1024;

/** Collects the records of one segment, in order, into its index. */
export class SegmentIndexBuilder {
  private readonly names: Buffer[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly metadata = new Map<number, Buffer>();
  private positions = new Float64Array(FIRST_CAPACITY);
  private ids = new Uint32Array(FIRST_CAPACITY * 4);
  private streams = new Uint32Array(FIRST_CAPACITY);
  private revisions = new Uint32Array(FIRST_CAPACITY);
  private offsets = new Uint32Array(FIRST_CAPACITY);
  private count = 0;

  /** @param offset where the record lies in the segment's file */
  add(record: StoredRecord, offset: number): void {
    if (this.count === this.positions.length) this.grow();
    const i = this.count++;
    const tombstone = record.revision === TOMBSTONE_REVISION;
    this.positions[i] = record.position;
    this.revisions[i] = tombstone ? TOMBSTONE_MARK : record.revision;
    this.offsets[i] = offset;
    readUuidWords(record.idBytes, this.ids, i * 4);
    const name = record.streamBytes;
    const stream = this.numberOf(name);
    this.streams[i] = stream;
    if (!name.subarray(0, METASTREAM_PREFIX.length).equals(METASTREAM_PREFIX)) return;
    const isMetadata = record.isJson && !tombstone;
    this.metadata.set(stream, isMetadata ? Buffer.from(record.data) : NO_METADATA);
  }

  /** The index so far. @param coveredTo file offset behind the last record */
  finish(coveredTo: number): SegmentIndex {
    const metadata: MetadataBody[] = [];
    for (const [stream, body] of this.metadata) metadata.push({ stream, body });
    return {
      coveredTo,
      names: this.names,
      positions: this.positions.slice(0, this.count),
      ids: this.ids.slice(0, this.count * 4),
      streams: this.streams.slice(0, this.count),
      revisions: this.revisions.slice(0, this.count),
      offsets: this.offsets.slice(0, this.count),
      metadata,
    };
  }

  private numberOf(name: Buffer): number {
    const key = name.toString('latin1');
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.names.push(Buffer.from(name));
    this.numbers.set(key, this.names.length - 1);
    return this.names.length - 1;
  }

  private grow(): void {
    const larger = <Column extends Float64Array | Uint32Array>(
      column: Column,
      into: Column,
    ): Column => {
      into.set(column);
      return into;
    };
    const capacity = this.positions.length * 2;
    this.positions = larger(this.positions, new Float64Array(capacity));
    this.ids = larger(this.ids, new Uint32Array(capacity * 4));
    this.streams = larger(this.streams, new Uint32Array(capacity));
    this.revisions = larger(this.revisions, new Uint32Array(capacity));
    this.offsets = larger(this.offsets, new Uint32Array(capacity));
  }
}
