import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  approved,
  awaiting,
  cancellationRequested,
  completed,
  confirming,
  placed,
  placedData,
  theOrderNo,
} from '../../../test/support/order-events.ts';
import { deepFreeze } from '../../../test/support/specify.ts';
import type { OrderEvent } from './events.ts';
import { order } from './order.ts';
import type { OrderCommand, OrderState, PlacedOrder } from './order-types.ts';
import type { OrderStatus } from './words.ts';

/** Where an order may go from each status; a status may always stay. */
const paths: Readonly<Record<OrderState['status'], readonly OrderStatus[]>> = {
  NONE: ['PENDING'],
  PENDING: ['PAYMENT_WAITING', 'CANCELED', 'COMPLETED'],
  PAYMENT_WAITING: ['PAYMENT_CONFIRMING', 'CANCELED'],
  PAYMENT_CONFIRMING: ['COMPLETED', 'PAYMENT_FAILED'],
  COMPLETED: ['CANCEL_REQUESTED'],
  CANCEL_REQUESTED: ['COMPLETED', 'PARTIALLY_CANCELED', 'CANCELED'],
  PARTIALLY_CANCELED: ['CANCEL_REQUESTED'],
  CANCELED: [],
  PAYMENT_FAILED: [],
};

const at = fc.constantFrom(
  '2026-03-01T09:00:01.000Z',
  '2026-03-01T09:09:00.000Z',
  '2026-03-01T09:30:00.000Z',
);
const paymentKey = fc.constantFrom('pay-1', 'pay-2');
const refundId = fc.constantFrom('R1', 'R2', 'R3', 'R4');
const amount = fc.constantFrom(19_000, 19_000, 18_999);
const free = {
  ...placedData.price,
  pointDiscount: 20_000,
  finalPaymentAmount: 0,
};

const command: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc
    .constantFrom(placedData, { ...placedData, price: free })
    .map((data): OrderCommand => ({ type: 'PlaceOrder', order: data })),
  fc.constant<OrderCommand>({ type: 'AwaitPayment', paymentDeadline: '2026-03-01T09:10:05.000Z' }),
  at.map((now): OrderCommand => ({ type: 'CompleteWithoutPayment', at: now })),
  fc.constant<OrderCommand>({ type: 'Fail', failureCode: 'SYSTEM_ERROR', reason: 'x' }),
  at.map((now): OrderCommand => ({ type: 'Expire', at: now })),
  fc.record({
    type: fc.constant('RequestConfirmation' as const),
    paymentKey,
    amount,
    idempotencyKey: fc.constant('k'),
    at,
  }),
  fc.record({
    type: fc.constant('RetryConfirmation' as const),
    paymentKey,
    attempt: fc.integer({ min: 2, max: 3 }),
    idempotencyKey: fc.constant('k2'),
    at,
  }),
  fc.record({
    type: fc.constant('RecordApproval' as const),
    paymentKey,
    amount,
    method: fc.constant('CARD' as const),
    approvedAt: at,
    receiptUrl: fc.constant(null),
    at,
  }),
  fc.record({
    type: fc.constant('RecordDecline' as const),
    paymentKey,
    providerCode: fc.constant('REJECT_CARD_COMPANY'),
    failureCode: fc.constant('PAYMENT_FAILED' as const),
    reason: fc.constant('x'),
  }),
  fc.record({ type: fc.constant('FlagForReview' as const), reason: fc.constant('x'), at }),
  fc.constant<OrderCommand>({
    type: 'CancelUnpaid',
    reason: 'x',
    failureCode: 'CANCELED_BY_MEMBER',
  }),
  fc.record({
    type: fc.constant('RequestCancellation' as const),
    refundId,
    items: fc.option(
      fc.uniqueArray(
        fc.record({
          productVariantId: fc.constantFrom(1, 2, 3),
          quantity: fc.integer({ min: 1, max: 2 }),
        }),
        { minLength: 1, maxLength: 2, selector: (item) => item.productVariantId },
      ),
    ),
    reason: fc.constant('x'),
    by: fc.constant({ kind: 'member' as const, id: 'member-1' }),
    restoreCoupon: fc.boolean(),
    at,
  }),
  refundId.map((id): OrderCommand => ({ type: 'FinishCancellation', refundId: id })),
  refundId.map(
    (id): OrderCommand => ({
      type: 'RefuseCancellation',
      refundId: id,
      providerCode: 'REFUND_REJECTED',
      reason: 'x',
    }),
  ),
  fc.record({
    type: fc.constant('ReportLatePayment' as const),
    refundId: fc.constant(`${theOrderNo}-LATE`),
    paymentKey,
    amount,
    reason: fc.constant('x'),
    at,
  }),
  fc.constant<OrderCommand>({ type: 'RecordLateRefund', refundId: `${theOrderNo}-LATE` }),
);

const paid = [placed, awaiting, confirming, approved, completed] as const;
const oneUnit = { productVariantId: 1, quantity: 1 };
const partly = {
  refundId: 'R1',
  items: [oneUnit],
  amount: 7_434,
  points: 391,
  releaseCoupon: false,
};
const requested = cancellationRequested('R1');
const partRequested: OrderEvent = {
  ...requested,
  data: { ...requested.data, ...partly, full: false },
};
const partDone: OrderEvent = {
  type: 'OrderLinesCancelled',
  data: { orderNo: theOrderNo, ...partly },
};

/** Histories to begin from, so that short runs reach every status. */
const histories = [
  [],
  [placed],
  [placed, awaiting],
  [placed, awaiting, confirming],
  [...paid],
  [...paid, requested],
  [...paid, partRequested],
  [...paid, partRequested, partDone],
] as const;

test('commands in any order never throw, and an order only goes where its status may go', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...histories),
      fc.array(command, { maxLength: 40 }),
      (history, commands) => {
        let state = history.reduce<OrderState>(order.evolve, order.initial);
        for (const each of commands) {
          const decision = order.decide(each, state);
          if (decision.kind === 'rejected') continue;
          const after = decision.events.reduce(
            (before, event) => deepFreeze(order.evolve(before, event)),
            state,
          );
          if (after.status !== state.status) {
            expect(paths[state.status]).toContain(after.status);
            seen.add(`${state.status} -> ${after.status}`);
          }
          const again = order.decide(each, after);
          if (each.type !== 'PlaceOrder' || again.kind === 'accepted')
            expect(again.kind === 'rejected' || again.events.length === 0).toBe(true);
          checkMoney(after);
          state = after;
        }
      },
    ),
    { numRuns: 3_000 },
  );
  const allPaths = Object.entries(paths).flatMap(([from, tos]) =>
    tos.map((to) => `${from} -> ${to}`),
  );
  expect(allPaths.filter((path) => !seen.has(path))).toEqual([]);
});

/** Never more back than was paid, used or ordered. */
const checkMoney = (state: OrderState): void => {
  if (state.status === 'NONE') return;
  const sum = (of: (refund: PlacedOrder['refunds'][number]) => number) =>
    state.refunds.reduce((total, refund) => total + of(refund), 0);
  expect(sum((refund) => refund.amount)).toBeLessThanOrEqual(
    state.lines.reduce((total, line) => total + line.payShare, 0),
  );
  expect(sum((refund) => refund.points)).toBeLessThanOrEqual(state.price.pointDiscount);
  expect(sum((refund) => Number(refund.releaseCoupon))).toBeLessThanOrEqual(1);
};
