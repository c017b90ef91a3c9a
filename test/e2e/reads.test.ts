import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrder, buy, placeOrder } from '../support/buying.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

type Summary = { readonly orderNo: string; readonly status: string };

describe('the list of orders', () => {
  let token: string;
  const placed: string[] = [];
  beforeAll(async () => {
    token = await shop.token(1);
    for (let count = 0; count < 7; count += 1)
      placed.unshift(
        (
          await placeOrder(
            shop,
            token,
            count === 3
              ? { items: [{ productVariantId: 24, quantity: 1 }], expectedPrice: 1_000 }
              : {},
          )
        ).orderNo,
      );
    await eventually('all to be listed', async () => {
      const { body } = await shop.call('GET', '/orders?status=PAYMENT_WAITING', { token });
      return body.content.length === 7;
    });
  });

  test('comes page by page, newest first, each order once', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/orders?limit=3';
    while (path) {
      const { body, headers } = await shop.call('GET', path, { token });
      seen.push(...body.content.map(({ orderNo }: Summary) => orderNo));
      path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      expect(path === undefined).toBe(body.nextCursor === null);
      if (seen.length === 3) await placeOrder(shop, token);
    }
    expect(seen).toEqual(placed);
  });

  test('is filtered, and a cursor belongs to its filter', async () => {
    const named = await shop.call('GET', `/orders?productName=${encodeURIComponent('없는 상품')}`, {
      token,
    });
    expect(named.body.content).toEqual([]);
    const first = await shop.call('GET', '/orders?size=2&status=PAYMENT_WAITING', { token });
    expect(first.body).toMatchObject({ pageSize: 2, nextCursor: expect.any(String) });
    const other = await shop.call(
      'GET',
      `/orders?cursor=${first.body.nextCursor}&status=COMPLETED`,
      { token },
    );
    expect(other).toMatchObject({ status: 400, body: { code: 'INVALID_CURSOR' } });
    expect((await shop.call('GET', '/orders?year=1999', { token })).body.content).toEqual([]);
  });

  test('shows a write at once to who brings its token', async () => {
    const { headers, body } = await shop.call('POST', '/orders', { token, body: anOrder() });
    const position = headers.get('x-consistency-token') ?? '';
    const byHeader = await shop.call('GET', '/orders', {
      token,
      headers: { 'x-consistency-token': position },
    });
    expect(byHeader.body.content[0].orderNo).toBe(body.orderNo);
    const byQuery = await shop.call('GET', `/orders/${body.orderNo}?minPosition=${position}`, {
      token,
    });
    expect(byQuery.status).toBe(200);
  });

  test("holds nobody else's orders", async () => {
    const { body } = await shop.call('GET', '/orders', { token: await shop.token(2) });
    expect(body.content).toEqual([]);
  });
});

describe('one order', () => {
  test('is there right after it was placed, without a token of consistency', async () => {
    const token = await shop.token(3);
    const { headers } = await shop.call('POST', '/orders', { token, body: anOrder() });
    const found = await shop.call('GET', headers.get('location') ?? '', { token });
    expect(found.status).toBe(200);
  });

  test('is not sent again to who has it', async () => {
    const token = await shop.token(4);
    const { orderNo } = await placeOrder(shop, token);
    const etag = await eventually('the order to rest', async () => {
      const { body, headers } = await shop.call('GET', `/orders/${orderNo}`, { token });
      return body.status === 'PAYMENT_WAITING' ? (headers.get('etag') ?? undefined) : undefined;
    });
    const again = await shop.call('GET', `/orders/${orderNo}`, {
      token,
      headers: { 'if-none-match': etag },
    });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  test('tells its history, without what is personal, and how it was before', async () => {
    const token = await shop.token(5);
    const { orderNo } = await buy(shop, token);
    const { body } = await shop.call('GET', `/orders/${orderNo}/history`, { token });
    expect(body.events.map(({ type }: { type: string }) => type)).toEqual([
      'OrderPlaced',
      'OrderAwaitingPayment',
      'PaymentConfirmationRequested',
      'PaymentApproved',
      'OrderCompleted',
    ]);
    expect(JSON.stringify(body)).not.toMatch(
      /정하준|010-|세종대로|paymentKey|idempotencyKey|fingerprint/,
    );
    const then = encodeURIComponent(body.events[1].at);
    const before = await shop.call('GET', `/orders/${orderNo}?asOf=${then}`, { token });
    expect(before.body).toMatchObject({ status: 'PAYMENT_WAITING', payment: null });
    const earlier = await shop.call('GET', `/orders/${orderNo}?asOf=2020-01-01T00:00:00Z`, {
      token,
    });
    expect(earlier).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
    const never = await shop.call('GET', `/orders/${orderNo}?asOf=yesterday`, { token });
    expect(never).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
});

describe('a hint of the payment provider', () => {
  test('is heeded once, and never believed', async () => {
    const token = await shop.token(6);
    const { orderNo } = await placeOrder(shop, token);
    const lie = {
      eventType: 'PAYMENT_STATUS_CHANGED',
      data: { orderId: orderNo, paymentKey: 'forged', status: 'DONE' },
    };
    const send = (body: unknown, id: string) =>
      shop.call('POST', '/payments/webhook', {
        body,
        headers: { 'tosspayments-webhook-transmission-id': id },
      });
    expect((await send(lie, 'a')).status).toBe(200);
    expect((await send(lie, 'a')).status).toBe(200);
    expect((await send({ anything: true }, 'b')).status).toBe(200);
    expect((await send([], 'c')).status).toBe(200);
    await eventually('the repeated one to be counted', async () =>
      /payment_hints_total\{result="repeated"\} 1/.test((await shop.call('GET', '/metrics')).body),
    );
    const { body } = await shop.call('GET', `/orders/${orderNo}`, { token });
    expect(body.status).toBe('PAYMENT_WAITING');
  });
});
