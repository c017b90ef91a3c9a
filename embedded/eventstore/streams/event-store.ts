/**
 * What the rooms of the server (gRPC services, catch-up and persistent subscriptions) know of the
 * store. One process, one writer: decisions are taken in the order of the calls; every promise of a
 * write settles only after the bytes are synced to the disk, and no read, page or commit listener
 * shows a record before that.
 *
 * Numbers: revisions and positions are JS numbers (both stay below 2^53). The one exception, the
 * revision of a tombstone (2^63-1), is `TOMBSTONE_REVISION` here; encoded replies carry the real one.
 */
import type { EventRecord } from './event-record.ts';

/** Stands for revision 9223372036854775807, the number of every `$streamDeleted` record. */
export const TOMBSTONE_REVISION: number = Number.MAX_SAFE_INTEGER;

/** What a writer demands of the stream's last revision. */
export type Expectation =
  | { readonly kind: 'any' }
  | { readonly kind: 'no-stream' }
  | { readonly kind: 'stream-exists' }
  | { readonly kind: 'revision'; readonly revision: bigint };

export const ANY: Expectation = { kind: 'any' };
export const NO_STREAM: Expectation = { kind: 'no-stream' };
export const STREAM_EXISTS: Expectation = { kind: 'stream-exists' };

/** An event as a client proposes it. */
export interface NewEvent {
  /** 16 bytes, big-endian as the text form reads. */
  readonly id: Uint8Array;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  /** Custom metadata; empty when there is none. */
  readonly metadata: Uint8Array;
}

/** Outcome of an append. An I/O failure of the log rejects the promise with `StoreFailure` instead. */
export type AppendResult =
  | {
      readonly kind: 'written';
      /** Revision of the last event of the append (also when it was an idempotent repeat), -1 if the stream has none. */
      readonly revision: number;
      /** Position of that event; undefined when it can no longer be read. */
      readonly position: number | undefined;
    }
  | { readonly kind: 'wrong-expected-version' /** -1: no stream */; readonly current: number }
  | { readonly kind: 'stream-deleted' };

/** The disk refused (full, I/O error). Nothing of the append was written. */
export class StoreFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreFailure';
  }
}

/** What readers can know of a stream now (committed state only). */
export interface StreamState {
  /** `missing`: never written; `soft-deleted`: readable again after the next append; `tombstoned`: for ever gone. */
  readonly status: 'missing' | 'live' | 'soft-deleted' | 'tombstoned';
  /** Last revision ever written, -1 when none; TOMBSTONE_REVISION when tombstoned. */
  readonly lastRevision: number;
  /** First revision that retention ($tb, $maxCount; not $maxAge) leaves readable. */
  readonly firstRevision: number;
}

export type Direction = 'forwards' | 'backwards';

export interface StreamPage {
  /** `not-found` covers soft-deleted streams; `deleted` is a tombstoned one. Records are empty for both. */
  readonly status: 'found' | 'not-found' | 'deleted';
  /** Visible records in reading order; retention is applied. */
  readonly records: readonly EventRecord[];
  /** Revision to ask for next, undefined when this page reached the end (or beginning). */
  readonly next: number | undefined;
  readonly lastRevision: number;
}

export interface AllPage {
  /** Records in reading order, without those of streams that `$all` always leaves out. */
  readonly records: readonly EventRecord[];
  /** Position to ask for next (`from` of the next call). */
  readonly next: number;
  /** True when nothing committed lies beyond this page. */
  readonly atEnd: boolean;
}

/** A record with its link resolved: `link` is set when `record` was a link that was (or could not be) resolved. */
export interface ResolvedEvent {
  /** Undefined when the link's target is hidden, deleted or missing. */
  readonly event: EventRecord | undefined;
  readonly link: EventRecord | undefined;
}

export interface EventStore {
  append(
    stream: string,
    expectation: Expectation,
    events: readonly NewEvent[],
  ): Promise<AppendResult>;
  /** Soft delete: the stream reads as not found until it is written again. Gives the `$metadata` record's position. */
  deleteStream(stream: string, expectation: Expectation): Promise<AppendResult>;
  /** Hard delete, for ever. Gives the tombstone's position. */
  tombstoneStream(stream: string, expectation: Expectation): Promise<AppendResult>;

  /** Committed state of a stream; costs no I/O. */
  streamState(stream: string): StreamState;
  /** The JSON text of the stream's current metadata; undefined when there is none or it is malformed. */
  streamMetadata(stream: string): Readonly<Record<string, unknown>> | undefined;

  /**
   * At most `limit` records of a stream from revision `from` (inclusive, both directions; backwards
   * from Infinity starts at the end). May give fewer, even none, before the end: go on at `next`.
   */
  readStream(
    stream: string,
    from: number,
    direction: Direction,
    limit: number,
  ): Promise<StreamPage>;
  /**
   * At most `limit` records of `$all`: forwards from the first record at or after `from`, backwards
   * from the last record before `from` (Infinity: the end).
   */
  readAll(from: number, direction: Direction, limit: number): Promise<AllPage>;
  /** Follows a link record once; other records come back unchanged as `event`. */
  resolve(record: EventRecord): Promise<ResolvedEvent>;

  /** Position just behind the last committed record: `readAll` forwards from here gives nothing yet. */
  readonly endPosition: number;
  /** Position of the last committed record, -1 when the log is empty. */
  readonly lastPosition: number;

  /**
   * Calls back after each group commit (after the fsync, before the writers' promises settle) with
   * all its records in log order, those that `$all` leaves out included (see `isHiddenFromAll`).
   * The listener must not throw and must not block. Gives the function that unsubscribes.
   */
  onCommitted(listener: (records: readonly EventRecord[]) => void): () => void;
}
