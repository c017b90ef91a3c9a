import type pg from 'pg';
import type { OrderStatus } from '../domain/order/words.ts';
import type { Log } from '../runtime/ports.ts';
import type { FeedEntry, OrderFeedReads } from '../runtime/read-ports.ts';
import type { Listener } from './listener.ts';

/** Entries given out at a time while following. */
const PAGE = 500;
/** Looks even without a notification after this long: one may be lost with its connection. */
const POLL_MS = 2_000;

/** Keys of the feed are positions with leading zeros, so that their order as text is the log's. */
const keyOf = (position: bigint): string => String(position < 0n ? 0n : position).padStart(20, '0');

type Stored<Row> = {
  readonly key: string;
  readonly member_id: string;
  readonly order_no: string;
  readonly type: string;
  readonly status: OrderStatus;
  readonly row: Row;
};

/**
 * An event that leaves the order as it was has no status of its own: then the last one before it holds; after a refused
 * cancellation, the last one before the cancellation.
 */
const COLUMNS = `f.key, p.member_id, f.order_no, f.type, f.row, coalesce(f.status, (
    select b.status from order_feed b
    where b.order_no = f.order_no and b.key < f.key and b.status is not null
      and (f.type <> 'CancellationRefused' or b.status <> 'CANCEL_REQUESTED')
    order by b.key desc limit 1)) as status`;

/** Along the log; `p` is each order's first entry, the only one that names the member. */
const ALONG = `
  select ${COLUMNS} from order_feed f cross join lateral (
    select b.member_id from order_feed b where b.order_no = f.order_no order by b.key limit 1) p`;

/** From a member's orders to their entries: what others ordered meanwhile is not looked at. */
const OF_MEMBER = `
  select ${COLUMNS} from order_feed p join order_feed f on f.order_no = p.order_no`;

const entryOf = <Row>(stored: Stored<Row>): FeedEntry<Row> => ({
  position: BigInt(stored.key),
  memberId: stored.member_id,
  orderNo: stored.order_no,
  type: stored.type,
  status: stored.status,
  row: stored.row,
});

/** The order feed: written by its projector in log order and never changed, so a position is a place for ever. */
export const createFeedReads = <Row>(
  pool: pg.Pool,
  listener: Listener,
  log: Log,
): OrderFeedReads<Row> => {
  const select = async (text: string, values: readonly unknown[]): Promise<FeedEntry<Row>[]> => {
    const { rows } = await pool.query<Stored<Row>>(text, [...values]);
    return rows.map(entryOf);
  };
  return {
    head: async () => {
      const { rows } = await pool.query<{ key: string | null }>(
        'select max(key) as key from order_feed',
      );
      return BigInt(rows[0]?.key ?? '0');
    },
    after: ({ position, memberId, orderNo, limit }) => {
      const values = [keyOf(position), limit];
      const end = 'f.key > $1 order by f.key limit $2';
      if (memberId !== undefined && orderNo !== undefined)
        return select(`${OF_MEMBER} where p.member_id = $3 and f.order_no = $4 and ${end}`, [
          ...values,
          memberId,
          orderNo,
        ]);
      if (memberId !== undefined)
        return select(`${OF_MEMBER} where p.member_id = $3 and ${end}`, [...values, memberId]);
      if (orderNo !== undefined)
        return select(`${ALONG} where f.order_no = $3 and ${end}`, [...values, orderNo]);
      return select(`${ALONG} where ${end}`, values);
    },
    follow: async function* ({ from, signal }) {
      let position = from;
      while (!signal.aborted) {
        // Armed before the look: a batch committed in between must not be slept over.
        const armed = new AbortController();
        const news = listener.next(POLL_MS, AbortSignal.any([signal, armed.signal]));
        let entries: FeedEntry<Row>[] = [];
        try {
          entries = await select(`${ALONG} where f.key > $1 order by f.key limit $2`, [
            keyOf(position),
            PAGE,
          ]);
        } catch (error) {
          // A database that is away for a while only delays its readers.
          log.warn({ reason: error instanceof Error ? error.message : '' }, 'feed: cannot look');
        }
        const last = entries.at(-1);
        if (last) {
          armed.abort();
          position = last.position;
          yield entries;
        } else await news;
      }
    },
  };
};
