import { expect, test } from 'vitest';
import { newCoverage, randomFaults } from './fault-plan.ts';
import { simulate } from './simulation.ts';

const SEEDS = 50;

test.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
  'seed %i: whatever is killed, lost or late, everything comes to rest and all books agree',
  async (seed) => {
    const result = await simulate({
      seed,
      orders: 12,
      processes: 2,
      faults: (random, now) => randomFaults(random, newCoverage(), now),
    });
    expect(result.broken, JSON.stringify(result)).toEqual([]);
  },
);
