import { describe, expect, test } from 'vitest';
import { cartView } from '../../src/api/carts/cart-view.ts';
import { cart } from '../../src/domain/cart/cart.ts';
import type { CartEvent } from '../../src/domain/cart/events.ts';
import type { OrderEvent } from '../../src/domain/order/events.ts';
import { order } from '../../src/domain/order/order.ts';
import { discountedPrice } from '../../src/domain/order/pricing.ts';
import { paymentMethodOf, paymentStatusOf } from '../../src/domain/payment/provider-words.ts';
import type { OrderSagaEvent } from '../../src/domain/saga/events.ts';
import { orderSaga } from '../../src/process-managers/order-saga.ts';
import type { CallAnswer, Confirmed, Look } from '../../src/process-managers/process-manager.ts';
import { orderFeed } from '../../src/projections/order-feed.ts';
import { orderSagas } from '../../src/projections/order-sagas.ts';
import { sandboxForTest } from '../integration/sandbox/support.ts';
import { orderNoOf, placeData } from '../model/orders.ts';
import { SagaModel } from '../model/saga-model.ts';
import {
  awaiting,
  confirming,
  declined,
  theOrderNo as orderNo,
  placed,
  placedData,
} from '../support/order-events.ts';
import {
  allDeducted,
  deferred,
  expired,
  failed,
  payment,
  started,
  stockDeducted,
} from '../support/saga-events.ts';
import { specify } from '../support/specify.ts';
import { specifyProcess } from '../support/specify-process.ts';

// What the order service that this one re-creates got wrong, one by one, and that it is otherwise here.
const { given } = specifyProcess(
  orderSaga({ firstResolveMs: 1_000, reviewAfterMs: 900_000 }),
  orderNo,
);
const compensated = (...history: readonly (OrderEvent | OrderSagaEvent)[]) => {
  const action = given(...history).action('compensate');
  return action.kind === 'record' && action.events[0]?.type === 'CompensationStarted'
    ? action.events[0].data.steps
    : [];
};
const finding = (confirmed: Confirmed | null, look: Look | null): CallAnswer => ({
  kind: 'payment-found',
  confirmed,
  look,
  first: false,
  lateRefundId: `${orderNo}-LATELATELA`,
});
const resolve = (answer: CallAnswer) =>
  given(placed, ...allDeducted, awaiting, confirming).when('PAYMENT:do', answer);

test('1: a step of unknown outcome is compensated too, not only the steps before it', () =>
  expect(compensated(placed, started, stockDeducted, deferred('COUPON'), expired)).toEqual([
    'COUPON',
    'PRODUCT',
  ]));

describe('2: answers are matched by step and direction', () => {
  const compensating: readonly (OrderEvent | OrderSagaEvent)[] = [
    placed,
    started,
    failed,
    {
      type: 'CompensationStarted',
      data: { orderNo, failureCode: 'INSUFFICIENT_STOCK', steps: ['PRODUCT'] },
    } as const,
  ];

  test('a late "deducted" is not taken for "restored"', () => {
    const { action } = given(placed, started).owed.find(({ id }) => id === 'PRODUCT:do') ?? {};
    if (action?.kind !== 'call') throw new Error('a call was expected');
    given(...compensating)
      .whenLate(action.call, { kind: 'done', data: {} })
      .thenRecords(stockDeducted);
    given(...compensating, stockDeducted).owes('PRODUCT:undo');
  });

  test('late "points deducted" are refunded, not lost', async () => {
    const model = new SagaModel();
    const data = {
      items: [{ productVariantId: 1, quantity: 1 }],
      couponId: null,
      couponDiscount: 0,
      points: 1_000,
    };
    const first = orderNoOf(0);
    model.command(first, {
      type: 'PlaceOrder',
      order: placeData(0, 'member-1', data, model.now, 600_000),
    });
    for (const fates of [[], [], ['late' as const]]) {
      model.look(0, 0);
      model.fates = [...fates];
      await model.act(0, 1, false);
    }
    expect(model.hanging).toHaveLength(1);
    model.command(first, {
      type: 'CancelUnpaid',
      reason: 'x',
      failureCode: 'CANCELED_BY_MEMBER',
    });
    await model.rest();
    expect(model.world.member('member-1').balance).toBe(8_000);
    expect(model.broken(true)).toEqual([]);
  });
});

test('3: a confirmation that fails without proof is not a failed payment', () => {
  for (const confirmed of [
    { kind: 'unknown', reason: 'time-out', answered: false },
    { kind: 'unknown', reason: 'HTTP_500', answered: true },
    { kind: 'not-sent', reason: 'breaker open' },
    { kind: 'already-processed', code: 'ALREADY_PROCESSED_PAYMENT' },
  ] as const)
    resolve(finding(confirmed, { kind: 'unavailable', reason: 'time-out' })).thenCommands();
  resolve(
    finding(
      { kind: 'already-processed', code: 'ALREADY_PROCESSED_PAYMENT' },
      { kind: 'found', data: payment() },
    ),
  ).thenCommands('RecordApproval');
});

test('4: an order that has expired cannot complete, nor a completed one expire', () => {
  const approval = {
    type: 'RecordApproval',
    paymentKey: 'pay-1',
    amount: 19_000,
    method: 'CARD',
    approvedAt: '2026-03-01T09:01:00.000Z',
    receiptUrl: null,
    at: '2026-03-01T09:20:00.000Z',
  } as const;
  const { given: givenOrder } = specify(order);
  const late = givenOrder(placed, awaiting, {
    ...expired,
    data: { ...expired.data, failureCode: 'PAYMENT_TIMEOUT' },
  } as OrderEvent);
  expect(late.when(approval).decision).toMatchObject({ kind: 'rejected' });
  givenOrder(placed, awaiting, confirming)
    .when({ type: 'Expire', at: '2026-03-01T23:00:00.000Z' })
    .thenNothing();
});

