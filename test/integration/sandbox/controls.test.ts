import { jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { DEFAULT_JWT } from '../../../sandbox/server.ts';
import { sandboxForTest } from './support.ts';

const ORDER = 'ORD-20260301-0000000001';
const key = new TextEncoder().encode(DEFAULT_JWT.secret);
const { issuer, audience } = DEFAULT_JWT;

describe('a token', () => {
  test('names the member and the role, and is signed for the order service', async () => {
    const sandbox = await sandboxForTest();
    const { status, body } = await sandbox.post('/tokens', { memberId: 7, role: 'ROLE_ADMIN' });
    expect(status).toBe(201);
    const { payload } = await jwtVerify(body.token, key, {
      issuer,
      audience,
      algorithms: ['HS256'],
    });
    expect(payload).toMatchObject({ sub: '7', role: 'ROLE_ADMIN', jti: expect.any(String) });
    expect(new Date((payload.exp ?? 0) * 1000).toISOString()).toBe(body.expiresAt);
  });

  test('is a user token by default and can have expired already', async () => {
    const sandbox = await sandboxForTest();
    const fresh = await sandbox.post('/tokens', { memberId: '7' });
    const stale = await sandbox.post('/tokens', { memberId: 7, ttlSeconds: -60 });
    const { payload } = await jwtVerify(fresh.body.token, key, { issuer, audience });
    expect(payload.role).toBe('ROLE_USER');
    await expect(jwtVerify(stale.body.token, key, { issuer, audience })).rejects.toThrow('exp');
  });

  test.each([{}, { memberId: 0 }, { memberId: 'x' }, { memberId: 1, role: 'ROLE_ROOT' }])(
    'is not given for %j',
    async (body) => {
      const sandbox = await sandboxForTest();
      expect((await sandbox.post('/tokens', body)).body.code).toBe('INVALID_REQUEST');
    },
  );
});

describe('the payment window', () => {
  test('gives a payment key and says until when to confirm', async () => {
    const sandbox = await sandboxForTest();
    const { status, body } = await sandbox.post('/payments', { orderId: ORDER, amount: 15_000 });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      paymentKey: expect.stringMatching(/^tgen_/),
      orderId: ORDER,
      amount: 15_000,
      paymentType: 'NORMAL',
      method: '카드',
      status: 'IN_PROGRESS',
    });
    expect(Date.parse(body.confirmBefore)).toBeGreaterThan(Date.now());
  });

  test.each([
    { orderId: 'short', amount: 1000 },
    { orderId: ORDER, amount: -1 },
    { orderId: ORDER, amount: 10.5 },
    { orderId: ORDER, amount: 1000, outcome: 'strange' },
    { orderId: ORDER, amount: 1000, outcome: [] },
    { orderId: ORDER, amount: 1000, method: 'barter' },
    { orderId: ORDER, amount: 1000, colour: 'red' },
  ])('does not open for %j', async (body) => {
    const sandbox = await sandboxForTest();
    expect((await sandbox.post('/payments', body)).status).toBe(400);
  });
});

describe('the catalogue', () => {
  test('has variants in every state, members with and without points, and coupons of every kind', async () => {
    const sandbox = await sandboxForTest();
    const { variants, members, coupons } = (await sandbox.get('/catalogue')).body;
    expect(variants.length).toBeGreaterThanOrEqual(20);
    expect(new Set(variants.map(({ status }: { status: string }) => status))).toEqual(
      new Set(['PREPARING', 'ON_SALE', 'STOP_SALE', 'DELETED']),
    );
    expect(members.length).toBeGreaterThanOrEqual(6);
    expect(
      new Set(coupons.map(({ discountType }: { discountType: string }) => discountType)),
    ).toEqual(new Set(['RATE', 'AMOUNT']));
  });

  test('can be changed: named fields of what exists, defaults for what is new', async () => {
    const sandbox = await sandboxForTest();
    const { status } = await sandbox.put('/catalogue', {
      variants: [
        { productVariantId: 1, originalPrice: 16_000, stockQuantity: 7 },
        { productVariantId: 500, stockQuantity: 3, status: 'PREPARING' },
      ],
      members: [
        { memberId: 2, points: 50 },
        { memberId: 500, name: '새 회원', points: 5 },
      ],
      coupons: [{ couponId: 500, discountType: 'RATE', discountValue: 7, memberId: 500 }],
    });
    expect(status).toBe(200);
    expect((await sandbox.get('/product/internal/variants/1')).body).toMatchObject({
      productName: '베이직 면 티셔츠',
      stockQuantity: 7,
      unitPrice: { originalPrice: 16_000 },
    });
    expect((await sandbox.get('/product/internal/variants/500')).body.status).toBe('PREPARING');
    expect((await sandbox.get('/member/internal/users/2/order-info')).body).toMatchObject({
      userName: '이서연',
      pointBalance: 50,
    });
    expect((await sandbox.get('/coupon/internal/users/500/coupons/500')).body.discountValue).toBe(
      7,
    );
    const { variants, members } = await sandbox.ledger();
    expect(variants[0]).toMatchObject({ productVariantId: 1, initial: 7, available: 7, held: 0 });
    expect(members[1]).toMatchObject({ memberId: 2, initial: 50, balance: 50 });
  });

  test('keeps what orders hold when the stock is changed', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.deduct('ORD-1', 12, 4);
    await sandbox.put('/catalogue', { variants: [{ productVariantId: 12, originalPrice: 1000 }] });
    await sandbox.put('/catalogue', { variants: [{ productVariantId: 12, stockQuantity: 100 }] });
    const { variants } = await sandbox.ledger('ORD-1');
    expect(variants).toMatchObject([{ initial: 104, available: 100, held: 4 }]);
  });

  test('comes back with a reset, which forgets all that happened', async () => {
    const sandbox = await sandboxForTest();
    const before = await sandbox.ledger();
    await sandbox.deduct('ORD-1', 12, 4);
    await sandbox.openPayment(ORDER, 15_000);
    await sandbox.put('/faults', { target: 'toss', mode: 'hang' });
    await sandbox.put('/clock', { offsetMs: 60_000 });
    expect((await sandbox.post('/reset', {})).status).toBe(200);
    const after = await sandbox.ledger();
    expect(after.variants).toEqual(before.variants);
    expect([after.payments, after.operations]).toEqual([[], []]);
    expect((await sandbox.get('/faults')).body.faults).toEqual([]);
    expect((await sandbox.get('/clock')).body.offsetMs).toBe(0);
  });
});

