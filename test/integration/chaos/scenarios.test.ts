import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../bench/chaos/random.ts';
import { isClean } from '../../../bench/chaos/report.ts';
import { deal, scenarios } from '../../../bench/chaos/scenarios.ts';
import type { Verdict } from '../../../bench/chaos/verdict.ts';

const pack = scenarios.reduce((sum, { share }) => sum + share, 0);

test('one seed gives one run', () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return [random.fraction(), random.whole(1, 100), random.fork(3).fraction()];
  };
  expect(draw(11)).toEqual(draw(11));
  expect(draw(11)).not.toEqual(draw(12));
});

test('a whole number stays between its bounds, and reaches both', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(5), (seed, width) => {
      const random = seededRandom(seed);
      const drawn = Array.from({ length: 300 }, () => random.whole(7, 7 + width));
      expect(Math.min(...drawn)).toBe(7);
      expect(Math.max(...drawn)).toBe(7 + width);
    }),
    { numRuns: 50 },
  );
});

test('every scenario gets its share of every pack', () => {
  const names = deal(2 * pack, seededRandom(5)).map(({ name }) => name);
  for (const { name, share } of scenarios)
    expect(names.filter((dealt) => dealt === name)).toHaveLength(2 * share);
});

const clean: Verdict = {
  quietAfterMs: 1,
  audit: { orders: 1, settled: 1, checked: ['I1'], broken: [] },
  differences: [],
  statuses: new Map(),
  brokenPromises: [],
};

test.each([
  ['it never became quiet', { quietAfterMs: null }],
  ['an answer was taken back', { brokenPromises: ['ORD-1: told "paid", is CANCELED'] }],
  [
    'an invariant is broken',
    { audit: { ...clean.audit, broken: [{ invariant: 'I4', subject: 'ORD-1', detail: '' }] } },
  ],
  ['the books differ', { differences: [{ kind: 'PAYMENT_MISSING' }] }],
])('a run is not clean when %s', (_what, change) => {
  expect(isClean(clean)).toBe(true);
  expect(isClean({ ...clean, ...change } as Verdict)).toBe(false);
});
