import type { Projection } from '../projections/projection.ts';
import type { Unreadable } from './ports.ts';

/** Any projection, its row type forgotten: what the runtime and the read store handle. */
// biome-ignore lint/suspicious/noExplicitAny: `on` is contravariant in row and event; only `any` accepts every projection.
export type AnyProjection = Projection<any, any>;

/** A row as it lies in a table: the value, and the position of the last event folded into it. */
export type StoredRow = { readonly row: object; readonly position: bigint };

/** What one batch makes of one row: its new value, or its end. */
export type RowChange = {
  readonly key: string;
  /** `undefined` deletes. */
  readonly row: object | undefined;
  readonly position: bigint;
  /** False when the table is known not to hold the key, which makes writing it cheaper. */
  readonly exists: boolean;
};

/** Why a projection stands still: the event it could not take, kept until somebody acts. */
export type Poison = Unreadable;

/** One table that is being filled: the live one, or one built beside it. */
export type Target = {
  readonly projection: AnyProjection;
  /** The physical table, e.g. `orders_v1_3`. */
  readonly table: string;
  readonly position: bigint | 'start';
  readonly poison: Poison | null;
};

/** Everything a batch changes, committed together or not at all. */
export type Commit = {
  readonly changes: readonly { readonly table: string; readonly rows: readonly RowChange[] }[];
  /** The new checkpoint of each table that took part, also of those without a changed row. */
  readonly positions: readonly { readonly table: string; readonly position: bigint }[];
  readonly poisoned: readonly { readonly table: string; readonly poison: Poison }[];
  /** When the newest event of the batch was written, ISO 8601 UTC; null without events. */
  readonly lastEventAt: string | null;
};

/** Somebody else feeds (or has swapped) these tables now: what was folded in memory is worth nothing any more. */
export class FencedError extends Error {
  readonly code = 'FENCED';
  readonly retryable = true;
  constructor(table: string) {
    super(`another projector has taken over ${table}`);
    this.name = 'FencedError';
  }
}

/** The database will never take these rows (too large, not storable): a fault of the projection, not of the connection. */
export class RejectedRowsError extends Error {
  readonly code = 'REJECTED_ROWS';
  readonly retryable = false;
  readonly table: string;
  constructor(table: string, cause: unknown) {
    super(`${table}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'RejectedRowsError';
    this.table = table;
  }
}

/** Tables to write to, owned by one writer at a time. */
export type TableWriter = {
  readonly targets: readonly Target[];
  readonly rows: (
    table: string,
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, StoredRow>>;
  /**
   * All or nothing.
   * @throws FencedError when another writer has taken one of the tables over
   * @throws RejectedRowsError when the database refuses the rows of one table for what they are
   */
  readonly commit: (commit: Commit) => Promise<void>;
};

/** The live tables' side of the read store. */
export type ReadStore = {
  /**
   * Waits (standing by) until this process is the one projector, then runs `work` with the live tables.
   * `work`'s signal aborts when the lock is lost; resolves when `work` ends or `signal` aborts.
   */
  readonly asProjector: (
    projections: readonly AnyProjection[],
    work: (writer: TableWriter, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Names of those whose live table is of an older version: they are to be rebuilt. */
  readonly outdated: (projections: readonly AnyProjection[]) => Promise<readonly string[]>;
};

/** A row that two tables disagree on. */
export type Difference = {
  readonly projection: string;
  readonly key: string;
  readonly kind: 'missing' | 'unexpected' | 'different';
  readonly live: unknown;
  readonly rebuilt: unknown;
};

/** Tables built beside the live ones. One rebuild of a projection at a time. */
export type RebuildStore = {
  /**
   * Opens the unfinished build of each projection, or begins one; positions tell where it goes on.
   * @throws Error when another process is building one of them
   */
  readonly build: (
    projections: readonly AnyProjection[],
    options: { readonly restart: boolean },
  ) => Promise<TableWriter & { readonly close: () => Promise<void> }>;
  /** The checkpoint of the live table, or 'start' when there is none. */
  readonly livePosition: (name: string) => Promise<bigint | 'start'>;
  /** Builds the secondary indexes, after which the table can be read as fast as the live one. */
  readonly index: (target: Target) => Promise<void>;
  /**
   * Holds the live projector's commits, brings the build up to where it stands (`catchUp`), then runs `then` on both:
   * `compare` lists at most `limit` differences, `swap` makes the build the live table. All of it may be tried again.
   */
  readonly atSamePosition: <T>(
    target: Target,
    catchUp: (live: bigint) => Promise<void>,
    then: (both: {
      readonly compare: (limit: number) => Promise<readonly Difference[]>;
      readonly swap: () => Promise<void>;
    }) => Promise<T>,
  ) => Promise<T>;
  /** Gives up a build and drops its tables. */
  readonly discard: (targets: readonly Target[]) => Promise<void>;
  /** Swaps back to the table that was live before the last swap. @throws Error when there is none */
  readonly rollback: (name: string) => Promise<void>;
};
