import type { SourceEvent } from './source-event.ts';

/** An event that a group takes, with what its filter passed over just before it. */
export interface Match<E extends SourceEvent> {
  readonly event: E;
  readonly skipped: number;
  /** Position of the last record passed over, -1 if none was. */
  readonly lastSkipped: number;
}

/** A stretch of the source: what a group takes of it, and what its filter passed over. */
export interface SourceBatch<E extends SourceEvent> {
  readonly matches: readonly Match<E>[];
  /** Records passed over behind the last match. */
  readonly skipped: number;
  readonly lastSkipped: number;
}

/** A page of history. */
export interface HistoryPage<E extends SourceEvent> extends SourceBatch<E> {
  /** Where the next page begins. */
  readonly next: number;
  /** Whether nothing that is committed lies beyond this page. */
  readonly atEnd: boolean;
}
