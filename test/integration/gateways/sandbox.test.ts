import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import type { Gateways } from '../../../src/gateways/gateways.ts';
import { aContext, gatewaysAt } from '../../support/gateways.ts';

/** The gateways and the stand-ins were written apart, from one text: here they meet. */
let sandbox: Sandbox;
let gateways: Gateways;
let orderNo: string;
let orders = 0;
const context = aContext();

beforeAll(async () => {
  sandbox = await startSandbox();
  gateways = gatewaysAt(sandbox.url);
});
afterAll(async () => {
  await gateways.close();
  await sandbox.stop();
});
beforeEach(() => {
  orders += 1;
  orderNo = `ORD-20260101-TEST${'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[orders % 32]}${'ABCD'[Math.floor(orders / 32)]}AAAA`;
});

const openPayment = async (amount: number, outcome = 'approve'): Promise<string> => {
  const response = await fetch(`${sandbox.url}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId: orderNo, amount, outcome }),
  });
  const { paymentKey } = (await response.json()) as { readonly paymentKey: string };
  return paymentKey;
};

describe('product', () => {
  const items = [
    { productVariantId: 1, quantity: 2 },
    { productVariantId: 2, quantity: 1 },
  ];
  const deduct = (wanted = items) =>
    gateways.product.deductStock(
      orderNo,
      { sagaId: orderNo, memberId: '1', items: wanted },
      context,
    );

  test('shows variants and leaves out unknown ones', async () => {
    const variants = await gateways.product.variants([4, 13, 999_999], context);
    expect(variants).toHaveLength(2);
    expect(variants[0]).toMatchObject({
      productVariantId: 4,
      status: 'ON_SALE',
      unitPrice: { originalPrice: 49_900, discountRate: 33, discountedPrice: 33_433 },
    });
    expect(variants[1]).toMatchObject({ productVariantId: 13, status: 'PREPARING' });
  });

  test('deducts once, returns a part, restores the rest', async () => {
    expect(await gateways.product.stockState(orderNo, context)).toMatchObject({ kind: 'absent' });
    expect(await deduct()).toEqual({ kind: 'done', data: { state: 'DEDUCTED' } });
    expect(await deduct()).toEqual({ kind: 'done', data: { state: 'DEDUCTED' } });
    const part = [{ productVariantId: 1, quantity: 1 }];
    expect(await gateways.product.returnStock(orderNo, 'R1', part, context)).toMatchObject({
      kind: 'done',
    });
    expect(await gateways.product.restoreStock(orderNo, context)).toMatchObject({
      data: { state: 'RESTORED' },
    });
    expect(await gateways.product.stockState(orderNo, context)).toMatchObject({
      data: { state: 'RESTORED' },
    });
  });

  test('refuses what is not there, with the shortage', async () => {
    expect(await deduct([{ productVariantId: 11, quantity: 1 }])).toMatchObject({
      kind: 'refused',
      code: 'INSUFFICIENT_STOCK',
      definite: true,
      data: { shortages: [{ productVariantId: 11, requested: 1, available: 0 }] },
    });
  });

  test('refuses what came after its undo', async () => {
    expect(await gateways.product.restoreStock(orderNo, context)).toMatchObject({
      data: { state: 'TOMBSTONED' },
    });
    expect(await deduct()).toMatchObject({ code: 'OPERATION_CANCELED', definite: true });
  });

  test('is undone when the same order deducted something else', async () => {
    await deduct();
    expect(await deduct([{ productVariantId: 1, quantity: 9 }])).toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
      definite: false,
    });
  });
});

describe('coupon', () => {
  const wish = {
    memberId: '1',
    couponId: 12,
    totalAmount: 30_000,
  };
  const redeem = (discountAmount = 500) =>
    gateways.coupon.redeem(orderNo, { ...wish, sagaId: orderNo, discountAmount }, context);

  test('shows, calculates, redeems and releases', async () => {
    expect(await gateways.coupon.coupon('1', 12, context)).toMatchObject({
      discountType: 'AMOUNT',
      discountValue: 500,
      maxDiscountAmount: null,
      status: 'AVAILABLE',
    });
    expect(await gateways.coupon.calculate(wish, context)).toMatchObject({
      kind: 'done',
      data: { couponId: 12, discountAmount: 500 },
    });
    expect(await redeem()).toMatchObject({ kind: 'done' });
    expect(await gateways.coupon.redemption(orderNo, 12, context)).toMatchObject({ kind: 'found' });
    expect(await gateways.coupon.release(orderNo, 12, context)).toMatchObject({
      data: { state: 'RELEASED' },
    });
  });

  test("knows nothing of somebody else's coupon", async () => {
    expect(await gateways.coupon.coupon('1', 8, context)).toBeNull();
    const theirs = { ...wish, couponId: 8 };
    expect(await gateways.coupon.calculate(theirs, context)).toMatchObject({
      kind: 'refused',
      code: 'COUPON_NOT_FOUND',
    });
  });

  test('refuses a coupon that has expired, or takes off another amount', async () => {
    const expired = { ...wish, couponId: 5 };
    expect(await gateways.coupon.calculate(expired, context)).toMatchObject({
      kind: 'refused',
      code: 'COUPON_EXPIRED',
    });
    expect(await redeem(499)).toMatchObject({ code: 'COUPON_DISCOUNT_CHANGED', definite: true });
  });
});

describe('member', () => {
  const use = (memberId: string, amount: number) =>
    gateways.member.usePoints(orderNo, { sagaId: orderNo, memberId, amount }, context);

  test('tells who orders, and nobody for an unknown member', async () => {
    expect(await gateways.member.orderInfo('1', context)).toMatchObject({
      memberId: '1',
      userName: '김민준',
      pointBalance: 10_000,
    });
    expect(await gateways.member.orderInfo('999', context)).toBeNull();
  });

  test('uses points once, gives back a part and then the rest', async () => {
    const once = { kind: 'done', data: { amount: 1_000, balanceAfter: 49_000 } };
    expect(await use('8', 1_000)).toEqual(once);
    expect(await use('8', 1_000)).toEqual(once);
    const part = { memberId: '8', refundId: 'R1', amount: 400 };
    expect(await gateways.member.refundPart(orderNo, part, context)).toMatchObject({
      kind: 'done',
    });
    expect(await gateways.member.refundPoints(orderNo, '8', context)).toMatchObject({
      data: { state: 'REFUNDED' },
    });
    expect(await gateways.member.pointUse(orderNo, '8', context)).toMatchObject({
      data: { state: 'REFUNDED' },
    });
    expect(await gateways.member.orderInfo('8', context)).toMatchObject({ pointBalance: 50_000 });
  });

  test('refuses more points than there are, and an unknown member', async () => {
    expect(await use('2', 1)).toMatchObject({
      code: 'INSUFFICIENT_POINT',
      definite: true,
      data: { balance: 0 },
    });
    expect(await use('999', 1)).toMatchObject({ code: 'USER_NOT_FOUND', definite: true });
  });
});

describe('payment provider', () => {
  const confirm = (paymentKey: string, amount = 15_000, attempt = 1) =>
    gateways.payment.confirm(
      { paymentKey, orderNo, amount, idempotencyKey: `confirm:${paymentKey}:a${attempt}` },
      context,
    );

  test('approves, is found, and gives back in two parts until nothing is left', async () => {
    const paymentKey = await openPayment(15_000);
    expect(await confirm(paymentKey)).toMatchObject({
      kind: 'approved',
      payment: { method: 'CARD', totalAmount: 15_000 },
    });
    expect(await confirm(paymentKey, 15_000, 2)).toMatchObject({ kind: 'already-processed' });
    expect(await gateways.payment.byOrder(orderNo, context)).toMatchObject({
      kind: 'found',
      data: { paymentKey, status: 'DONE' },
    });
    const cancel = (refundId: string, amount: number, refundableAmount: number) =>
      gateways.payment.cancel(
        {
          paymentKey,
          refundId,
          amount,
          refundableAmount,
          reason: '변심',
          idempotencyKey: `cancel:${refundId}`,
        },
        context,
      );
    expect(await cancel('R1', 5_000, 15_000)).toMatchObject({
      kind: 'cancelled',
      balanceAmount: 10_000,
    });
    expect(await cancel('R2', 10_000, 15_000)).toMatchObject({
      kind: 'look-up',
      code: 'NOT_MATCHES_REFUNDABLE_AMOUNT',
    });
    expect(await cancel('R3', 10_000, 10_000)).toMatchObject({
      kind: 'cancelled',
      balanceAmount: 0,
    });
    const today = new Date(Date.now() + 9 * 60 * 60 * 1000).toISOString().slice(0, 10);
    const lines = await gateways.payment.transactions(today, context);
    expect(
      lines.filter((line) => line.paymentKey === paymentKey).map(({ amount }) => amount),
    ).toEqual([15_000, -5_000, -10_000]);
  });

  test.each([
    ['REJECT_CARD_PAYMENT', { kind: 'declined', failureCode: 'PAYMENT_INSUFFICIENT_BALANCE' }],
    ['INVALID_STOPPED_CARD', { kind: 'declined', failureCode: 'PAYMENT_FAILED' }],
    ['expired', { kind: 'declined', failureCode: 'PAYMENT_TIMEOUT', definite: false }],
    ['PROVIDER_ERROR', { kind: 'unknown', answered: true }],
    ['error-after-approve', { kind: 'unknown', answered: true }],
    ['reset-after-approve', { kind: 'unknown', answered: false }],
    ['malformed-after-approve', { kind: 'unknown' }],
    ['virtual-account', { kind: 'pending-deposit' }],
    ['approve-other-amount', { kind: 'mismatch' }],
    ['approve-other-order', { kind: 'mismatch' }],
    ['approve-other-currency', { kind: 'mismatch' }],
  ])('answers %s as it is', async (outcome, expected) => {
    expect(await confirm(await openPayment(15_000, outcome))).toMatchObject(expected);
  });

  test('does not know a payment key that it never gave out', async () => {
    expect(await confirm('never-given-out')).toMatchObject({ kind: 'declined', definite: false });
    expect(await gateways.payment.byKey('never-given-out', context)).toEqual({
      kind: 'absent',
      code: 'NOT_FOUND_PAYMENT',
    });
  });

  test('does not take another secret key', async () => {
    const stranger = gatewaysAt(sandbox.url, {
      toss: { secretKey: 'test_sk_somebody_else' },
    });
    const paymentKey = await openPayment(15_000);
    const refused = await stranger.payment.confirm(
      { paymentKey, orderNo, amount: 15_000, idempotencyKey: 'confirm:stranger:a1' },
      context,
    );
    expect(refused).toMatchObject({ kind: 'misconfigured' });
    await stranger.close();
  });
});
