import { expect, test } from 'vitest';
import { crashOnceAt, newCoverage, randomFaults } from './fault-plan.ts';
import { simulate } from './simulation.ts';

/** Runs whose paths are looked at; between them they take every path there is. */
const SEEDS = [30, 21, 10, 1, 52, 2, 3, 4, 5, 6, 7, 8];
const ORDERS = 8;

const run = (seed: number, point: string | null, coverage = newCoverage()) =>
  simulate({
    seed,
    orders: ORDERS,
    processes: 2,
    faults: (random, now) => crashOnceAt(point, randomFaults(random, newCoverage(), now), coverage),
  });

test('a process may die before and after every append and every call of every path', async () => {
  const seedOf = new Map<string, number>();
  for (const seed of SEEDS) {
    const coverage = newCoverage();
    expect((await run(seed, null, coverage)).broken).toEqual([]);
    for (const point of coverage.seen.keys()) if (!seedOf.has(point)) seedOf.set(point, seed);
  }
  const crashed = newCoverage();
  for (const [point, seed] of seedOf) {
    const result = await run(seed, point, crashed);
    expect(result.broken, `crash at ${point}, seed ${seed}`).toEqual([]);
    expect(result.kills, `crash at ${point}, seed ${seed}`).toBe(1);
  }
  const points = [...seedOf.keys()];
  expect(points.filter((point) => !crashed.crashed.has(point))).toEqual([]);
  // Every kind of event that the runtime writes, and every call that changes something, is among them.
  for (const name of [
    ...['OrderSagaStarted', 'StockDeducted', 'CouponRedeemed', 'PointsDeducted', 'StepDeferred'],
    ...['StockDeductionRefused', 'CouponRedemptionRefused', 'PointsDeductionRefused'],
    ...['CompensationStarted', 'StockRestored', 'CouponReleased', 'PointsRefunded'],
    ...['OrderSagaFinished', 'OrderSagaFailed', 'OrderPlaced', 'OrderAwaitingPayment'],
    ...['PaymentConfirmationRequested', 'PaymentApproved+OrderCompleted', 'PaymentDeclined'],
    ...['OrderCompleted', 'OrderFailed', 'OrderExpired', 'OrderCancelled', 'OrderFlaggedForReview'],
    ...['OrderCancellationRequested', 'OrderLinesCancelled', 'LatePaymentFound'],
    ...['LatePaymentRefunded', 'CancellationStarted', 'PaymentCancelled', 'CartItemsOrdered'],
    ...['CancellationPointsRefunded', 'CancellationCouponReleased', 'CancellationStockReturned'],
    ...['CancellationStepDeferred', 'CancellationFinished', 'PaymentCancellationRefused'],
    ...['CancellationRefused', 'CancellationFailed'],
    ...['SagaRetryRequested', 'SagaCompensationRequested', 'SagaAnnotated'],
    ...['deductStock', 'redeem', 'usePoints', 'restoreStock', 'release', 'refundPoints'],
    ...['confirm', 'byKey', 'cancel', 'refundPart', 'returnStock'],
  ])
    expect(
      points.some((point) => point.replace(/: (before|after)$/, '').endsWith(` ${name}`)),
      name,
    ).toBe(true);
}, 240_000);
