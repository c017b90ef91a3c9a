import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrder, placeOrder } from '../support/buying.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';
import { gateTo, type TcpGate } from '../support/tcp-gate.ts';

let shop: Shop;
let token: string;
let store: TcpGate;
let database: TcpGate;
beforeAll(async () => {
  shop = await startShop({}, async ({ EVENTSTORE_URL, DATABASE_URL }) => {
    [store, database] = await Promise.all([gateTo(EVENTSTORE_URL), gateTo(DATABASE_URL)]);
    return { EVENTSTORE_URL: store.url, DATABASE_URL: database.url };
  });
  token = await shop.token(1);
});
afterAll(async () => {
  await shop.stop();
  await Promise.all([store.close(), database.close()]);
});

const readiness = (status: number) =>
  eventually(
    `readiness ${status}`,
    async () => (await shop.call('GET', '/health/ready')).status === status,
    20_000,
  );

describe('while the database is away', () => {
  test('carts and single orders go on, lists say so, and afterwards everything is there', async () => {
    const { orderNo } = await placeOrder(shop, token);
    database.shut();
    await readiness(503);
    expect(await shop.call('GET', '/orders', { token })).toMatchObject({
      status: 503,
      body: { code: 'READ_MODEL_UNAVAILABLE' },
    });
    expect(await shop.call('GET', `/orders/${orderNo}`, { token })).toMatchObject({
      status: 200,
      body: { status: 'PAYMENT_WAITING' },
    });
    const added = await shop.call('POST', '/carts', {
      token,
      body: { productVariantId: 1, quantity: 1 },
    });
    expect(added.status).toBe(201);
    const placed = await shop.call('POST', '/orders', { token, body: anOrder() });
    expect(placed.status).toBe(202);
    expect((await shop.call('GET', '/health/live')).status).toBe(200);
    database.open();
    await readiness(200);
    await eventually(
      'the order to be listed',
      async () => {
        const { status, body } = await shop.call('GET', '/orders', { token });
        return (
          status === 200 &&
          body.content.some((order: { orderNo: string }) => order.orderNo === placed.body.orderNo)
        );
      },
      20_000,
    );
  }, 60_000);
});

describe('while the event store is away', () => {
  test('nothing is taken for granted, and afterwards it goes on', async () => {
    store.shut();
    await readiness(503);
    expect(await shop.call('GET', '/carts', { token })).toMatchObject({
      status: 503,
      body: { code: 'STORE_UNAVAILABLE' },
    });
    expect((await shop.call('GET', '/orders', { token })).status).toBe(200);
    store.open();
    await readiness(200);
    const placed = await eventually(
      'an order to go through',
      async () => {
        const answer = await shop.call('POST', '/orders', {
          token,
          body: anOrder(),
          headers: { prefer: 'wait=10' },
        });
        return answer.body.status === 'PAYMENT_WAITING' && answer.body;
      },
      40_000,
    );
    expect(placed.paymentDeadline).not.toBeNull();
  }, 90_000);
});
