import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { anOrder } from '../support/buying.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterEach(async () => {
  await shop.sandbox('DELETE', '/faults');
});
afterAll(() => shop.stop());

const add = (token: string, productVariantId: number, quantity: number, headers = {}) =>
  shop.call('POST', '/carts', { token, body: { productVariantId, quantity }, headers });
const cartOf = async (token: string) => (await shop.call('GET', '/carts', { token })).body;

describe('a cart', () => {
  test('sums additions, sets quantities, and shows live prices', async () => {
    const token = await shop.token(1);
    const first = await add(token, 2, 1);
    expect(first).toMatchObject({ status: 201, body: { id: 2, quantity: 1, lineTotal: 13_500 } });
    expect(first.headers.get('location')).toBe('/carts/2');
    expect(first.headers.get('etag')).toBe('"1"');
    const second = await add(token, 2, 2);
    expect(second.body).toMatchObject({ quantity: 3, price: { discountedPrice: 13_500 } });
    const many = await shop.call('POST', '/carts', {
      token,
      body: {
        items: [
          { productVariantId: 1, quantity: 1 },
          { productVariantId: 24, quantity: 5 },
        ],
      },
    });
    expect(many.body.items.map(({ id }: { id: number }) => id)).toEqual([1, 24]);
    const changed = await shop.call('PATCH', '/carts/2', { token, body: { quantity: 2 } });
    expect(changed).toMatchObject({ status: 200, body: { id: 2, quantity: 2, lineTotal: 27_000 } });
    expect(await cartOf(token)).toMatchObject({
      cartTotalPrice: 27_000 + 15_000 + 5_000,
      degraded: false,
    });

    expect((await shop.call('DELETE', '/carts/1', { token })).status).toBe(204);
    expect((await shop.call('DELETE', '/carts/1', { token })).status).toBe(204);
    expect((await shop.call('DELETE', '/carts?cartItemIds=2,24', { token })).status).toBe(204);
    expect((await cartOf(token)).cartItems).toEqual([]);
  });

  test('is cleared as a whole', async () => {
    const token = await shop.token(2);
    await add(token, 1, 1);
    await add(token, 2, 1);
    expect((await shop.call('DELETE', '/carts', { token })).status).toBe(204);
    expect((await cartOf(token)).cartItems).toEqual([]);
  });

  test('is changed only by who has seen its version', async () => {
    const token = await shop.token(3);
    const { headers } = await add(token, 1, 1);
    const seen = headers.get('etag') ?? '';
    await add(token, 1, 1);
    const stale = { 'if-match': seen };
    const patch = await shop.call('PATCH', '/carts/1', {
      token,
      body: { quantity: 9 },
      headers: stale,
    });
    expect(patch).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } });
    expect((await shop.call('DELETE', '/carts', { token, headers: stale })).status).toBe(412);
    expect((await add(token, 1, 1, stale)).status).toBe(412);
    const fresh = { 'if-match': patch.headers.get('etag') ?? '' };
    const again = await shop.call('PATCH', '/carts/1', {
      token,
      body: { quantity: 9 },
      headers: fresh,
    });
    expect(again).toMatchObject({ status: 200, body: { quantity: 9 } });
    const nonsense = { 'if-match': 'seven' };
    expect((await shop.call('DELETE', '/carts', { token, headers: nonsense })).status).toBe(400);
  });

  test('takes an addition once under one key', async () => {
    const token = await shop.token(5);
    const key = { 'idempotency-key': 'add-once' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => add(token, 1, 2, key)));
    expect(answers.map(({ status, body }) => [status, body.quantity])).toEqual(
      Array(4).fill([201, 2]),
    );
    expect((await add(token, 1, 3, key)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await cartOf(token)).cartItems[0].quantity).toBe(2);
  });

  test('holds at most a hundred products', async () => {
    const token = await shop.token(1001);
    const ids = Array.from({ length: 50 }, (_, index) => 1001 + index);
    const items = ids.map((productVariantId) => ({ productVariantId, quantity: 1 }));
    expect((await shop.call('POST', '/carts', { token, body: { items } })).status).toBe(201);
    const catalogue = Array.from({ length: 51 }, (_, index) => ({
      productVariantId: 5001 + index,
      productId: 1,
      productName: `p${index}`,
      status: 'ON_SALE',
      originalPrice: 1000,
      stockQuantity: 10,
    }));
    const { status } = await shop.sandbox('PUT', '/catalogue', { variants: catalogue });
    expect(status).toBe(200);
    const more = catalogue.map(({ productVariantId }) => ({ productVariantId, quantity: 1 }));
    const full = await shop.call('POST', '/carts', { token, body: { items: more } });
    expect(full).toMatchObject({ status: 409, body: { code: 'CART_FULL', limit: 100 } });
    expect((await cartOf(token)).cartItems).toHaveLength(50);
  });
});

