import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_JWT } from '../../sandbox/server.ts';
import { buy, confirm, placeOrder } from '../support/buying.ts';
import { eventually } from '../support/eventually.ts';
import { type Refusals, refusalsOf } from '../support/refusals.ts';
import { type Answered, type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
let token: string;
let waiting: string;
let paid: { orderNo: string; payment: { paymentKey: string } };
let foreign: string;

let refused: Refusals;

const quiet = async (): Promise<void> => {
  for (const orderNo of [waiting, paid.orderNo])
    await eventually('the sagas to rest', async () => {
      const { body } = await shop.call('GET', `/orders/${orderNo}`, { token });
      return orderNo === waiting
        ? body.status === 'PAYMENT_WAITING'
        : body.saga.status === 'FINISHED';
    });
};

beforeAll(async () => {
  shop = await startShop();
  token = await shop.token(1);
  await shop.call('POST', '/carts', { token, body: { productVariantId: 2, quantity: 1 } });
  waiting = (await placeOrder(shop, token)).orderNo;
  paid = await buy(shop, token);
  const other = await shop.token(3);
  foreign = (await placeOrder(shop, other)).orderNo;
  await quiet();
  refused = await refusalsOf(shop);
});
afterAll(() => shop.stop());

const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  shop.call('POST', path, { token, body, headers });

describe('an order that is not mine, or not there', () => {
  const none = 'ORD-20260301-AAAAAAAAAAAAAAAA';
  const everywhere = (orderNo: string): readonly [string, Promise<Answered>][] => [
    ['GET', shop.call('GET', `/orders/${orderNo}`, { token })],
    ['asOf', shop.call('GET', `/orders/${orderNo}?asOf=2099-01-01T00:00:00Z`, { token })],
    ['history', shop.call('GET', `/orders/${orderNo}/history`, { token })],
    ['events', shop.call('GET', `/orders/${orderNo}/events`, { token })],
    ['cancel', post(`/orders/${orderNo}/cancel`, { reason: 'x' })],
    ['confirm', confirm(shop, token, { orderNo, paymentKey: 'k', amount: 30_000 })],
  ];
  test('is told alike, everywhere', async () => {
    for (const [where, answer] of everywhere(foreign)) {
      const { body } = await refused(answer, 404, 'ORDER_NOT_FOUND');
      expect(JSON.stringify(body), where).not.toContain('member');
    }
    for (const [, answer] of everywhere(none)) await refused(answer, 404, 'ORDER_NOT_FOUND');
  });
  test('a number that is none', () =>
    refused(shop.call('GET', '/orders/1%20or%201=1', { token }), 404, 'ORDER_NOT_FOUND'));
  test("another member's cart cannot be named at all, and mine stays mine", async () => {
    const other = await shop.token(3);
    const { body } = await shop.call('GET', '/carts', { token: other });
    expect(body.cartItems).toEqual([]);
    await refused(
      shop.call('PATCH', '/carts/2', { token: other, body: { quantity: 1 } }),
      404,
      'CART_ITEM_NOT_FOUND',
    );
  });
});

describe('a confirmation that cannot be', () => {
  test('of another amount', async () => {
    const paymentKey = await shop.pay(waiting, 100);
    const { body } = await refused(
      confirm(shop, token, { orderNo: waiting, paymentKey, amount: 100 }),
      409,
      'PAYMENT_AMOUNT_MISMATCH',
    );
    expect(body.expected).toBe(30_000);
  });
  test('a second one with another payment', () =>
    refused(
      confirm(shop, token, { orderNo: paid.orderNo, paymentKey: 'another', amount: 30_000 }),
      409,
      'ORDER_ALREADY_PAID',
    ));
  test('a second one with the same payment is the same', async () => {
    const { paymentKey } = paid.payment;
    const newest = await shop.lastEvent();
    const again = await confirm(shop, token, { orderNo: paid.orderNo, paymentKey, amount: 30_000 });
    expect(again).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
    expect(await shop.lastEvent()).toBe(newest);
  });
  test('with the same payment and another amount', () =>
    refused(
      confirm(shop, token, {
        orderNo: paid.orderNo,
        paymentKey: paid.payment.paymentKey,
        amount: 1,
      }),
      409,
      'PAYMENT_AMOUNT_MISMATCH',
    ));
  test('without a payment key', () =>
    refused(
      post('/orders/confirm', { orderNo: waiting, paymentKey: '', amount: 30_000 }),
      400,
      'VALIDATION_FAILED',
    ));
});

describe('a cancellation that cannot be', () => {
  test('a part of an unpaid order', () =>
    refused(
      post(`/orders/${waiting}/cancel`, {
        items: [{ productVariantId: 1, quantity: 1 }],
        reason: 'x',
      }),
      400,
      'VALIDATION_FAILED',
    ));
  test('more than was ordered', () =>
    refused(
      post(`/orders/${paid.orderNo}/cancel`, {
        items: [{ productVariantId: 1, quantity: 3 }],
        reason: 'x',
      }),
      409,
      'CANCELLATION_EXCEEDS_ORDER',
    ));
  test('of a version that is past', () =>
    refused(
      post(`/orders/${paid.orderNo}/cancel`, { reason: 'x' }, { 'if-match': '"1"' }),
      412,
      'PRECONDITION_FAILED',
    ));
});

describe('a token that is missing or bad', () => {
  const signed = (claims: Record<string, unknown>, secret = DEFAULT_JWT.secret, alg = 'HS256') =>
    new SignJWT({ role: 'ROLE_USER', ...claims })
      .setProtectedHeader({ alg })
      .setSubject('1')
      .setIssuer(String(claims.iss ?? DEFAULT_JWT.issuer))
      .setAudience(String(claims.aud ?? DEFAULT_JWT.audience))
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret));
  const withToken = (bad: string) => shop.call('GET', '/carts', { token: bad });

  test('none at all', async () => {
    const { headers } = await refused(shop.call('GET', '/carts'), 401, 'UNAUTHENTICATED');
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });
  test('another scheme', () =>
    refused(
      shop.call('GET', '/carts', { headers: { authorization: 'Basic abc' } }),
      401,
      'INVALID_TOKEN',
    ));
  test('gibberish', () => refused(withToken('abc'), 401, 'INVALID_TOKEN'));
  test('signed with another key', async () =>
    refused(
      withToken(await signed({}, 'another-secret-that-is-long-enough-0123456789')),
      401,
      'INVALID_TOKEN',
    ));
  test('by another algorithm', async () =>
    refused(
      withToken(await signed({}, DEFAULT_JWT.secret.padEnd(64, 'x'), 'HS512')),
      401,
      'INVALID_TOKEN',
    ));
  test('not signed', async () => {
    const [, payload] = (await signed({})).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    await refused(withToken(none), 401, 'INVALID_TOKEN');
  });
  test('for somebody else', async () =>
    refused(withToken(await signed({ aud: 'other' })), 401, 'INVALID_TOKEN'));
  test('of another issuer', async () =>
    refused(withToken(await signed({ iss: 'other' })), 401, 'INVALID_TOKEN'));
  test('not valid yet', async () => {
    const soon = Math.floor(Date.now() / 1000) + 3_600;
    await refused(withToken(await signed({ nbf: soon })), 401, 'INVALID_TOKEN');
  });
  test('of a role that is none', async () =>
    refused(withToken(await signed({ role: 'ROOT' })), 401, 'INVALID_TOKEN'));
  test('expired', async () => {
    const { headers } = await refused(
      withToken(await shop.token(1, 'ROLE_USER', -60)),
      401,
      'TOKEN_EXPIRED',
    );
    expect(headers.get('www-authenticate')).toContain('invalid_token');
  });
  test("a member's, where operators belong", () =>
    refused(shop.call('GET', '/admin/sagas', { token }), 403, 'FORBIDDEN'));
});

