import type pg from 'pg';
import type { ReadModelSource } from '../runtime/audit-ports.ts';
import type { Log } from '../runtime/ports.ts';
import type {
  CartReads,
  OnceOnly,
  OrderFeedReads,
  OrderReads,
  PaymentReads,
  ProjectionStatuses,
  ReadGate,
  SagaReads,
  SalesReads,
} from '../runtime/read-ports.ts';
import type { AnyProjection, ReadStore, RebuildStore } from '../runtime/read-store.ts';
import type { DueSagas } from '../runtime/saga-ports.ts';
import { createAuditSource } from './audit-source.ts';
import { createPool } from './connections.ts';
import { createFeedReads } from './feed-reads.ts';
import { createGate } from './gate.ts';
import { createListener } from './listener.ts';
import { migrate } from './migrate.ts';
import {
  createCartReads,
  createOrderReads,
  createPaymentReads,
  createSalesReads,
} from './order-reads.ts';
import { createReadStore } from './read-store.ts';
import { createRebuildStore } from './rebuild-store.ts';
import { createDueSagas, createSagaReads } from './saga-reads.ts';
import { createOnceOnly, createProjectionStatuses } from './statuses.ts';

/** A database that does not answer within this time is not ready. */
const READY_MS = 2_000;

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
  readonly payments: PaymentReads<R['order']>;
  readonly carts: CartReads<R['cart']>;
  readonly sagas: SagaReads<R['saga']>;
  readonly dueSagas: DueSagas;
  readonly feed: OrderFeedReads<R['feed']>;
  readonly sales: SalesReads<R['sales']>;
  /** What the audit compares with the streams. */
  readonly audit: ReadModelSource;
  readonly gate: ReadGate;
  readonly projections: ProjectionStatuses;
  readonly once: OnceOnly;
  /** Whether the database answers now; `reason` when it does not. Never throws. */
  readonly ready: () => Promise<{ readonly ok: boolean; readonly reason?: string }>;
  readonly close: () => Promise<void>;
};

/** Everything over one database: a pool, and one listening connection. */
export const createPostgres = <R extends Rows>(options: {
  readonly url: string;
  readonly projections: readonly AnyProjection[];
  readonly log: Log;
  /** Connections in the pool; 10 by default. */
  readonly poolSize?: number;
}): Postgres<R> => {
  const { url, log, projections } = options;
  const pool = createPool(url, options.poolSize ?? 10, log);
  const listener = createListener(url, log);
  const feed = createFeedReads<R['feed']>(pool, listener, log);
  return {
    migrate: () => migrate(url, projections, log),
    readStore: createReadStore(url, pool, log),
    rebuilds: createRebuildStore(url, pool, log),
    orders: createOrderReads(pool),
    payments: createPaymentReads(pool),
    carts: createCartReads(pool),
    sagas: createSagaReads(pool),
    dueSagas: createDueSagas(pool),
    feed,
    audit: createAuditSource(pool, feed),
    sales: createSalesReads(pool),
    gate: createGate(pool, listener),
    projections: createProjectionStatuses(pool),
    once: createOnceOnly(pool),
    ready: async () => {
      try {
        await pool.query({ text: 'select 1', query_timeout: READY_MS } as pg.QueryConfig);
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
    close: async () => {
      await listener.close();
      await pool.end();
    },
  };
};
