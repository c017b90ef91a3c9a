import type pg from 'pg';
import type { ReadModelSource, ShownOrder } from '../runtime/audit-ports.ts';
import type { OrderFeedReads } from '../runtime/read-ports.ts';

/** Rows read at a time: an audit must not hold all orders in the database's or our memory. */
const PAGE = 500;

/** Everything that the read models show of orders, for the audit. */
export const createAuditSource = (
  pool: pg.Pool,
  feed: Pick<OrderFeedReads<object>, 'after'>,
): ReadModelSource => ({
  orders: async function* (signal) {
    let last = '';
    while (!signal.aborted) {
      const { rows } = await pool.query<{ readonly key: string; readonly row: ShownOrder }>(
        'select key, row from orders where key > $1 order by key limit $2',
        [last, PAGE],
      );
      yield* rows.map(({ row }) => row);
      const end = rows.at(-1);
      if (!end) return;
      last = end.key;
    }
  },
  feed: async function* (signal) {
    let position = 0n;
    while (!signal.aborted) {
      const entries = await feed.after({ position, limit: PAGE });
      yield* entries;
      const end = entries.at(-1);
      if (!end) return;
      position = end.position;
    }
  },
});