test('the ledger shows effects and calls of an order at every service', async () => {
  const sandbox = await sandboxForTest();
  const undo = [
    `/product/internal/stock-deductions/${ORDER}`,
    `/coupon/internal/coupons/1/redemptions/${ORDER}`,
    `/member/internal/users/1/point-uses/${ORDER}`,
  ];
  await sandbox.deduct(ORDER, 12, 1);
  await sandbox.deduct(ORDER, 12, 1);
  await sandbox.put(undo[1] ?? '', {
    sagaId: 's',
    userId: 1,
    totalAmount: 9000,
    discountAmount: 3000,
  });
  await sandbox.put(undo[2] ?? '', { sagaId: 's', amount: 100 });
  const paymentKey = await sandbox.openPayment(ORDER, 15_000);
  await sandbox.confirm(paymentKey, ORDER, 15_000);
  await sandbox.cancel(paymentKey, { cancelReason: '변심' });
  for (const path of undo) await sandbox.delete(path);
  await sandbox.deduct('ORD-REFUSED', 11, 1);
  const { operations, payments } = await sandbox.ledger(ORDER);
  const once = { do: 1, undo: 1 };
  expect(operations).toMatchObject([
    { service: 'product', state: 'UNDONE', effects: once, calls: { 'product.deductStock': 2 } },
    { service: 'coupon', state: 'UNDONE', effects: once, calls: { 'coupon.releaseCoupon': 1 } },
    { service: 'member', state: 'UNDONE', effects: once, calls: { 'member.usePoints': 1 } },
    { service: 'toss', state: 'UNDONE', effects: once, calls: { 'toss.confirmPayment': 1 } },
  ]);
  expect(payments).toMatchObject([
    { paymentKey, status: 'CANCELED', netPaid: 0, balanceAmount: 0 },
  ]);
  expect((await sandbox.ledger('ORD-REFUSED')).operations).toMatchObject([
    {
      service: 'product',
      state: 'NONE',
      effects: { do: 0, undo: 0 },
      calls: { 'product.deductStock': 1 },
    },
  ]);
});

describe('a request that does not fit', () => {
  test('has no route: 404, or 405 with what is allowed', async () => {
    const sandbox = await sandboxForTest();
    expect((await sandbox.get('/nowhere')).body.code).toBe('NOT_FOUND');
    expect((await sandbox.get('/product/internal/variants/%E0%A4%A')).status).toBe(404);
    const answer = await sandbox.post('/product/internal/variants/1', {});
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers.get('allow')).toBe('GET');
  });

  test('is no JSON: 400, and at the payment service in its own words', async () => {
    const sandbox = await sandboxForTest();
    expect((await sandbox.call('PUT', '/faults', '{"target":')).body.code).toBe('MALFORMED_JSON');
    expect((await sandbox.toss('POST', '/payments/confirm', '{')).body).toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.any(String),
    });
    expect((await sandbox.call('PUT', '/faults')).body.code).toBe('INVALID_REQUEST');
  });

  test('is larger than a mebibyte: 413', async () => {
    const sandbox = await sandboxForTest();
    const answer = await sandbox.put('/faults', { padding: 'x'.repeat(1 << 20) });
    expect(answer).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
  });
});

test('a service token, where one is set, is asked for by the services and not by the controls', async () => {
  const sandbox = await sandboxForTest({ serviceToken: 'secret' });
  const path = '/product/internal/variants/1';
  expect(await sandbox.get(path)).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
  const answer = await sandbox.call('GET', path, undefined, { authorization: 'Bearer secret' });
  expect(answer.status).toBe(200);
  expect((await sandbox.payment('none')).body.code).toBe('NOT_FOUND_PAYMENT');
  expect((await sandbox.get('/health/live')).status).toBe(200);
});

test('the request id comes back with the answer', async () => {
  const sandbox = await sandboxForTest();
  const answer = await sandbox.call('GET', '/product/internal/variants/1', undefined, {
    'x-request-id': 'r-1',
  });
  expect(answer.headers.get('x-request-id')).toBe('r-1');
});
