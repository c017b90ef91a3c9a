import type { Clock, Log, Metrics } from '../runtime/ports.ts';
import type {
  CartReads,
  OnceOnly,
  OrderFeedReads,
  OrderReads,
  ProjectionStatuses,
  ReadGate,
  SagaReads,
  SalesReads,
} from '../runtime/read-ports.ts';
import type { ReadStore, RebuildStore } from '../runtime/read-store.ts';

/** Row types are the projections' business; SQL looks only at columns. */
export type Rows = {
  readonly order: object;
  readonly cart: object;
  readonly saga: object;
  readonly feed: object;
  readonly sales: object;
};

export type Postgres<R extends Rows> = {
  /** Brings the schema up to date; safe to run from many processes at once. Call before anything else. */
  readonly migrate: () => Promise<void>;
  readonly readStore: ReadStore;
  readonly rebuilds: RebuildStore;
  readonly orders: OrderReads<R['order']>;
  readonly carts: CartReads<R['cart']>;
  readonly sagas: SagaReads<R['saga']>;
  readonly feed: OrderFeedReads<R['feed']>;
  readonly sales: SalesReads<R['sales']>;
  readonly gate: ReadGate;
  readonly projections: ProjectionStatuses;
  readonly once: OnceOnly;
  /** Whether the database answers now; `reason` when it does not. Never throws. */
  readonly ready: () => Promise<{ readonly ok: boolean; readonly reason?: string }>;
  readonly close: () => Promise<void>;
};

/** Everything over one database: a pool, and one listening connection. */
export declare const createPostgres: <R extends Rows>(options: {
  readonly url: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Connections in the pool; 10 by default. */
  readonly poolSize?: number;
}) => Postgres<R>;
