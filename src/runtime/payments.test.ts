import { describe, expect, test } from 'vitest';
import type { PaymentOutcome } from '../../test/model/payment-ledger.ts';
import { sagaShop } from '../../test/support/saga-shop.ts';
import { lateRefundIdOf } from './refund-id.ts';

const AMOUNT = 19_980;

const payable = async (outcome: PaymentOutcome = 'approve') => {
  const shop = sagaShop();
  await shop.place();
  await shop.drive();
  shop.world.payments.authorise('key-1', shop.orderNo, AMOUNT, outcome);
  shop.calls.length = 0;
  const confirm = (paymentKey = 'key-1', amount = AMOUNT) =>
    shop.sagas.confirmPayment({ orderNo: shop.orderNo, paymentKey, amount }, shop.context);
  const hint = (wish: { paymentKey?: string; orderNo?: string }) =>
    shop.sagas.paymentHint(wish, shop.context);
  return { ...shop, confirm, hint };
};

describe('confirming a payment', () => {
  test('records the intent, asks once, and completes the order', async () => {
    const shop = await payable();
    const result = await shop.confirm();
    expect(result).toMatchObject({ kind: 'completed', order: { status: 'COMPLETED' } });
    // What follows from it, the cart for one, is left to the saga: the customer does not wait for it.
    expect(shop.types('cart-member-1')).toEqual([]);
    expect(shop.calls).toEqual(['confirm']);
    expect(shop.types(`order-${shop.orderNo}`)).toEqual([
      'OrderPlaced',
      'OrderAwaitingPayment',
      'PaymentConfirmationRequested',
      'PaymentApproved',
      'OrderCompleted',
    ]);
    const last = shop.store.all.find(({ type }) => type === 'OrderCompleted');
    expect(result).toMatchObject({ position: last?.position });
  });

  test('again with the same key answers the same and asks nothing', async () => {
    const shop = await payable();
    await shop.confirm();
    shop.calls.length = 0;
    expect(await shop.confirm()).toMatchObject({ kind: 'completed' });
    expect(shop.calls).toEqual([]);
  });

  test('with another key, another amount or for no order is refused, and the provider is not asked', async () => {
    const shop = await payable();
    expect(await shop.confirm('key-1', 1)).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'PAYMENT_AMOUNT_MISMATCH', expected: AMOUNT },
    });
    shop.fates.push('lost-request');
    await shop.confirm();
    expect(await shop.confirm('key-2')).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'PAYMENT_IN_PROGRESS' },
    });
    const nowhere = { orderNo: 'ORD-20260301-NOSUCHORDER', paymentKey: 'key-1', amount: AMOUNT };
    expect(await shop.sagas.confirmPayment(nowhere, shop.context)).toMatchObject({
      rejection: { code: 'ORDER_NOT_FOUND' },
    });
    expect(shop.calls).toEqual(['confirm']);
  });

  test('that the provider declines ends the order, and what it held goes back', async () => {
    const shop = await payable('decline');
    expect(await shop.confirm()).toMatchObject({
      kind: 'declined',
      order: { status: 'PAYMENT_FAILED', failureCode: 'PAYMENT_INSUFFICIENT_BALANCE' },
    });
    expect(shop.world.product.available.get(1)).toBe(8);
    await shop.drive();
    expect(shop.world.product.available.get(1)).toBe(10);
    expect(await shop.confirm()).toMatchObject({ kind: 'declined' });
  });

  test('whose answer is lost stays open; asked again it looks first, and completes', async () => {
    const shop = await payable();
    shop.fates.push('lost-answer');
    expect(await shop.confirm()).toMatchObject({
      kind: 'unresolved',
      order: { status: 'PAYMENT_CONFIRMING' },
    });
    shop.calls.length = 0;
    expect(await shop.confirm()).toMatchObject({ kind: 'completed' });
    expect(shop.calls).toEqual(['byKey']);
  });

  test('that nobody asks about again is resolved by the saga, as its time comes', async () => {
    const shop = await payable();
    shop.fates.push('lost-request');
    await shop.confirm();
    expect((await shop.drive()).wakeAt).toBe('2026-03-01T09:00:01.000Z');
    expect(await shop.status()).toBe('PAYMENT_CONFIRMING');
    shop.pass(1_000);
    await shop.drive();
    expect(await shop.status()).toBe('COMPLETED');
  });

  test('that the provider answers with an error goes on under a new key', async () => {
    const shop = await payable();
    shop.fates.push('error-answer');
    await shop.confirm();
    shop.pass(1_000);
    await shop.drive();
    expect(await shop.status()).toBe('COMPLETED');
    const keys = shop.store.all.flatMap(({ type, data }) =>
      type === 'PaymentConfirmationRequested'
        ? [(data as { idempotencyKey: string }).idempotencyKey.slice(-3)]
        : [],
    );
    expect(keys).toEqual([':a1', ':a2']);
  });

  test('that stays open for fifteen minutes calls a human, and goes on', async () => {
    const shop = await payable('deposit');
    await shop.confirm();
    shop.pass(15 * 60_000);
    await shop.drive();
    expect(shop.types(`order-${shop.orderNo}`)).toContain('OrderFlaggedForReview');
    shop.world.payments.deposit('key-1');
    shop.pass(5 * 60_000);
    await shop.drive();
    expect(await shop.status()).toBe('COMPLETED');
  });
});

