import type { EventIndex } from '../index/event-index.ts';
import type { EventLog } from './event-log.ts';
import type { Segment } from './segment.ts';
import { StoredRecord } from './stored-record.ts';

/** Records that lie this close together are read at once, with what is between them. */
const MAX_GAP_BYTES = 16 * 1024;
const MAX_SPAN_BYTES = 512 * 1024;
/** The newest records stay in memory: what was just written is what is read most. */
const RECENT_RECORDS = 8192;
const RECENT_BYTES = 8 * 1024 * 1024;

/** Where one record lies (0: nowhere any more); `end` may lie beyond its last byte but not beyond the file's. */
interface Extent {
  readonly ordinal: number;
  readonly segment: Segment;
  readonly start: number;
  readonly end: number;
}

/** Fetches records by ordinal, from memory or with few reads of the files. */
export class RecordReader {
  private readonly index: EventIndex;
  private readonly log: EventLog;
  private readonly recent: (StoredRecord | undefined)[] = new Array(RECENT_RECORDS);
  private recentStart = 0;
  private recentEnd = 0;
  private recentBytes = 0;

  constructor(index: EventIndex, log: EventLog) {
    this.index = index;
    this.log = log;
  }

  /** Keeps records that were just committed; they begin at this ordinal. */
  remember(firstOrdinal: number, records: readonly StoredRecord[]): void {
    if (firstOrdinal !== this.recentEnd) this.recentStart = this.recentEnd = firstOrdinal;
    for (const record of records) {
      this.recent[this.recentEnd++ % RECENT_RECORDS] = record;
      this.recentBytes += record.length;
      while (
        this.recentBytes > RECENT_BYTES ||
        this.recentEnd - this.recentStart > RECENT_RECORDS - 1
      )
        this.forgetOldest();
    }
  }

  /** Bytes that reading the record may take, undefined when a scavenge has taken it out. */
  extentBytes(ordinal: number): number | undefined {
    const { start, end } = this.extent(ordinal);
    return start === 0 ? undefined : end - start;
  }

  /** The records in the order of the ordinals, which must be committed. */
  async read(ordinals: readonly number[]): Promise<StoredRecord[]> {
    const records: StoredRecord[] = new Array(ordinals.length);
    const missing: number[] = [];
    for (let i = 0; i < ordinals.length; i++) {
      const known = this.remembered(ordinals[i] ?? 0);
      if (known) records[i] = known;
      else missing.push(i);
    }
    if (missing.length === 0) return records;
    const extents = missing.map((i) => ({ i, extent: this.extent(ordinals[i] ?? 0) }));
    extents.sort((a, b) => a.extent.ordinal - b.extent.ordinal);
    const reads: Promise<void>[] = [];
    for (let from = 0; from < extents.length; ) {
      const to = spanEnd(extents, from);
      reads.push(readSpan(extents.slice(from, to), records));
      from = to;
    }
    await Promise.all(reads);
    return records;
  }

  private remembered(ordinal: number): StoredRecord | undefined {
    if (ordinal < this.recentStart || ordinal >= this.recentEnd) return undefined;
    return this.recent[ordinal % RECENT_RECORDS];
  }

  private forgetOldest(): void {
    const slot = this.recentStart++ % RECENT_RECORDS;
    this.recentBytes -= this.recent[slot]?.length ?? 0;
    this.recent[slot] = undefined;
  }

  private extent(ordinal: number): Extent {
    const position = this.index.position(ordinal);
    const segmentIndex = this.log.segmentIndexAt(position);
    const segment = this.log.segment(segmentIndex);
    const next = this.log.all[segmentIndex + 1]?.start ?? this.log.end;
    const following =
      ordinal + 1 < this.index.committed ? this.index.position(ordinal + 1) : this.log.end;
    return {
      ordinal,
      segment,
      start: segment.recordOffset(ordinal, position) ?? 0,
      end: segment.recordEnd(ordinal, Math.min(next, following)),
    };
  }
}

interface Wanted {
  /** Where the record goes in the result. */
  readonly i: number;
  readonly extent: Extent;
}

/** How far from `from` on the extents may be read at once. */
function spanEnd(wanted: readonly Wanted[], from: number): number {
  const first = wanted[from]?.extent;
  let previous = first;
  let to = from + 1;
  for (; to < wanted.length; to++) {
    const next = wanted[to]?.extent;
    if (!first || !previous || !next) break;
    const joinable =
      next.segment === first.segment &&
      next.start - previous.end <= MAX_GAP_BYTES &&
      next.end - first.start <= MAX_SPAN_BYTES;
    if (!joinable) break;
    previous = next;
  }
  return to;
}

async function readSpan(wanted: readonly Wanted[], into: StoredRecord[]): Promise<void> {
  const first = wanted[0]?.extent;
  const last = wanted.at(-1)?.extent;
  if (!first || !last) return;
  const bytes = await first.segment.read(first.start, last.end - first.start);
  for (const { i, extent } of wanted) into[i] = new StoredRecord(bytes, extent.start - first.start);
}
