import pg from 'pg';
import { Pool } from 'undici';
import { eachOf } from '../each-of.ts';
import type { OrderTimes } from '../orders.ts';
import { orderBody, untilCounted } from '../sample.ts';
import type { Shopper } from '../tokens.ts';
import { answerQuestions } from '../worker.ts';

export type DriveOrdersQuestion = {
  readonly apiUrl: string;
  readonly sandboxUrl: string;
  readonly databaseUrl: string;
  readonly orders: number;
  readonly inFlight: number;
  readonly members: readonly Shopper[];
};

type Placed = { readonly orderNo: string; readonly shopper: Shopper };

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

answerQuestions<DriveOrdersQuestion, OrderTimes>(async (question) => {
  const { apiUrl, sandboxUrl, inFlight, members } = question;
  const api = new Pool(apiUrl, { connections: inFlight });
  const sandbox = new Pool(sandboxUrl, { connections: inFlight });
  const client = new pg.Client(question.databaseUrl);
  await client.connect();
  const post = async (pool: Pool, path: string, body: object, authorization: string) => {
    const headers = { 'content-type': 'application/json', authorization };
    const answer = await pool.request({
      method: 'POST',
      path,
      headers,
      body: JSON.stringify(body),
    });
    if (answer.statusCode >= 300)
      throw new Error(`${path} answered ${answer.statusCode}: ${await answer.body.text()}`);
    return (await answer.body.json()) as Readonly<Record<string, unknown>>;
  };
  const untilAll = async (query: string, orders: readonly Placed[]): Promise<void> => {
    const numbers = orders.map(({ orderNo }) => orderNo);
    await untilCounted(client, query, [numbers], orders.length);
  };

  try {
    const placed: Placed[] = [];
    const placingSince = performance.now();
    await eachOf(question.orders, inFlight, async (index) => {
      const shopper = members[index % members.length];
      if (!shopper) throw new Error('no members');
      const { orderNo } = await post(api, '/orders', orderBody(index), shopper.authorization);
      placed.push({ orderNo: String(orderNo), shopper });
    });
    await untilAll(
      `select count(*) from orders where key = any($1) and status = 'PAYMENT_WAITING'`,
      placed,
    );
    const placing = secondsSince(placingSince);

    // What the customer does in the payment window is not ours to measure.
    const amount = orderBody(0).expectedPrice;
    const paymentKeys = new Map<string, unknown>();
    await eachOf(placed.length, inFlight, async (index) => {
      const orderId = placed[index]?.orderNo ?? '';
      const { paymentKey } = await post(sandbox, '/payments', { orderId, amount }, '');
      paymentKeys.set(orderId, paymentKey);
    });

    const payingSince = performance.now();
    await eachOf(placed.length, inFlight, async (index) => {
      const { orderNo = '', shopper } = placed[index] ?? {};
      const body = { orderNo, paymentKey: paymentKeys.get(orderNo), amount };
      await post(api, '/orders/confirm', body, shopper?.authorization ?? '');
    });
    await untilAll(
      `select count(*) from order_sagas where key = any($1) and status = 'FINISHED'`,
      placed,
    );
    return { placing, paying: secondsSince(payingSince) };
  } finally {
    await Promise.all([api.destroy(), sandbox.destroy(), client.end()]);
  }
});