describe('a hint', () => {
  test.each([
    ['nothing', {}],
    ['a payment that the provider does not know', { paymentKey: 'key-9' }],
    ['an order that the provider does not know', { orderNo: 'ORD-20260301-NOSUCHORDER' }],
  ])('about %s is ignored', async (_what, hint) =>
    expect(await (await payable()).hint(hint)).toBe('ignored'),
  );

  test.each(['not-our-number', 'ORD-20260301-NOSUCHORDER'])(
    'about a payment for %s is ignored',
    async (orderNo) => {
      const shop = await payable();
      shop.world.payments.authorise('key-9', orderNo, 1_000, 'approve');
      expect(await shop.hint({ paymentKey: 'key-9' })).toBe('ignored');
    },
  );

  test('while the provider is away is worth repeating', async () => {
    const shop = await payable();
    shop.fates.push('not-sent');
    expect(await shop.hint({ paymentKey: 'key-1' })).toBe('unavailable');
  });

  test('settles a confirmation that was open', async () => {
    const shop = await payable('deposit');
    await shop.confirm();
    shop.world.payments.deposit('key-1');
    expect(await shop.hint({ orderNo: shop.orderNo })).toBe('resolved');
    expect(await shop.status()).toBe('COMPLETED');
    expect(await shop.hint({ paymentKey: 'key-1' })).toBe('known');
  });

  test('about a payment that nobody has confirmed changes nothing', async () => {
    const shop = await payable();
    expect(await shop.hint({ paymentKey: 'key-1' })).toBe('known');
    expect(await shop.status()).toBe('PAYMENT_WAITING');
  });

  test('about money that an order still waits for completes it', async () => {
    const shop = await payable();
    shop.world.payments.confirm('key-1', shop.orderNo, 'by hand');
    expect(await shop.hint({ paymentKey: 'key-1' })).toBe('resolved');
    expect(await shop.status()).toBe('COMPLETED');
  });

  test('about money for an order that has ended has it given back, once', async () => {
    const shop = await payable();
    shop.pass(11 * 60_000);
    await shop.drive();
    expect(await shop.status()).toBe('CANCELED');
    shop.world.payments.authorise('key-2', shop.orderNo, AMOUNT, 'approve');
    shop.world.payments.confirm('key-2', shop.orderNo, 'by hand');
    expect(await shop.hint({ paymentKey: 'key-2' })).toBe('late-payment');
    expect(await shop.hint({ paymentKey: 'key-2' })).toBe('known');
    await shop.drive('orderCancellation', lateRefundIdOf(shop.orderNo, 'key-2'));
    expect(shop.world.payments.heldFor(shop.orderNo)).toBe(0);
    expect(shop.types(`order-${shop.orderNo}`).slice(-2)).toEqual([
      'LatePaymentFound',
      'LatePaymentRefunded',
    ]);
    expect(shop.counted).toContain('late_payments_total');
  });

  test('about a wrong amount for an order that waits has it given back', async () => {
    const shop = await payable('wrong-amount');
    shop.world.payments.confirm('key-1', shop.orderNo, 'by hand');
    expect(await shop.hint({ paymentKey: 'key-1' })).toBe('late-payment');
    expect(await shop.status()).toBe('PAYMENT_WAITING');
  });

  test('about a second payment of a completed order has that one given back', async () => {
    const shop = await payable();
    await shop.confirm();
    shop.world.payments.authorise('key-2', shop.orderNo, AMOUNT, 'approve');
    shop.world.payments.confirm('key-2', shop.orderNo, 'by hand');
    expect(await shop.hint({ paymentKey: 'key-2' })).toBe('late-payment');
    await shop.drive('orderCancellation', lateRefundIdOf(shop.orderNo, 'key-2'));
    expect(shop.world.payments.heldFor(shop.orderNo)).toBe(AMOUNT);
    expect(await shop.status()).toBe('COMPLETED');
  });
});