describe('a request that goes nowhere', () => {
  test('an unknown address', () =>
    refused(shop.call('GET', '/nothing', { token }), 404, 'NOT_FOUND'));
  test('a broken address', () =>
    refused(shop.call('GET', '/orders/%E0%A4%A', { token }), 404, 'NOT_FOUND'));
  test('an internal address', () =>
    refused(shop.call('GET', '/internal/variants/1', { token }), 404, 'NOT_FOUND'));
  test('another method', async () => {
    const { headers } = await refused(
      shop.call('PUT', '/carts', { token, body: {} }),
      405,
      'METHOD_NOT_ALLOWED',
    );
    expect(headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS, POST');
  });
  test('another media type', () =>
    refused(
      shop.call('GET', '/carts', { token, headers: { accept: 'text/html' } }),
      406,
      'NOT_ACCEPTABLE',
    ));
  test('a cursor of another listing', () =>
    refused(shop.call('GET', '/orders?cursor=abc', { token }), 400, 'INVALID_CURSOR'));
  test('a page of a million', () =>
    refused(shop.call('GET', '/orders?limit=1000000', { token }), 400, 'VALIDATION_FAILED'));
  test('a token of consistency that is none', () =>
    refused(shop.call('GET', '/orders?minPosition=soon', { token }), 400, 'INVALID_HEADER'));
  test('a token of consistency from the future', () =>
    refused(
      shop.call('GET', '/orders?minPosition=999999999999', { token }),
      503,
      'READ_MODEL_BEHIND',
    ));
});
