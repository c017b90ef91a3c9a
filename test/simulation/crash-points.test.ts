import { expect, test } from 'vitest';
import { crashOnceAt, newCoverage, randomFaults } from './fault-plan.ts';
import { simulate } from './simulation.ts';

/** Every kind of event that the runtime writes, and every call that it makes to change something or to know. */
const everything = [
  ...[
    'OrderPlaced',
    'OrderAwaitingPayment',
    'PaymentConfirmationRequested',
    'PaymentApproved+OrderCompleted',
    'PaymentDeclined',
    'OrderCompleted',
    'OrderFailed',
    'OrderExpired',
    'OrderCancelled',
    'OrderFlaggedForReview',
    'OrderCancellationRequested',
    'OrderLinesCancelled',
    'LatePaymentFound',
    'LatePaymentRefunded',
    'CancellationRefused',
  ].map((type) => `order ${type}`),
  ...[
    'OrderSagaStarted',
    'StockDeducted',
    'CouponRedeemed',
    'PointsDeducted',
    'StepDeferred',
    'StockDeductionRefused',
    'CouponRedemptionRefused',
    'PointsDeductionRefused',
    'CompensationStarted',
    'StockRestored',
    'CouponReleased',
    'PointsRefunded',
    'OrderSagaFinished',
    'OrderSagaFailed',
    'SagaRetryRequested',
    'SagaCompensationRequested',
    'SagaAnnotated',
  ].map((type) => `orderSaga ${type}`),
  ...[
    'CancellationStarted',
    'PaymentCancelled',
    'CancellationPointsRefunded',
    'CancellationCouponReleased',
    'CancellationStockReturned',
    'CancellationStepDeferred',
    'CancellationFinished',
    'PaymentCancellationRefused',
    'CancellationFailed',
  ].map((type) => `orderCancellation ${type}`),
  'cart CartItemsOrdered',
  ...[
    'deductStock',
    'redeem',
    'usePoints',
    'restoreStock',
    'release',
    'refundPoints',
    'confirm',
    'byKey',
    'cancel',
    'refundPart',
    'returnStock',
  ],
];
/** Far more runs than it takes to come by every one of them. */
const MOST_SEEDS = 300;
const ORDERS = 8;

const run = (seed: number, point: string | null, coverage = newCoverage()) =>
  simulate({
    seed,
    orders: ORDERS,
    processes: 2,
    faults: (random, now) => crashOnceAt(point, randomFaults(random, newCoverage(), now), coverage),
  });

/** `order OrderPlaced` is an append, `confirm` a call. */
const pointOf = (name: string, when: string): string =>
  `${name.includes(' ') ? 'append' : 'call'} ${name}: ${when}`;

test('a process may die before and after every append and every call of every path', async () => {
  const seedOf = new Map<string, number>();
  const missing = (): readonly string[] =>
    everything.filter(
      (name) => !seedOf.has(pointOf(name, 'before')) || !seedOf.has(pointOf(name, 'after')),
    );
  for (let seed = 1; seed <= MOST_SEEDS && missing().length > 0; seed += 1) {
    const coverage = newCoverage();
    expect((await run(seed, null, coverage)).broken).toEqual([]);
    for (const point of coverage.seen.keys()) if (!seedOf.has(point)) seedOf.set(point, seed);
  }
  expect(missing()).toEqual([]);
  const crashed = newCoverage();
  for (const [point, seed] of seedOf) {
    const result = await run(seed, point, crashed);
    expect(result.broken, `crash at ${point}, seed ${seed}`).toEqual([]);
    expect(result.kills, `crash at ${point}, seed ${seed}`).toBe(1);
  }
  const points = [...seedOf.keys()];
  expect(points.length).toBeGreaterThan(100);
  expect(points.filter((point) => !crashed.crashed.has(point))).toEqual([]);
}, 240_000);
