import { expect, test } from 'vitest';
import { type SandboxClient, sandboxForTest, stoppedClock } from './support.ts';

const redemption = (couponId: number, orderNo = 'ORD-1') =>
  `/coupon/internal/coupons/${couponId}/redemptions/${orderNo}`;
const redeem = (
  sandbox: SandboxClient,
  couponId: number,
  discountAmount: number,
  { totalAmount = 60_000, userId = 1, orderNo = 'ORD-1' } = {},
) =>
  sandbox.put(redemption(couponId, orderNo), { sagaId: 's', userId, totalAmount, discountAmount });
const calculate = (sandbox: SandboxClient, couponId: number, totalAmount: number, userId = 1) =>
  sandbox.post('/coupon/internal/coupons/calculate', { userId, couponId, totalAmount });

test('a coupon is shown to its owner, and does not exist for anyone else', async () => {
  const sandbox = await sandboxForTest();
  expect((await sandbox.get('/coupon/internal/users/1/coupons/3')).body).toEqual({
    couponId: 3,
    couponName: '20% 할인 (최대 5,000원)',
    discountType: 'RATE',
    discountValue: 20,
    minPurchaseAmount: 0,
    maxDiscountAmount: 5000,
    validFrom: '2020-01-01T00:00:00.000Z',
    expiresAt: '2099-12-31T15:00:00.000Z',
    status: 'AVAILABLE',
  });
  expect(await sandbox.get('/coupon/internal/users/2/coupons/3')).toMatchObject({
    status: 404,
    body: { code: 'COUPON_NOT_FOUND' },
  });
});

test.each([
  [1, 40_500, 3000],
  [1, 2000, 2000],
  [2, 999, 99],
  [3, 24_999, 4999],
  [3, 60_000, 5000],
  [4, 50_000, 5000],
  [12, 100, 100],
])('coupon %i takes off %i won: %i won', async (couponId, totalAmount, discountAmount) => {
  const sandbox = await sandboxForTest();
  expect((await calculate(sandbox, couponId, totalAmount)).body).toMatchObject({
    couponId,
    discountAmount,
  });
});

test.each([
  [5, 'COUPON_EXPIRED', 409],
  [6, 'COUPON_UNAVAILABLE', 409],
  [7, 'COUPON_UNAVAILABLE', 409],
  [9, 'COUPON_NOT_FOUND', 404],
  [999, 'COUPON_NOT_FOUND', 404],
])('coupon %i is refused at the calculation with %s', async (couponId, code, status) => {
  const sandbox = await sandboxForTest();
  expect(await calculate(sandbox, couponId, 60_000)).toMatchObject({ status, body: { code } });
});

test('too small a purchase is told the minimum', async () => {
  const sandbox = await sandboxForTest();
  expect((await calculate(sandbox, 4, 49_999)).body).toMatchObject({
    code: 'COUPON_MIN_AMOUNT_NOT_MET',
    minPurchaseAmount: 50_000,
  });
});

test('a coupon is redeemed once, by one order, and the repetition answers the same with 200', async () => {
  const sandbox = await sandboxForTest();
  const first = await redeem(sandbox, 1, 3000);
  expect(first).toMatchObject({ status: 201, body: { state: 'REDEEMED', discountAmount: 3000 } });
  expect(await redeem(sandbox, 1, 3000)).toMatchObject({ status: 200, body: first.body });
  expect(await redeem(sandbox, 1, 3000, { totalAmount: 50_000 })).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_MISMATCH' },
  });
  expect(await redeem(sandbox, 1, 3000, { orderNo: 'ORD-2' })).toMatchObject({
    status: 409,
    body: { code: 'COUPON_ALREADY_USED' },
  });
  expect((await sandbox.get('/coupon/internal/users/1/coupons/1')).body.status).toBe('USED');
  expect((await calculate(sandbox, 1, 60_000)).body.code).toBe('COUPON_UNAVAILABLE');
});

