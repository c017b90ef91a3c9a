import type { OrderStatus, SagaStatus } from '../domain/order/words.ts';
import type { Poison } from './read-store.ts';

/** The database is not there now: the same read may succeed later. */
export class ReadSideFailure extends Error {
  readonly code = 'READ_SIDE_UNAVAILABLE';
  readonly retryable = true;
  constructor(cause: unknown) {
    super('the read side cannot be reached', { cause });
    this.name = 'ReadSideFailure';
  }
}

/** Reads of the `orders` table. Whose order it is is for the caller to check. */
export type OrderReads<Row> = {
  readonly find: (orderNo: string) => Promise<Row | undefined>;
  /** Newest first; `after` is the last row of the page before. */
  readonly page: (query: OrderQuery) => Promise<readonly Row[]>;
};

export type OrderQuery = {
  readonly memberId: string;
  readonly limit: number;
  readonly after?: { readonly placedAt: string; readonly orderNo: string };
  readonly status?: OrderStatus;
  /** Calendar year in Korea (UTC+9), where the shop's customers live. */
  readonly year?: number;
  /** Part of a product's name, case ignored. */
  readonly productName?: string;
};

/** Reads of the `orders` table for comparing money with the payment provider's books. */
export type PaymentReads<Row> = {
  /** Orders paid, or with a cancellation asked for, at or after `from` and before `to` (ISO 8601 UTC). Reads the whole table. */
  readonly between: (from: string, to: string) => Promise<readonly Row[]>;
};

/** Reads of the `carts` table. */
export type CartReads<Row> = { readonly find: (memberId: string) => Promise<Row | undefined> };

/** `stuck`: unfinished and put off since before `stuckSince`. `running`: every unfinished one. */
export type SagaQuery = {
  readonly status?: 'stuck' | 'running' | SagaStatus;
  /** ISO 8601 UTC; needed for `stuck`. */
  readonly stuckSince?: string;
  readonly limit: number;
  readonly after?: string;
};

/** Reads of the `order_sagas` table, order and cancellation sagas alike. */
export type SagaReads<Row> = {
  readonly find: (instance: string) => Promise<Row | undefined>;
  /** The order's own saga and those of its cancellations. */
  readonly ofOrder: (orderNo: string) => Promise<readonly Row[]>;
  readonly page: (query: SagaQuery) => Promise<readonly Row[]>;
  readonly counts: (
    stuckSince: string,
  ) => Promise<{ readonly running: number; readonly stuck: number }>;
};

/** One entry of the order feed. `status` is the order's status right after the event. */
export type FeedEntry<Row> = {
  readonly position: bigint;
  readonly memberId: string;
  readonly orderNo: string;
  readonly type: string;
  readonly status: OrderStatus;
  readonly row: Row;
};

/** The append-only log of order events behind the SSE streams; positions are the ids. */
export type OrderFeedReads<Row> = {
  /** The position of the newest entry; 0 when there is none. */
  readonly head: () => Promise<bigint>;
  /** Entries after `position` (exclusive), oldest first, of one member or one order. */
  readonly after: (query: {
    readonly position: bigint;
    readonly memberId?: string;
    readonly orderNo?: string;
    readonly limit: number;
  }) => Promise<readonly FeedEntry<Row>[]>;
  /**
   * Every entry after `from`, all members', as they are committed: one such loop a process feeds all its SSE clients.
   * Woken by NOTIFY, with a slow poll in case one is lost; ends when `signal` aborts.
   */
  readonly follow: (options: {
    readonly from: bigint;
    readonly signal: AbortSignal;
  }) => AsyncIterable<readonly FeedEntry<Row>[]>;
};

/** Read-your-writes: a write answers its log position, a read waits for it. */
export type ReadGate = {
  /** Resolves true once every running live projection has passed `position`, false when `timeoutMs` ran out. */
  readonly waitFor: (
    position: bigint,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ) => Promise<boolean>;
};

export type SalesReads<Row> = {
  /** Days `from`..`to`, both inclusive, `yyyy-mm-dd`. */
  readonly days: (from: string, to: string) => Promise<readonly Row[]>;
};

/** One table of one projection, as `projections list` shows it. */
export type ProjectionStatus = {
  readonly name: string;
  readonly version: number;
  readonly table: string;
  readonly state: 'live' | 'building' | 'previous';
  readonly position: bigint | null;
  /** When the last event that it has seen was written, ISO 8601 UTC. */
  readonly lastEventAt: string | null;
  readonly updatedAt: string;
  readonly rows: number;
  readonly poison: Poison | null;
};

export type ProjectionStatuses = { readonly list: () => Promise<readonly ProjectionStatus[]> };

/** Things that may happen once over all processes: a ticket is used, a webhook delivery is taken. */
export type OnceOnly = {
  /** True for the first caller with this `kind` and `id`; remembered until `expiresAt` (ISO 8601 UTC). */
  readonly claim: (kind: string, id: string, expiresAt: string) => Promise<boolean>;
};
