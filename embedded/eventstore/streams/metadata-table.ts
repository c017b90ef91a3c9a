import type { StoredRecord } from '../log/stored-record.ts';
import { parseStreamMetadata, type StreamMetadata } from './stream-metadata.ts';

/**
 * The metadata of streams, by the number of the metastream. Writers see staged metadata, readers only
 * what is durable.
 */
export class MetadataTable {
  private readonly durable = new Map<number, StreamMetadata>();
  private readonly staged = new Map<number, StreamMetadata | undefined>();
  private readonly waiting: {
    readonly ordinal: number;
    readonly metastream: number;
    readonly metadata: StreamMetadata | undefined;
  }[] = [];

  /** As readers see it; undefined when there is none or it is malformed. */
  committed(metastream: number): StreamMetadata | undefined {
    return this.durable.get(metastream);
  }

  /** As the next decision must see it. */
  current(metastream: number): StreamMetadata | undefined {
    return this.staged.has(metastream) ? this.staged.get(metastream) : this.durable.get(metastream);
  }

  /** A record of a metastream was staged. */
  stage(metastream: number, ordinal: number, record: StoredRecord): void {
    const metadata = metadataOf(record);
    this.staged.set(metastream, metadata);
    this.waiting.push({ ordinal, metastream, metadata });
  }

  /** What is durable already, found while opening the log; an empty body is none. */
  load(metastream: number, body: Buffer): void {
    this.put(metastream, body.length > 0 ? parseStreamMetadata(body.toString('utf8')) : undefined);
  }

  /** The metastream itself was tombstoned: metadata is fixed as none. */
  stageNone(metastream: number, ordinal: number): void {
    this.staged.set(metastream, undefined);
    this.waiting.push({ ordinal, metastream, metadata: undefined });
  }

  /** All events below this ordinal are durable now. */
  commit(count: number): void {
    let done = 0;
    for (const change of this.waiting) {
      if (change.ordinal >= count) break;
      done++;
      this.put(change.metastream, change.metadata);
    }
    if (done === 0) return;
    this.waiting.splice(0, done);
    if (this.waiting.length === 0) this.staged.clear();
  }

  rollback(): void {
    this.staged.clear();
    this.waiting.length = 0;
  }

  private put(metastream: number, metadata: StreamMetadata | undefined): void {
    if (metadata) this.durable.set(metastream, metadata);
    else this.durable.delete(metastream);
  }
}

/** Whatever its type, an event of a metastream is its stream's metadata if it is flagged JSON. */
const metadataOf = (record: StoredRecord): StreamMetadata | undefined =>
  record.isJson ? parseStreamMetadata(record.data.toString('utf8')) : undefined;
