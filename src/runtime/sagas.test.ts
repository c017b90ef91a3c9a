import { describe, expect, test } from 'vitest';
import { sagaShop } from '../../test/support/saga-shop.ts';
import { UnreadableEventError } from '../domain/kernel/events.ts';
import { EventStoreFailure } from './ports.ts';

const own = (orderNo: string): string => `orderSaga-${orderNo}`;

describe('a drive', () => {
  test('takes an order to where it waits for its customer, and says when to look again', async () => {
    const shop = sagaShop();
    await shop.place({ couponId: 1, couponDiscount: 3_000, points: 1_000 });
    expect(await shop.drive()).toMatchObject({ wakeAt: '2026-03-01T09:10:00.000Z' });
    expect(shop.types(own(shop.orderNo))).toEqual([
      'OrderSagaStarted',
      'StockDeducted',
      'CouponRedeemed',
      'PointsDeducted',
    ]);
    expect(await shop.status()).toBe('PAYMENT_WAITING');
    expect(shop.calls).toEqual(['deductStock', 'redeem', 'usePoints']);
  });

  test('that is repeated does nothing again', async () => {
    const shop = sagaShop();
    await shop.place();
    await shop.drive();
    const events = shop.store.all.length;
    await shop.drive();
    expect(shop.store.all).toHaveLength(events);
    expect(shop.calls).toEqual(['deductStock']);
  });

  test('of an order that points pay for completes it, and clears the cart by what was ordered', async () => {
    const shop = sagaShop();
    const snapshot = { productName: 'tea', unitPrice: 9_990, addedAt: '2026-03-01T08:00:00.000Z' };
    const item = { memberId: 'member-1', productVariantId: 1, quantity: 3, snapshot };
    await shop.carts.execute(
      'member-1',
      { type: 'AddItems', items: [item] },
      { commandId: '7f1c0f8e-3a59-4c3e-9d53-0b8f6b1f2a11', context: shop.context },
    );
    await shop.place({
      items: [{ productVariantId: 1, quantity: 1 }],
      couponId: 1,
      couponDiscount: 9_000,
      points: 'all',
    });
    await shop.drive();
    expect(await shop.status()).toBe('COMPLETED');
    expect(shop.types(own(shop.orderNo)).at(-1)).toBe('OrderSagaFinished');
    const { state } = await shop.carts.load('member-1', shop.context.signal);
    expect(state.lines[1]?.quantity).toBe(2);
  });

  test('tries a call a second time at once, then asks whether it was done', async () => {
    const shop = sagaShop();
    await shop.place();
    shop.fates.push('lost-answer', 'lost-answer');
    await shop.drive();
    expect(shop.calls).toEqual(['deductStock', 'deductStock', 'stockState']);
    expect(await shop.status()).toBe('PAYMENT_WAITING');
  });

  test('puts off what stays open, and makes it again at its time', async () => {
    const shop = sagaShop();
    await shop.place();
    shop.fates.push('not-sent', 'not-sent');
    expect(await shop.drive()).toMatchObject({ wakeAt: '2026-03-01T09:00:01.000Z' });
    expect(shop.types(own(shop.orderNo))).toEqual(['OrderSagaStarted', 'StepDeferred']);
    await shop.drive();
    expect(shop.calls).toHaveLength(2);
    shop.pass(1_000);
    await shop.drive();
    expect(await shop.status()).toBe('PAYMENT_WAITING');
  });

  test('alerts operators of what was put off again and again', async () => {
    const shop = sagaShop();
    await shop.place();
    shop.fates.push('not-sent', 'not-sent', 'not-sent', 'not-sent');
    await shop.drive();
    expect(shop.counted).not.toContain('saga_alerts_total');
    shop.pass(1_000);
    await shop.drive();
    expect(shop.counted).toContain('saga_alerts_total');
    expect(shop.lines).toContainEqual(
      expect.objectContaining({ alert: true, call: 'DeductStock', attempt: 2 }),
    );
  });

  test('gives an order up at its deadline and takes everything back', async () => {
    const shop = sagaShop();
    await shop.place();
    await shop.drive();
    shop.pass(10 * 60_000);
    await shop.drive();
    expect(await shop.status()).toBe('CANCELED');
    expect(shop.world.product.available.get(1)).toBe(10);
    expect(shop.types(own(shop.orderNo)).at(-1)).toBe('OrderSagaFailed');
    expect(await shop.drive()).toMatchObject({ wakeAt: null });
  });

  test('of a process that nobody knows is a bug', async () => {
    await expect(async () => sagaShop().drive('nobody')).rejects.toThrow('nobody');
  });

  test('waits for another drive of the same saga: nothing is done twice', async () => {
    const shop = sagaShop();
    await shop.place();
    await Promise.all([shop.drive(), shop.drive(), shop.drive()]);
    expect(shop.types(own(shop.orderNo))).toEqual(['OrderSagaStarted', 'StockDeducted']);
    expect(shop.calls).toEqual(['deductStock']);
  });
});

