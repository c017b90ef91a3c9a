import type pg from 'pg';
import type { SagaQuery, SagaReads } from '../runtime/read-ports.ts';
import type { DueSagas, SagaRef } from '../runtime/saga-ports.ts';

type Stored<Row> = { readonly row: Row };

/** Unfinished means: something will wake it. */
const UNFINISHED = 'wake_at is not null';
const STUCK = `${UNFINISHED} and deferred_since < $1`;

const conditionOf = ({ status, stuckSince }: SagaQuery): readonly [string, unknown] => {
  if (status === undefined) return ['$1::text is null', null];
  if (status === 'running') return [`${UNFINISHED} and $1::text is null`, null];
  if (status === 'stuck') return [STUCK, stuckSince ?? null];
  return ['status = $1', status];
};

/** The operators' view of all sagas. */
export const createSagaReads = <Row>(pool: pg.Pool): SagaReads<Row> => ({
  find: async (instance) => {
    const { rows } = await pool.query<Stored<Row>>('select row from order_sagas where key = $1', [
      instance,
    ]);
    return rows[0]?.row;
  },
  ofOrder: async (orderNo) => {
    const { rows } = await pool.query<Stored<Row>>(
      'select row from order_sagas where order_no = $1 order by started_at, key',
      [orderNo],
    );
    return rows.map(({ row }) => row);
  },
  page: async (query) => {
    const [condition, value] = conditionOf(query);
    const { rows } = await pool.query<Stored<Row>>(
      `select row from order_sagas where ${condition} and key > $2 order by key limit $3`,
      [value, query.after ?? '', query.limit],
    );
    return rows.map(({ row }) => row);
  },
  counts: async (stuckSince) => {
    const { rows } = await pool.query<{ running: bigint; stuck: bigint }>(
      `select count(*) as running, count(*) filter (where ${STUCK}) as stuck
       from order_sagas where ${UNFINISHED}`,
      [stuckSince],
    );
    return { running: Number(rows[0]?.running ?? 0n), stuck: Number(rows[0]?.stuck ?? 0n) };
  },
});

/** Leases that crashed processes left behind are swept once in so many claims. */
const CLAIMS_PER_SWEEP = 1_000;

/**
 * Hands out sagas whose time has come. A lease is a row of its own: `order_sagas` is written by its projector alone.
 * Processes that claim at once skip each other's rows; the condition of the upsert has the last word.
 */
export const createDueSagas = (pool: pg.Pool): DueSagas => {
  let claims = 0;
  return {
    claim: async (now, limit, leaseMs) => {
      claims += 1;
      if (claims % CLAIMS_PER_SWEEP === 0)
        await pool.query(
          `delete from saga_leases where leased_until < $1::timestamptz - interval '1 hour'`,
          [now],
        );
      const { rows } = await pool.query<SagaRef>(
        `with due as (
           select s.key as instance, s.process
           from order_sagas s
           where s.wake_at <= $1 and not exists (
             select from saga_leases l where l.instance = s.key and l.leased_until > $1)
           order by s.wake_at limit $2
           for no key update skip locked
         ), taken as (
           insert into saga_leases as l (instance, leased_until)
           select instance, $1::timestamptz + $3 * interval '1 ms' from due order by instance
           on conflict (instance) do update set leased_until = excluded.leased_until
             where l.leased_until <= $1
           returning instance
         )
         select due.process, due.instance from due join taken using (instance)`,
        [now, limit, leaseMs],
      );
      return rows;
    },
    release: async ({ instance }, until) => {
      if (until === null)
        await pool.query('delete from saga_leases where instance = $1', [instance]);
      else
        await pool.query('update saga_leases set leased_until = $2 where instance = $1', [
          instance,
          until,
        ]);
    },
  };
};
