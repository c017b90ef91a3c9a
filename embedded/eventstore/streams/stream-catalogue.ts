import type { EventIndex } from '../index/event-index.ts';
import type { StreamFacts } from './append-decision.ts';
import type { StreamState } from './event-store.ts';
import type { MetadataTable } from './metadata-table.ts';
import type { StreamMetadata } from './stream-metadata.ts';

const METASTREAM_PREFIX = '$$';

/** Every metastream keeps only its newest event. */
const METASTREAM_METADATA: StreamMetadata = {
  text: '{"$maxCount":1}',
  maxCount: 1,
  maxAgeMs: undefined,
  truncateBefore: 0,
  softDeleted: false,
};

export const isMetastreamName = (stream: string): boolean => stream.startsWith(METASTREAM_PREFIX);
export const metastreamOf = (stream: string): string => `${METASTREAM_PREFIX}${stream}`;

/** Answers what state a stream is in: for decisions with staged writes, for readers without. */
export class StreamCatalogue {
  private readonly index: EventIndex;
  private readonly metadata: MetadataTable;

  constructor(index: EventIndex, metadata: MetadataTable) {
    this.index = index;
    this.metadata = metadata;
  }

  /** The stream's number, -1 when it was never written. */
  numberOf(stream: string): number {
    return this.index.names.find(Buffer.from(stream));
  }

  /** What a decision must know, staged writes included. */
  facts(stream: string): StreamFacts {
    const number = this.numberOf(stream);
    const metastream = this.numberOf(metastreamOf(stream));
    const metadata = this.currentMetadata(stream);
    return {
      tombstoned: this.tombstoneOf(stream, number) >= 0,
      softDeleted: metadata?.softDeleted ?? false,
      last: number < 0 ? -1 : this.index.lastRevision(number),
      hasMetadata: metastream >= 0 && this.index.lastRevision(metastream) >= 0,
    };
  }

  /** The metadata in force for the next decision. */
  currentMetadata(stream: string): StreamMetadata | undefined {
    if (isMetastreamName(stream)) return METASTREAM_METADATA;
    const metastream = this.numberOf(metastreamOf(stream));
    return metastream < 0 ? undefined : this.metadata.current(metastream);
  }

  /** The metadata in force for readers. */
  committedMetadata(stream: string): StreamMetadata | undefined {
    if (isMetastreamName(stream)) return METASTREAM_METADATA;
    const metastream = this.numberOf(metastreamOf(stream));
    return metastream < 0 ? undefined : this.metadata.committed(metastream);
  }

  /** What readers may know. */
  state(stream: string): StreamState {
    const number = this.numberOf(stream);
    const metadata = this.committedMetadata(stream);
    const tombstone = this.tombstoneOf(stream, number);
    const lastRevision = number < 0 ? -1 : this.index.lastCommittedRevision(number);
    const firstRevision = number < 0 ? 0 : this.firstReadable(number, lastRevision, metadata);
    if (tombstone >= 0 && tombstone < this.index.committed)
      return { status: 'tombstoned', lastRevision: Number.MAX_SAFE_INTEGER, firstRevision };
    if (metadata?.softDeleted) return { status: 'soft-deleted', lastRevision, firstRevision };
    return { status: lastRevision < 0 ? 'missing' : 'live', lastRevision, firstRevision };
  }

  /** First revision that `$tb`, `$maxCount` and past scavenges leave. */
  firstReadable(number: number, last: number, metadata: StreamMetadata | undefined): number {
    const byCount = metadata?.maxCount === undefined ? 0 : last - metadata.maxCount + 1;
    const stored = this.index.firstStoredRevision(number);
    return Math.max(stored, byCount, metadata?.truncateBefore ?? 0, 0);
  }

  /** Ordinal of the tombstone that closes the stream, its own or, for a metastream, its stream's. */
  private tombstoneOf(stream: string, number: number): number {
    const own = number < 0 ? -1 : this.index.tombstone(number);
    if (own >= 0 || !isMetastreamName(stream)) return own;
    const subject = this.numberOf(stream.slice(METASTREAM_PREFIX.length));
    return subject < 0 ? -1 : this.index.tombstone(subject);
  }
}