describe('a wake-up message', () => {
  const woken = async () => {
    const shop = sagaShop();
    await shop.place();
    const handle = shop.handler();
    const [placed] = shop.store.all;
    if (!placed) throw new Error('an event was expected');
    return { ...shop, handle: () => handle(placed, 0) };
  };

  test('drives its saga and is done with', async () => {
    const shop = await woken();
    expect(await shop.handle()).toBe('ack');
    expect(await shop.status()).toBe('PAYMENT_WAITING');
  });

  test('is brought again while the store fails', async () => {
    const shop = await woken();
    shop.broken.error = new EventStoreFailure('APPEND_OUTCOME_UNKNOWN', 'no answer');
    expect(await shop.handle()).toBe('retry');
    shop.broken.error = null;
    expect(await shop.handle()).toBe('ack');
    expect(await shop.status()).toBe('PAYMENT_WAITING');
  });

  test('of a stream that cannot be read is parked', async () => {
    const shop = await woken();
    shop.broken.error = new UnreadableEventError('OrderPlaced v9');
    expect(await shop.handle()).toBe('park');
  });
});

describe('an operator', () => {
  const wish = (type: 'retry' | 'compensate' | 'annotate') => ({
    type,
    by: 'kim',
    reason: 'asked',
  });

  test('gives an order up; who and why is recorded', async () => {
    const shop = sagaShop();
    await shop.place();
    await shop.drive();
    expect(await shop.sagas.operate(shop.orderNo, wish('compensate'), shop.context)).toBeNull();
    expect(shop.store.stream(own(shop.orderNo)).at(-1)).toMatchObject({
      type: 'SagaCompensationRequested',
      data: { by: 'kim', reason: 'asked' },
    });
    await shop.drive();
    expect(await shop.status()).toBe('CANCELED');
    expect(shop.world.product.available.get(1)).toBe(10);
  });

  test('brings a deferred call forward', async () => {
    const shop = sagaShop();
    await shop.place();
    shop.fates.push('not-sent', 'not-sent');
    await shop.drive();
    await shop.sagas.operate(shop.orderNo, wish('retry'), shop.context);
    await shop.drive();
    expect(await shop.status()).toBe('PAYMENT_WAITING');
  });

  test('is told of a saga that does not exist, by order number and by refund id', async () => {
    const shop = sagaShop();
    for (const instance of [shop.orderNo, `${shop.orderNo}-ABCDEFGHIJ`])
      expect(await shop.sagas.operate(instance, wish('retry'), shop.context)).toEqual({
        code: 'SAGA_NOT_FOUND',
      });
  });

  test('cannot touch an order whose payment is open', async () => {
    const shop = sagaShop();
    await shop.place();
    await shop.drive();
    shop.world.payments.authorise('key-1', shop.orderNo, 19_980, 'deposit');
    const pay = { orderNo: shop.orderNo, paymentKey: 'key-1', amount: 19_980 };
    await shop.sagas.confirmPayment(pay, shop.context);
    expect(await shop.sagas.operate(shop.orderNo, wish('compensate'), shop.context)).toEqual({
      code: 'COMPENSATION_NOT_ALLOWED',
      status: 'PAYMENT_CONFIRMING',
    });
    expect(await shop.sagas.operate(shop.orderNo, wish('annotate'), shop.context)).toBeNull();
  });
});