test.each([
  [5, 2000, 409, 'COUPON_EXPIRED'],
  [6, 1000, 409, 'COUPON_ALREADY_USED'],
  [7, 18_000, 409, 'COUPON_UNAVAILABLE'],
  [8, 4000, 404, 'COUPON_NOT_FOUND'],
  [1, 2999, 409, 'COUPON_DISCOUNT_CHANGED'],
])('redeeming coupon %i for %i won is refused: %i %s', async (couponId, won, status, code) => {
  const sandbox = await sandboxForTest();
  expect(await redeem(sandbox, couponId, won)).toMatchObject({ status, body: { code } });
  expect((await sandbox.get(redemption(couponId))).status).toBe(404);
});

test('a redemption below the minimum is refused', async () => {
  const sandbox = await sandboxForTest();
  const answer = await redeem(sandbox, 4, 5000, { totalAmount: 49_999 });
  expect(answer).toMatchObject({ status: 409, body: { code: 'COUPON_MIN_AMOUNT_NOT_MET' } });
});

test('a released coupon can be used by another order, but not again by the same', async () => {
  const sandbox = await sandboxForTest();
  await redeem(sandbox, 1, 3000);
  for (let times = 0; times < 2; times++)
    expect((await sandbox.delete(redemption(1))).body.state).toBe('RELEASED');
  expect(await redeem(sandbox, 1, 3000)).toMatchObject({
    status: 410,
    body: { code: 'OPERATION_CANCELED' },
  });
  expect((await redeem(sandbox, 1, 3000, { orderNo: 'ORD-2' })).status).toBe(201);
  await sandbox.delete(redemption(1));
  expect((await sandbox.get(redemption(1, 'ORD-2'))).body.state).toBe('REDEEMED');
});

test('a release that comes first leaves a tombstone', async () => {
  const sandbox = await sandboxForTest();
  expect((await sandbox.delete(redemption(1))).body.state).toBe('TOMBSTONED');
  expect((await redeem(sandbox, 1, 3000)).status).toBe(410);
  expect((await sandbox.get(redemption(1))).body.state).toBe('TOMBSTONED');
  expect((await redeem(sandbox, 1, 3000, { orderNo: 'ORD-2' })).status).toBe(201);
});

test('a coupon that expires while an order holds it stays valid for it, and comes back expired', async () => {
  const clock = stoppedClock();
  const sandbox = await sandboxForTest({ now: clock.now });
  const expiresAt = new Date(clock.now() + 60_000).toISOString();
  await sandbox.put('/catalogue', { coupons: [{ couponId: 1, expiresAt }] });
  await redeem(sandbox, 1, 3000);
  clock.advance(60_000);
  expect((await redeem(sandbox, 1, 3000)).status).toBe(200);
  expect((await sandbox.delete(redemption(1))).body.state).toBe('EXPIRED');
  expect((await sandbox.get('/coupon/internal/users/1/coupons/1')).body.status).toBe('EXPIRED');
});

test('a reusable coupon is live in many orders and for every member', async () => {
  const sandbox = await sandboxForTest();
  expect((await redeem(sandbox, 12, 500)).status).toBe(201);
  expect((await redeem(sandbox, 12, 500, { userId: 2, orderNo: 'ORD-2' })).status).toBe(201);
  const { coupons } = await sandbox.ledger('ORD-2');
  expect(coupons).toMatchObject([
    { couponId: 12, status: 'AVAILABLE', redemptions: [{ orderNo: 'ORD-2', userId: 2 }] },
  ]);
});

test('of many orders at once exactly one gets the coupon', async () => {
  const sandbox = await sandboxForTest();
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => redeem(sandbox, 1, 3000, { orderNo: `ORD-${index}` })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  const { coupons } = await sandbox.ledger();
  expect(coupons[0].redemptions).toHaveLength(1);
});
