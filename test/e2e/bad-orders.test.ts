import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrder } from '../support/buying.ts';
import { type Refusals, refusalsOf } from '../support/refusals.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
let token: string;
let refused: Refusals;

beforeAll(async () => {
  shop = await startShop({ BODY_LIMIT: '2kb' });
  token = await shop.token(1);
  await shop.call('POST', '/carts', { token, body: { productVariantId: 2, quantity: 1 } });
  refused = await refusalsOf(shop);
});
afterAll(() => shop.stop());

const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  shop.call('POST', path, { token, body, headers });

describe('a body that is no good', () => {
  test('malformed JSON', () =>
    refused(shop.call('POST', '/orders', { token, raw: '{"items": [' }), 400, 'MALFORMED_JSON'));
  test('a bare text', () =>
    refused(shop.call('POST', '/orders', { token, raw: '"order"' }), 400, 'MALFORMED_JSON'));
  test('nothing at all', () =>
    refused(shop.call('POST', '/orders', { token }), 400, 'VALIDATION_FAILED'));
  test('a list', () => refused(post('/orders', []), 400, 'VALIDATION_FAILED'));
  test('wrong types, each named by its place', async () => {
    const { body } = await refused(
      post(
        '/orders',
        anOrder({ items: [{ productVariantId: 'x', quantity: 1 }], pointToUse: '0' }),
      ),
      400,
      'VALIDATION_FAILED',
    );
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/items/0/productVariantId',
      '#/pointToUse',
    ]);
  });
  test('an unknown field', async () => {
    const { body } = await refused(post('/orders', anOrder({ cuponId: 1 })), 400, 'UNKNOWN_FIELD');
    expect(body.errors).toEqual([
      { pointer: '#/cuponId', code: 'UNKNOWN_FIELD', detail: 'is not known here' },
    ]);
  });
  test('an unknown field of a line', () =>
    refused(post('/carts', { productVariantId: 1, quantity: 1, price: 1 }), 400, 'UNKNOWN_FIELD'));
  test('more than the limit', () =>
    refused(
      post('/orders', anOrder({ deliveryAddress: 'x'.repeat(3_000) })),
      413,
      'BODY_TOO_LARGE',
    ));
  test('not JSON by its own word', () =>
    refused(
      shop.call('POST', '/carts', { token, raw: 'a=b', headers: { 'content-type': 'text/plain' } }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ));
  test('compressed by something unknown', () =>
    refused(
      shop.call('POST', '/carts', { token, raw: '{}', headers: { 'content-encoding': 'zstd' } }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ));
  test('an address of control characters', () =>
    refused(post('/orders', anOrder({ deliveryAddress: 'a\u0000b' })), 400, 'VALIDATION_FAILED'));
  test('no items', () =>
    refused(post('/orders', anOrder({ items: [] })), 400, 'VALIDATION_FAILED'));
});

describe('a quantity that is none', () => {
  test.each([0, -1, 1.5, 1e9])('%d in the cart', async (quantity) => {
    await refused(post('/carts', { productVariantId: 1, quantity }), 422, 'QUANTITY_OUT_OF_RANGE');
  });
  test.each([0, -1, 1.5, 1e9])('%d in an order', async (quantity) => {
    await refused(
      post('/orders', anOrder({ items: [{ productVariantId: 1, quantity }] })),
      422,
      'QUANTITY_OUT_OF_RANGE',
    );
  });
  test.each([0, -1, 1.5, 1e9])('%d for a line', async (quantity) => {
    await refused(
      shop.call('PATCH', '/carts/2', { token, body: { quantity } }),
      422,
      'QUANTITY_OUT_OF_RANGE',
    );
  });
  test('a text', () =>
    refused(post('/carts', { productVariantId: 1, quantity: '1' }), 400, 'VALIDATION_FAILED'));
  test('more than a line holds, summed up', () =>
    refused(post('/carts', { productVariantId: 2, quantity: 999 }), 409, 'CART_QUANTITY_LIMIT'));
});

describe('an order that cannot be', () => {
  test('the same variant twice', async () => {
    const line = { productVariantId: 1, quantity: 1 };
    const { body } = await refused(
      post('/orders', anOrder({ items: [line, line] })),
      400,
      'DUPLICATE_VARIANT',
    );
    expect(body.productVariantIds).toEqual([1]);
  });
  test('an unknown product', () =>
    refused(
      post('/orders', anOrder({ items: [{ productVariantId: 999_999, quantity: 1 }] })),
      404,
      'PRODUCT_NOT_FOUND',
    ));
  test.each([13, 15, 17])('variant %d, which is not on sale', async (productVariantId) => {
    await refused(
      post('/orders', anOrder({ items: [{ productVariantId, quantity: 1 }] })),
      409,
      'PRODUCT_NOT_ON_SALE',
    );
  });
  test('more than there is', async () => {
    const { body } = await refused(
      post('/orders', anOrder({ items: [{ productVariantId: 10, quantity: 4 }] })),
      409,
      'INSUFFICIENT_STOCK',
    );
    expect(body.shortages).toEqual([{ productVariantId: 10, requested: 4, available: 3 }]);
  });
  test.each([
    [8, 404, 'COUPON_NOT_FOUND'],
    [9_999, 404, 'COUPON_NOT_FOUND'],
    [5, 409, 'COUPON_EXPIRED'],
    [4, 409, 'COUPON_MIN_AMOUNT_NOT_MET'],
    [6, 409, 'COUPON_NOT_USABLE'],
    [7, 409, 'COUPON_NOT_USABLE'],
  ] as const)('coupon %d', async (couponId, status, code) => {
    await refused(post('/orders', anOrder({ couponId })), status, code);
  });
  test('more points than the member has', () =>
    refused(
      post('/orders', anOrder({ pointToUse: 10_001, expectedPrice: 19_999 })),
      409,
      'INSUFFICIENT_POINT',
    ));
  test('more points than the order costs', () =>
    refused(
      post(
        '/orders',
        anOrder({
          items: [{ productVariantId: 24, quantity: 1 }],
          pointToUse: 2_000,
          expectedPrice: 0,
        }),
      ),
      422,
      'POINTS_NOT_ALLOWED',
    ));
  test('an amount below what a card takes, with how much to change', async () => {
    const { body } = await refused(
      post(
        '/orders',
        anOrder({
          items: [{ productVariantId: 24, quantity: 1 }],
          pointToUse: 950,
          expectedPrice: 50,
        }),
      ),
      422,
      'PAYMENT_AMOUNT_TOO_SMALL',
    );
    expect(body).toMatchObject({ finalPaymentAmount: 50, pointsMore: 50, pointsFewer: 50 });
  });
  test('another price than expected, with the real one', async () => {
    const { body } = await refused(
      post('/orders', anOrder({ expectedPrice: 29_999 })),
      409,
      'ORDER_PRICE_MISMATCH',
    );
    expect(body.price.finalPaymentAmount).toBe(30_000);
  });
  test('of a member whom nobody knows', async () => {
    const stranger = await shop.token(999_999);
    await refused(
      shop.call('POST', '/orders', { token: stranger, body: anOrder() }),
      404,
      'MEMBER_NOT_FOUND',
    );
  });
  test('under a key that is none', () =>
    refused(
      post('/orders', anOrder(), { 'idempotency-key': '"unfinished' }),
      400,
      'INVALID_HEADER',
    ));
});
