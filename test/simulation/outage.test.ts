import { expect, test } from 'vitest';
import type { OrderBook } from '../../src/runtime/audit-books.ts';
import type { FaultPlan } from './fault-plan.ts';
import { simulate } from './simulation.ts';

const HOUR = 60;

/** The coupon service is away for an hour from the start; nothing else goes wrong. */
const withoutCoupons = (): FaultPlan => {
  let away = true;
  return {
    crashesAt: () => false,
    failsAt: () => false,
    fateOf: (call) =>
      away && ['redeem', 'release', 'redemption'].includes(call) ? 'not-sent' : 'ok',
    end: () => {
      away = false;
    },
  };
};

test('a service that is away for an hour holds up only the orders that need it, and they end by themselves', async () => {
  const unfinished = { needing: 0, others: 0 };
  const result = await simulate({
    seed: 7,
    orders: 30,
    processes: 2,
    faults: withoutCoupons,
    faultsLast: HOUR,
    everyMinute: (minute, orders) => {
      if (minute !== HOUR) return;
      const open = (needs: (book: OrderBook) => boolean): number =>
        orders.filter((book) => needs(book) && !book.settled).length;
      unfinished.needing = open(({ order }) => order.coupon !== null);
      unfinished.others = open(({ order }) => order.coupon === null);
    },
  });
  expect(unfinished.others).toBe(0);
  // Their tombstones at the coupon service are still owed: visibly, and without holding anything.
  expect(unfinished.needing).toBeGreaterThan(5);
  expect(result.broken).toEqual([]);
  expect(result.parked).toBe(0);
});
