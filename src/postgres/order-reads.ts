import type pg from 'pg';
import type {
  CartReads,
  OrderQuery,
  OrderReads,
  PaymentReads,
  SalesReads,
} from '../runtime/read-ports.ts';

type Stored<Row> = { readonly row: Row };

/** `%` and `_` are ordinary letters in what a customer types. */
const likeOf = (part: string): string => `%${part.replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`;

/** A Korean calendar year as two instants; Korea has had no daylight saving since 1988. */
const yearBounds = (year: number): readonly [string, string] => [
  `${year}-01-01T00:00:00+09:00`,
  `${year + 1}-01-01T00:00:00+09:00`,
];

const pageQuery = (query: OrderQuery): { readonly text: string; readonly values: unknown[] } => {
  const values: unknown[] = [query.memberId];
  const conditions = ['member_id = $1'];
  const value = (given: unknown): string => `$${values.push(given)}`;
  if (query.status !== undefined) conditions.push(`status = ${value(query.status)}`);
  if (query.year !== undefined) {
    const [from, to] = yearBounds(query.year);
    conditions.push(`placed_at >= ${value(from)} and placed_at < ${value(to)}`);
  }
  if (query.productName !== undefined)
    conditions.push(`product_names ilike ${value(likeOf(query.productName))}`);
  if (query.after !== undefined)
    conditions.push(
      `(placed_at, key) < (${value(query.after.placedAt)}::timestamptz, ${value(query.after.orderNo)})`,
    );
  return {
    text: `select row from orders where ${conditions.join(' and ')}
           order by placed_at desc, key desc limit ${value(query.limit)}`,
    values,
  };
};

export const createOrderReads = <Row>(pool: pg.Pool): OrderReads<Row> => ({
  find: async (orderNo) => {
    const { rows } = await pool.query<Stored<Row>>('select row from orders where key = $1', [
      orderNo,
    ]);
    return rows[0]?.row;
  },
  page: async (query) => {
    const { text, values } = pageQuery(query);
    const { rows } = await pool.query<Stored<Row>>(text, values);
    return rows.map(({ row }) => row);
  },
});

export const createPaymentReads = <Row>(pool: pg.Pool): PaymentReads<Row> => ({
  between: async (from, to) => {
    // Times in rows are all of one form, so they compare as text.
    const { rows } = await pool.query<Stored<Row>>(
      `select row from orders
       where (row->'payment'->>'approvedAt' >= $1 and row->'payment'->>'approvedAt' < $2)
          or exists (select from json_array_elements(row->'refunds') refund
                     where refund->>'requestedAt' >= $1 and refund->>'requestedAt' < $2)
       order by key`,
      [from, to],
    );
    return rows.map(({ row }) => row);
  },
});

export const createCartReads = <Row>(pool: pg.Pool): CartReads<Row> => ({
  find: async (memberId) => {
    const { rows } = await pool.query<Stored<Row>>('select row from carts where key = $1', [
      memberId,
    ]);
    return rows[0]?.row;
  },
});

export const createSalesReads = <Row>(pool: pg.Pool): SalesReads<Row> => ({
  days: async (from, to) => {
    const { rows } = await pool.query<Stored<Row>>(
      'select row from daily_sales where key between $1 and $2 order by key',
      [from, to],
    );
    return rows.map(({ row }) => row);
  },
});
