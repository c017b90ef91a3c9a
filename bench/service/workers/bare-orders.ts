import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import pg from 'pg';
import { Pool } from 'undici';
import { type BareTables, bareTables, type PlainRow } from '../bare-tables.ts';
import { eachOf } from '../each-of.ts';
import type { OrderTimes } from '../orders.ts';
import { madeUpOrderNo, orderBody, type Sample } from '../sample.ts';
import { answerQuestions } from '../worker.ts';

/** The same appends, calls and rows as an order of the service, by a script that decides nothing. */
export type BareOrdersQuestion = {
  readonly eventStoreUrl: string;
  readonly sandboxUrl: string;
  readonly databaseUrl: string;
  readonly orders: number;
  readonly inFlight: number;
  readonly sample: Sample;
  /** Makes order numbers new. */
  readonly round: number;
};

/** Rows are collected for so long before they are written together. */
const FLUSH_MS = 20;
const BASIC = `Basic ${Buffer.from('test_sk_sandbox:').toString('base64')}`;
const TABLES = ['orders', 'order_sagas', 'order_feed', 'carts', 'daily_sales'] as const;
type Table = (typeof TABLES)[number];

/** Which tables an event's stream changes a row of. */
const TOUCHED: Readonly<Record<string, readonly Table[]>> = {
  order: ['orders', 'order_sagas', 'order_feed'],
  orderSaga: ['orders', 'order_sagas'],
  cart: ['carts'],
};

const readRows = async (databaseUrl: string, { orderNo, memberId }: Sample) => {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const rows = new Map<Table, PlainRow>();
  for (const table of TABLES) {
    const found = await client.query<PlainRow>(
      `select t.* from ${table} t where $1 in (t.key, t.row->>'orderNo') or t.key = $2 or $3 limit 1`,
      [orderNo, memberId, table === 'daily_sales'],
    );
    const [row] = found.rows;
    if (row) rows.set(table, row);
  }
  await client.end();
  return rows;
};

/** Writes what has been noted, later rows over earlier ones, over and over. */
const writeBehind = (tables: BareTables) => {
  let noted = new Map<Table, Map<string, PlainRow>>();
  let writing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    while (noted.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
      const rows = new Map([...noted].map(([table, byKey]) => [table, [...byKey.values()]]));
      noted = new Map();
      await tables.upsert(rows);
    }
    writing = undefined;
  };
  return {
    note: (table: Table, row: PlainRow): void => {
      const rows = noted.get(table) ?? new Map<string, PlainRow>();
      noted.set(table, rows.set(row.key, row));
      writing ??= flush();
    },
    settled: async (): Promise<void> => {
      await writing;
    },
  };
};

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

answerQuestions<BareOrdersQuestion, OrderTimes>(async (question) => {
  const { sample, orders, inFlight, round } = question;
  const eventStore = EventStoreDBClient.connectionString(question.eventStoreUrl);
  const http = new Pool(question.sandboxUrl, { connections: inFlight * 2 });
  const rows = await readRows(question.databaseUrl, sample);
  const tables = await bareTables(question.databaseUrl, TABLES);
  const behind = writeBehind(tables);
  let feedKeys = 0;

  const call = async (
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    body?: object,
    key?: string,
  ) => {
    const answer = await http.request({
      method,
      path,
      headers: {
        'content-type': 'application/json',
        ...(path.startsWith('/toss') ? { authorization: BASIC } : {}),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.statusCode >= 300)
      throw new Error(`${path} answered ${answer.statusCode}: ${await answer.body.text()}`);
    return (await answer.body.json()) as Readonly<Record<string, unknown>>;
  };
  const renamed = <T>(value: T, orderNo: string): T =>
    JSON.parse(JSON.stringify(value).replaceAll(sample.orderNo, orderNo));
  const append = async (orderNo: string, ...types: readonly string[]): Promise<void> => {
    const events = sample.events.filter(({ type }) => types.includes(type));
    const category = events[0]?.category ?? '';
    const stream = category === 'cart' ? `bareCart-${orderNo}` : `bare${category}-${orderNo}`;
    await eventStore.appendToStream(
      stream,
      events.map(({ type, data, metadata }) =>
        jsonEvent({ id: randomUUID(), type, data: renamed(data, orderNo), metadata }),
      ),
    );
    for (const table of TOUCHED[category] ?? []) {
      const row = renamed(rows.get(table), orderNo);
      const key = table === 'order_feed' ? `${round}-${feedKeys++}` : orderNo;
      if (row) behind.note(table, { ...row, key });
    }
  };

  const items = orderBody(0).items;
  const { memberId } = sample;
  const place = async (orderNo: string): Promise<void> => {
    const ids = items.map(({ productVariantId }) => productVariantId);
    await Promise.all([
      call('POST', '/product/internal/variants/by-ids', { ids }),
      call('GET', `/member/internal/users/${memberId}/order-info`),
    ]);
    await append(orderNo, 'OrderPlaced');
    await append(orderNo, 'OrderSagaStarted');
    const deduction = { sagaId: orderNo, userId: memberId, items };
    const path = `/product/internal/stock-deductions/${orderNo}`;
    await call('PUT', path, deduction, `${orderNo}:PRODUCT:do`);
    await append(orderNo, 'StockDeducted');
    await append(orderNo, 'OrderAwaitingPayment');
  };
  const amount = orderBody(0).expectedPrice;
  const pay = async (orderNo: string, paymentKey: unknown): Promise<void> => {
    await append(orderNo, 'PaymentConfirmationRequested');
    const confirmation = { paymentKey, orderId: orderNo, amount };
    await call('POST', '/toss/v1/payments/confirm', confirmation, `confirm:${orderNo}`);
    await append(orderNo, 'PaymentApproved', 'OrderCompleted');
    const sales = rows.get('daily_sales');
    if (sales) behind.note('daily_sales', sales);
    await append(orderNo, 'CartItemsOrdered');
    await append(orderNo, 'OrderSagaFinished');
  };

  try {
    const numberOf = (index: number): string => madeUpOrderNo(round * 100_000 + index);
    const placingSince = performance.now();
    await eachOf(orders, inFlight, (index) => place(numberOf(index)));
    await behind.settled();
    const placing = secondsSince(placingSince);

    const paymentKeys: unknown[] = [];
    await eachOf(orders, inFlight, async (index) => {
      const wish = { orderId: numberOf(index), amount };
      paymentKeys[index] = (await call('POST', '/payments', wish)).paymentKey;
    });

    const payingSince = performance.now();
    await eachOf(orders, inFlight, (index) => pay(numberOf(index), paymentKeys[index]));
    await behind.settled();
    return { placing, paying: secondsSince(payingSince) };
  } finally {
    await Promise.all([eventStore.dispose(), http.destroy(), tables.close()]);
  }
});