test('5: the order itself wakes its saga, and is found again when that message is lost', () => {
  const wakes = orderSaga({ firstResolveMs: 1_000, reviewAfterMs: 900_000 }).wakes;
  const recorded = {
    ...placed,
    id: '',
    at: placedData.placedAt,
    stream: `order-${orderNo}`,
    revision: 0n,
    position: 0n,
    metadata: {} as never,
  };
  expect(wakes.OrderPlaced?.(recorded)).toBe(orderNo);
  expect(orderSagas.on.OrderPlaced(undefined, recorded)?.wakeAt).toBe('2026-03-01T09:00:05.000Z');
  given(placed).owes(`expire @ ${placedData.sagaDeadline}`, 'start');
});

test('6: a compensation that failed is still owed, at its time', () =>
  given(
    placed,
    started,
    failed,
    {
      type: 'CompensationStarted',
      data: { orderNo, failureCode: 'INSUFFICIENT_STOCK', steps: ['PRODUCT'] },
    },
    deferred('PRODUCT', { direction: 'undo', attempt: 99, retryAt: '2026-03-02T09:00:00.000Z' }),
  ).owes('PRODUCT:undo @ 2026-03-02T09:00:00.000Z'));

test('7: restoring before deducting adds no stock, and keeps the deduction out', async () => {
  const sandbox = await sandboxForTest();
  const stock = async () => (await sandbox.get('/product/internal/variants/12')).body.stockQuantity;
  const before = await stock();
  await sandbox.delete('/product/internal/stock-deductions/ORD-7');
  expect(await sandbox.deduct('ORD-7', 12, 1)).toMatchObject({ status: 410 });
  expect(await stock()).toBe(before);
});

test('8: a hundred buyers of ten units get ten', async () => {
  const sandbox = await sandboxForTest();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => sandbox.deduct(`ORD-${n}`, 12, 1)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(90);
});

test("9: the product service's own word for sold out keeps its meaning", () =>
  given(placed, started)
    .when('PRODUCT:do', {
      kind: 'refused',
      code: 'VARIANT_OUT_OF_STOCK',
      detail: 'sold out',
      definite: true,
    })
    .thenRecords({
      type: 'StockDeductionRefused',
      data: {
        orderNo,
        code: 'VARIANT_OUT_OF_STOCK',
        failureCode: 'INSUFFICIENT_STOCK',
        reason: 'sold out',
        definite: true,
      },
    }));

test("10: the provider's Korean methods and its status words are understood", () => {
  expect(['카드', '가상계좌', '간편결제', '계좌이체', '휴대폰'].map(paymentMethodOf)).toEqual([
    'CARD',
    'VIRTUAL_ACCOUNT',
    'EASY_PAY',
    'TRANSFER',
    'MOBILE_PHONE',
  ]);
  expect(['CANCELED', 'ABORTED'].map(paymentStatusOf)).toEqual(['CANCELED', 'ABORTED']);
});

test('11: a virtual account that nobody has paid into completes nothing', () => {
  const waiting = payment({ status: 'WAITING_FOR_DEPOSIT' });
  resolve(finding({ kind: 'pending-deposit', payment: waiting }, null)).thenCommands();
  resolve(finding(null, { kind: 'found', data: waiting })).thenCommands();
});

test('12: while the product service is away no line is shown as missing', () => {
  const state = cart.evolve(cart.initial, {
    type: 'CartItemAdded',
    data: {
      memberId: 'member-1',
      productVariantId: 1,
      quantity: 2,
      snapshot: { productName: 'tea', unitPrice: 900, addedAt: '2026-03-01T09:00:00.000Z' },
    },
  });
  expect(cartView(state, 0n, null, 1)).toMatchObject({
    degraded: true,
    cartItems: [{ status: 'UNKNOWN', quantity: 2, lastKnownPrice: { unitPrice: 900 } }],
  });
});

test('13: units that were added after ordering stay in the cart', () => {
  const added = (quantity: number) =>
    ({
      type: 'CartItemAdded',
      data: {
        memberId: 'member-1',
        productVariantId: 1,
        quantity,
        snapshot: { productName: 'tea', unitPrice: 900, addedAt: '2026-03-01T09:00:00.000Z' },
      },
    }) as const;
  const ordered: CartEvent = {
    type: 'CartItemsOrdered',
    data: { memberId: 'member-1', orderNo, items: [{ productVariantId: 1, quantity: 2 }] },
  };
  const { state } = specify(cart).given(added(2), added(3), ordered);
  expect(state.lines[1]?.quantity).toBe(3);
});

test('14: 29 % of 100 won is 29 won, and no price up to 2,000 is off by one', () => {
  expect(100 - discountedPrice(100, 29)).toBe(29);
  for (let price = 1; price <= 2_000; price += 1)
    for (const rate of [7, 29, 57, 58])
      expect(price - discountedPrice(price, rate)).toBe(
        Number((BigInt(price) * BigInt(rate)) / 100n),
      );
});

test('15: every event of an order is kept for clients that subscribe later', () => {
  const events: readonly OrderEvent['type'][] = [placed.type, awaiting.type, declined.type];
  for (const type of events) expect(Object.keys(orderFeed.on)).toContain(type);
  const recorded = { ...placed, at: placedData.placedAt, position: 42n } as never;
  expect(orderFeed.key(recorded)).toBe('00000000000000000042');
  expect(orderFeed.on.OrderPlaced(undefined, recorded)).toMatchObject({ type: 'OrderPlaced' });
});
