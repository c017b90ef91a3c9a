import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type { Shopper } from './tokens.ts';
import { bulkVariants } from './tokens.ts';
import { askOnce } from './worker.ts';
import type { SampleQuestion } from './workers/read-sample.ts';

/** One event as the store has it. */
export type SampleEvent = {
  /** `order`, `orderSaga` or `cart`. */
  readonly category: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** One order that went all the way, its cart included: what floors imitate and logs are filled with. */
export type Sample = {
  readonly orderNo: string;
  readonly memberId: string;
  /** In the order of the log. */
  readonly events: readonly SampleEvent[];
};

const post = async (
  url: string,
  body: object,
  authorization: string,
): Promise<Readonly<Record<string, unknown>>> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${answer}`);
  return JSON.parse(answer);
};

/** The order that all suites place, two lines of the catalogue's bulk goods. */
export const orderBody = (variant: number) => ({
  items: [
    { productVariantId: bulkVariants.first + (variant % bulkVariants.count), quantity: 1 },
    { productVariantId: bulkVariants.first + ((variant + 1) % bulkVariants.count), quantity: 2 },
  ],
  couponId: null,
  pointToUse: 0,
  deliveryAddress: '서울특별시 강남구 테헤란로 1',
  // 10,000 won less 10 % each.
  expectedPrice: 27_000,
});

/** An order number that no order of the service has; the same for the same number. */
export const madeUpOrderNo = (number: number): string => {
  const digits = number.toString(16).padStart(9, '0');
  // Order numbers are base32: letters and 2 to 7.
  return `ORD-20260101-MADE${digits.replaceAll(/./g, (digit) => 'ABCDEFGHIJKLMNOP'[Number.parseInt(digit, 16)] ?? '')}`;
};

/** Waits until the read model shows as many rows. */
export const untilCounted = async (
  client: pg.Client,
  query: string,
  values: readonly unknown[],
  wanted: number,
): Promise<void> => {
  const giveUpAt = performance.now() + 60_000;
  for (;;) {
    const { rows } = await client.query<{ readonly count: string }>(query, [...values]);
    const count = Number(rows[0]?.count);
    if (count >= wanted) return;
    if (performance.now() > giveUpAt) throw new Error(`${count} of ${wanted} after a minute`);
    await setTimeout(10);
  }
};

/** Puts one order through everything, and reads what it left in the log. */
export const takeSample = async (options: {
  readonly apiUrl: string;
  readonly sandboxUrl: string;
  readonly eventStoreUrl: string;
  readonly databaseUrl: string;
  readonly shopper: Shopper;
}): Promise<Sample> => {
  const { apiUrl, sandboxUrl, eventStoreUrl, shopper } = options;
  const { authorization, memberId } = shopper;
  const client = new pg.Client(options.databaseUrl);
  await client.connect();
  try {
    const wish = orderBody(0);
    for (const item of wish.items) await post(`${apiUrl}/carts`, item, authorization);
    const { orderNo } = await post(`${apiUrl}/orders`, wish, authorization);
    const is = 'select count(*) from orders where key = $1 and status = $2';
    await untilCounted(client, is, [orderNo, 'PAYMENT_WAITING'], 1);
    const amount = wish.expectedPrice;
    const { paymentKey } = await post(`${sandboxUrl}/payments`, { orderId: orderNo, amount }, '');
    await post(`${apiUrl}/orders/confirm`, { orderNo, paymentKey, amount }, authorization);
    const ended = `select count(*) from order_sagas where key = $1 and row->>'status' = 'FINISHED'`;
    await untilCounted(client, ended, [orderNo], 1);
    const events = await askOnce<SampleQuestion, readonly SampleEvent[]>('read-sample', {
      eventStoreUrl,
      streams: [`cart-${memberId}`, `order-${orderNo}`, `orderSaga-${orderNo}`],
    });
    return { orderNo: String(orderNo), memberId, events };
  } finally {
    await client.end();
  }
};
