import type { EventRecord } from '../../streams/event-record.ts';
import type { DeliveredEvent } from '../delivered-event.ts';
import type { HistoryPage, SourceBatch } from '../engine/source-batch.ts';

/** The source was tombstoned: it can never be read again. */
export class SourceGone extends Error {
  constructor(stream: string) {
    super(`the stream ${stream} is tombstoned`);
    this.name = 'SourceGone';
  }
}

/** What a group reads from: a stream, or `$all`. */
export interface EventSource {
  /**
   * At most `limit` events from the position on, inclusive.
   * @throws SourceGone when the stream is tombstoned.
   */
  readPage(from: number, limit: number): Promise<HistoryPage<DeliveredEvent>>;
  /** What the group takes of committed records, all of which belong to this source. */
  pick(records: readonly EventRecord[]): Picked;
  /** Resolves the links among what was picked, if this source resolves links. */
  deliver(picked: Picked): SourceBatch<DeliveredEvent> | Promise<SourceBatch<DeliveredEvent>>;
  /** What the group counts by: the revision in a stream, the log position in `$all`. */
  positionOf(record: EventRecord): number;
  /** The text of a position, as checkpoints and infos show it. */
  positionText(position: number): string;
  /** The position that a checkpoint's text names, and where to read on; undefined if it is none. */
  parseCheckpoint(text: string): { readonly checkpoint: number; readonly next: number } | undefined;
}

/** The records of a commit that a source takes, with what it passes over. */
export interface Picked {
  readonly matches: readonly {
    readonly record: EventRecord;
    readonly skipped: number;
    readonly lastSkipped: number;
  }[];
  readonly skipped: number;
  readonly lastSkipped: number;
}