describe('lines whose products change', () => {
  test('are marked, never dropped', async () => {
    const token = await shop.token(6);
    for (const id of [1, 2, 3, 10]) await add(token, id, 2);
    await shop.sandbox('PUT', '/catalogue', {
      variants: [
        { productVariantId: 1, status: 'STOP_SALE' },
        { productVariantId: 2, status: 'DELETED' },
        { productVariantId: 3, stockQuantity: 0 },
        { productVariantId: 10, stockQuantity: 1, originalPrice: 13_000 },
      ],
    });
    const { cartItems, cartTotalPrice } = await cartOf(token);
    const statuses = Object.fromEntries(
      cartItems.map((item: { id: number; status: string }) => [item.id, item.status]),
    );
    expect(statuses).toEqual({
      1: 'STOP_SALE',
      2: 'DELETED',
      3: 'SOLD_OUT',
      10: 'INSUFFICIENT_STOCK',
    });
    expect(cartTotalPrice).toBe(0);
    const changed = cartItems.find(({ id }: { id: number }) => id === 10);
    expect(changed.priceChanged).toEqual({ from: 11_400, to: 12_350 });
    await shop.sandbox('PUT', '/catalogue', {
      variants: [
        { productVariantId: 1, status: 'ON_SALE' },
        { productVariantId: 2, status: 'ON_SALE' },
        { productVariantId: 3, stockQuantity: 500 },
        { productVariantId: 10, stockQuantity: 3, originalPrice: 12_000 },
      ],
    });
  });

  test('may not be added while they are not on sale', async () => {
    const token = await shop.token(7);
    for (const id of [13, 15, 17])
      expect(await add(token, id, 1)).toMatchObject({
        status: 409,
        body: { code: 'PRODUCT_NOT_ON_SALE' },
      });
    expect(await add(token, 999_999, 1)).toMatchObject({
      status: 404,
      body: { code: 'PRODUCT_NOT_FOUND' },
    });
    expect((await cartOf(token)).cartItems).toEqual([]);
  });
});

describe('while the product service is away', () => {
  test('the cart is shown with what was known, and nothing is added or ordered', async () => {
    const token = await shop.token(8);
    await add(token, 1, 2);
    const before = await shop.lastEvent();
    await shop.sandbox('PUT', '/faults', { target: 'product', mode: 'unavailable' });
    const cart = await cartOf(token);
    expect(cart).toMatchObject({ degraded: true, cartTotalPrice: 0 });
    expect(cart.cartItems[0]).toMatchObject({
      status: 'UNKNOWN',
      available: false,
      price: null,
      productName: '베이직 면 티셔츠',
      lastKnownPrice: { unitPrice: 15_000, stale: true },
    });
    for (const refused of [
      add(token, 1, 1),
      shop.call('PATCH', '/carts/1', { token, body: { quantity: 3 } }),
      shop.call('POST', '/orders', { token, body: anOrder() }),
      shop.call('POST', '/orders/quote', { token, body: { items: anOrder().items } }),
    ]) {
      const answer = await refused;
      expect(answer).toMatchObject({ status: 503, body: { code: 'PRODUCT_UNAVAILABLE' } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(await shop.lastEvent()).toBe(before);
    expect((await shop.call('DELETE', '/carts/1', { token })).status).toBe(204);
    expect((await shop.call('GET', '/health/ready')).status).toBe(200);
    await shop.sandbox('DELETE', '/faults');
    await eventually(
      'the breaker to close',
      async () => (await add(token, 1, 1)).status === 201,
      30_000,
    );
  });
});

describe('while coupon or member service is away', () => {
  test('ordering says which, and later it works', async () => {
    const token = await shop.token(1);
    await shop.sandbox('PUT', '/faults', { target: 'coupon', mode: 'error', times: 10 });
    const coupon = await shop.call('POST', '/orders/quote', {
      token,
      body: { items: anOrder().items, couponId: 12 },
    });
    expect(coupon).toMatchObject({ status: 503, body: { code: 'COUPON_SERVICE_UNAVAILABLE' } });
    await shop.sandbox('PUT', '/faults', [{ target: 'member', mode: 'error', times: 10 }]);
    const member = await shop.call('POST', '/orders/quote', {
      token,
      body: { items: anOrder().items },
    });
    expect(member).toMatchObject({ status: 503, body: { code: 'MEMBER_SERVICE_UNAVAILABLE' } });
  });
});
