import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrder, buy, confirm, placeOrder } from '../support/buying.ts';
import { openStream } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

const statusOf = async (orderNo: string, token: string) =>
  (await shop.call('GET', `/orders/${orderNo}`, { token })).body;

const settled = (orderNo: string, token: string, status: string) =>
  eventually(`order ${status}`, async () => {
    const order = await statusOf(orderNo, token);
    return order.status === status && order;
  });

const books = async (orderNo: string) => {
  const { body } = await shop.sandbox('GET', `/ledger?orderNo=${orderNo}`);
  const held = body.variants.flatMap((v: { orders: { orderNo: string; held: number }[] }) =>
    v.orders.filter((order) => order.orderNo === orderNo).map((order) => order.held),
  );
  return { ...body, held };
};

describe('a first order', () => {
  test('goes from the cart to COMPLETED, and its events arrive on the stream in order', async () => {
    const token = await shop.token(1);
    const stream = await openStream(`${shop.url}/orders/events`, {
      authorization: `Bearer ${token}`,
    });
    await shop.call('POST', '/carts', { token, body: { productVariantId: 1, quantity: 3 } });
    const placed = await placeOrder(shop, token, {
      couponId: 1,
      pointToUse: 1_000,
      expectedPrice: 26_000,
    });
    expect(placed).toMatchObject({ status: 'PAYMENT_WAITING', finalPaymentAmount: 26_000 });

    const paymentKey = await shop.pay(placed.orderNo, 26_000);
    const paid = await confirm(shop, token, {
      orderNo: placed.orderNo,
      paymentKey,
      amount: 26_000,
    });
    expect(paid.status).toBe(200);
    expect(paid.body).toMatchObject({
      status: 'COMPLETED',
      payment: { status: 'DONE', amount: 26_000, method: 'CARD' },
      coupon: { couponId: 1, couponDiscount: 3_000 },
      orderPrice: { subtotal: 30_000, pointDiscount: 1_000, finalPaymentAmount: 26_000 },
    });

    await stream.until('the completion', (all) =>
      all.some(({ data }) => data.includes('OrderCompleted')),
    );
    expect(
      stream.messages.map(({ event, data }) => [
        event,
        JSON.parse(data).type,
        JSON.parse(data).status,
      ]),
    ).toEqual([
      ['snapshot', undefined, undefined],
      ['order', 'OrderPlaced', 'PENDING'],
      ['order', 'OrderAwaitingPayment', 'PAYMENT_WAITING'],
      ['order', 'PaymentConfirmationRequested', 'PAYMENT_CONFIRMING'],
      ['order', 'PaymentApproved', 'PAYMENT_CONFIRMING'],
      ['order', 'OrderCompleted', 'COMPLETED'],
    ]);
    const ids = stream.messages.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    await stream.close();

    const cart = await eventually('what was ordered to leave the cart', async () => {
      const { body } = await shop.call('GET', '/carts', { token });
      return body.cartItems[0]?.quantity === 1 && body;
    });
    expect(cart.cartTotalPrice).toBe(15_000);
  });

  test('that the card declines gives stock, coupon and points back', async () => {
    const token = await shop.token(6);
    const { orderNo } = await placeOrder(shop, token, {
      couponId: 14,
      pointToUse: 5_000,
      expectedPrice: 18_000,
    });
    const during = await books(orderNo);
    expect(during.held).toEqual([2]);

    const paymentKey = await shop.pay(orderNo, 18_000, 'REJECT_CARD_COMPANY');
    const declined = await confirm(shop, token, { orderNo, paymentKey, amount: 18_000 });
    expect(declined.status).toBe(402);
    expect(declined.body).toMatchObject({
      code: 'PAYMENT_DECLINED',
      providerCode: 'REJECT_CARD_COMPANY',
      orderNo,
    });

    const order = await eventually('the compensation to end', async () => {
      const now = await statusOf(orderNo, token);
      return now.compensation === 'DONE' && now;
    });
    expect(order).toMatchObject({
      status: 'PAYMENT_FAILED',
      failureCode: declined.body.failureCode,
    });
    const after = await books(orderNo);
    expect(after.held).toEqual([0]);
    const member = after.members.find(
      (m: { memberId: string | number }) => String(m.memberId) === '6',
    );
    expect(member.balance).toBe(100_000);
    const coupon = after.coupons.find((c: { couponId: number }) => c.couponId === 14);
    expect(coupon.heldBy).toBeNull();
    expect(after.payments.every((p: { netPaid: number }) => p.netPaid === 0)).toBe(true);

    const again = await confirm(shop, token, { orderNo, paymentKey, amount: 18_000 });
    expect(again).toMatchObject({ status: 402, body: { code: 'PAYMENT_DECLINED' } });
  });

  test('that points pay in full needs no payment provider', async () => {
    const token = await shop.token(4);
    const placed = await placeOrder(shop, token, { pointToUse: 30_000, expectedPrice: 0 });
    const order = await settled(placed.orderNo, token, 'COMPLETED');
    expect(order.payment).toMatchObject({ amount: 0, method: 'POINTS', paymentKey: null });
  });

  test('whose stock goes to somebody else meanwhile fails, and says why', async () => {
    const token = await shop.token(2);
    await shop.sandbox('PUT', '/faults', {
      target: 'product',
      operation: 'deductStock',
      mode: 'error',
      status: 409,
      code: 'INSUFFICIENT_STOCK',
      times: 1,
    });
    const placed = await placeOrder(shop, token);
    expect(placed).toMatchObject({ status: 'CANCELED', failureCode: 'INSUFFICIENT_STOCK' });
    await shop.sandbox('DELETE', '/faults');
  });
});

