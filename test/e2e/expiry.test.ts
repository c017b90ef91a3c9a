import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TOSS_SECRET_KEY } from '../../sandbox/server.ts';
import { confirm, placeOrder } from '../support/buying.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ PAYMENT_DEADLINE_MS: '1500', SCHEDULER_INTERVAL_MS: '100' });
});
afterAll(() => shop.stop());

const expired = async (token: string) => {
  const { orderNo } = await placeOrder(shop, token, { pointToUse: 1_000, expectedPrice: 29_000 });
  const order = await eventually('the order to expire and be undone', async () => {
    const { body } = await shop.call('GET', `/orders/${orderNo}`, { token });
    return body.status === 'CANCELED' && body.compensation === 'DONE' && body;
  });
  expect(order).toMatchObject({ failureCode: 'PAYMENT_TIMEOUT', payment: null });
  return orderNo as string;
};

const books = async (orderNo: string) =>
  (await shop.sandbox('GET', `/ledger?orderNo=${orderNo}`)).body;

describe('an order that is not paid in time', () => {
  test('gives everything back, and a confirmation that comes too late is not sent on', async () => {
    const token = await shop.token(1);
    const orderNo = await expired(token);
    const paymentKey = await shop.pay(orderNo, 29_000);
    const before = await shop.lastEvent();
    const late = await confirm(shop, token, { orderNo, paymentKey, amount: 29_000 });
    expect(late).toMatchObject({
      status: 409,
      body: { code: 'ORDER_EXPIRED', currentStatus: 'CANCELED', failureCode: 'PAYMENT_TIMEOUT' },
    });
    expect(await shop.lastEvent()).toBe(before);
    const { operations, payments } = await books(orderNo);
    expect(
      operations.find(({ service }: { service: string }) => service === 'product').effects,
    ).toMatchObject({ do: 1, undo: 1 });
    expect(
      operations.find(({ service }: { service: string }) => service === 'member').effects,
    ).toMatchObject({ do: 1, undo: 1 });
    expect(payments[0].confirmations).toBe(0);
  });

  test('but somehow was paid at the provider afterwards gets the money back by itself', async () => {
    const token = await shop.token(2);
    const { orderNo } = await placeOrder(shop, token);
    await eventually('the order to expire', async () => {
      const { body } = await shop.call('GET', `/orders/${orderNo}`, { token });
      return body.status === 'CANCELED' && body.compensation === 'DONE';
    });
    const paymentKey = await shop.pay(orderNo, 30_000);
    const basic = Buffer.from(`${DEFAULT_TOSS_SECRET_KEY}:`).toString('base64');
    const taken = await fetch(`${shop.sandboxUrl}/toss/v1/payments/confirm`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
      body: JSON.stringify({ paymentKey, orderId: orderNo, amount: 30_000 }),
    });
    expect(taken.status).toBe(200);
    const hint = { eventType: 'PAYMENT_STATUS_CHANGED', data: { orderId: orderNo, paymentKey } };
    expect((await shop.call('POST', '/payments/webhook', { body: hint })).status).toBe(200);
    await eventually(
      'the money to go back',
      async () => (await books(orderNo)).payments[0].netPaid === 0,
    );
    const order = await eventually('the order to show it', async () => {
      const { body } = await shop.call('GET', `/orders/${orderNo}`, { token });
      return body.refunds[0]?.status === 'DONE' && body;
    });
    expect(order).toMatchObject({ status: 'CANCELED', refunds: [{ amount: 30_000, items: [] }] });
  });
});