describe('a payment whose answer gets lost', () => {
  test('is 202 and completes by itself', async () => {
    const token = await shop.token(5);
    const { orderNo } = await placeOrder(shop, token);
    const paymentKey = await shop.pay(orderNo, 30_000, 'error-after-approve');
    const silent = { target: 'toss', operation: 'getPayment', orderNo, mode: 'error' };
    await shop.sandbox('PUT', '/faults', silent);
    const first = await confirm(shop, token, { orderNo, paymentKey, amount: 30_000 });
    await shop.sandbox('DELETE', '/faults');
    expect(first).toMatchObject({ status: 202, body: { status: 'PAYMENT_CONFIRMING' } });
    expect(first.headers.get('retry-after')).not.toBeNull();
    const order = await settled(orderNo, token, 'COMPLETED');
    expect(order.payment.status).toBe('DONE');
    const again = await confirm(shop, token, { orderNo, paymentKey, amount: 30_000 });
    expect(again).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
  });

  test('is awaited when the client prefers to wait', async () => {
    const token = await shop.token(5);
    const { orderNo } = await placeOrder(shop, token);
    const paymentKey = await shop.pay(orderNo, 30_000, 'error-after-approve');
    const silent = { target: 'toss', operation: 'getPayment', orderNo, mode: 'error', times: 1 };
    await shop.sandbox('PUT', '/faults', silent);
    const done = await confirm(
      shop,
      token,
      { orderNo, paymentKey, amount: 30_000 },
      { prefer: 'wait=10' },
    );
    expect(done).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
    expect(done.headers.get('preference-applied')).toBe('wait=10');
  });
});

describe('cancelling', () => {
  test('an unpaid order happens at once, and again is the same', async () => {
    const token = await shop.token(7);
    const { orderNo } = await placeOrder(shop, token);
    const cancel = () =>
      shop.call('POST', `/orders/${orderNo}/cancel`, { token, body: { reason: '마음이 바뀜' } });
    expect(await cancel()).toMatchObject({
      status: 200,
      body: { status: 'CANCELED', failureCode: 'CANCELED_BY_MEMBER' },
    });
    expect((await cancel()).status).toBe(200);
    await eventually('the stock to come back', async () => (await books(orderNo)).held[0] === 0);
  });

  test('a part, then the rest of a paid order gives back every won, point and piece', async () => {
    const token = await shop.token(8);
    const { orderNo } = await buy(shop, token, {
      items: [
        { productVariantId: 1, quantity: 2 },
        { productVariantId: 3, quantity: 1 },
      ],
      pointToUse: 7_777,
      expectedPrice: 30_000 + 42_415 - 7_777,
    });
    const part = await shop.call('POST', `/orders/${orderNo}/cancel`, {
      token,
      body: { items: [{ productVariantId: 1, quantity: 1 }], reason: '사이즈' },
      headers: { prefer: 'wait=10', 'idempotency-key': 'part-1' },
    });
    expect(part).toMatchObject({ status: 200, body: { status: 'PARTIALLY_CANCELED' } });
    const repeated = await shop.call('POST', `/orders/${orderNo}/cancel`, {
      token,
      body: { items: [{ productVariantId: 1, quantity: 1 }], reason: '사이즈' },
      headers: { 'idempotency-key': 'part-1' },
    });
    expect(repeated.body.refunds).toHaveLength(1);
    const other = await shop.call('POST', `/orders/${orderNo}/cancel`, {
      token,
      body: { items: [{ productVariantId: 1, quantity: 2 }], reason: '사이즈' },
      headers: { 'idempotency-key': 'part-1' },
    });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const tooMuch = await shop.call('POST', `/orders/${orderNo}/cancel`, {
      token,
      body: { items: [{ productVariantId: 1, quantity: 2 }], reason: '사이즈' },
    });
    expect(tooMuch).toMatchObject({
      status: 409,
      body: { code: 'CANCELLATION_EXCEEDS_ORDER', left: 1 },
    });

    const rest = await shop.call('POST', `/orders/${orderNo}/cancel`, {
      token,
      body: { reason: '전체 취소' },
      headers: { prefer: 'wait=10' },
    });
    expect(rest).toMatchObject({
      status: 200,
      body: {
        status: 'CANCELED',
        refundedAmount: 64_638,
        refundedPoints: 7_777,
        payment: { status: 'CANCELED' },
      },
    });
    const after = await books(orderNo);
    expect(after.held).toEqual([0, 0]);
    expect(after.payments[0]).toMatchObject({ netPaid: 0 });
  });
});

describe('an idempotency key', () => {
  test('makes one order of many requests, with the same answer each time', async () => {
    const token = await shop.token(1);
    const send = () =>
      shop.call('POST', '/orders', {
        token,
        body: anOrder(),
        headers: { 'idempotency-key': '"one-order"' },
      });
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await settled(answers[0]?.body.orderNo, token, 'PAYMENT_WAITING');
    expect((await send()).body).toEqual(answers[0]?.body);
    const bare = await shop.call('POST', '/orders', {
      token,
      body: anOrder(),
      headers: { 'idempotency-key': 'one-order' },
    });
    expect(bare.body.orderNo).toBe(answers[0]?.body.orderNo);
    const reused = await shop.call('POST', '/orders', {
      token,
      body: anOrder({ items: [{ productVariantId: 1, quantity: 1 }], expectedPrice: 15_000 }),
      headers: { 'idempotency-key': 'one-order' },
    });
    expect(reused).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const others = await shop.call('POST', '/orders', {
      token: await shop.token(2),
      body: anOrder(),
      headers: { 'idempotency-key': 'one-order' },
    });
    expect(others.body.orderNo).not.toBe(answers[0]?.body.orderNo);
  });
});
