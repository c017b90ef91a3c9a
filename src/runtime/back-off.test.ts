import { expect, test } from 'vitest';
import { deferralMs, quickRetryMs, resolverMs } from './back-off.ts';

test('a deferral doubles from one second up to the cap, and never comes sooner than asked', () => {
  expect([1, 2, 3, 6, 7, 1_000].map((attempt) => deferralMs(attempt, 60_000))).toEqual([
    1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
  ]);
  expect(deferralMs(1, 60_000, 5_000)).toBe(5_000);
  expect(deferralMs(1, 60_000, 90_000)).toBe(90_000);
});

test('a quick retry waits anything under 0.2 s, doubled with each try', () => {
  expect(quickRetryMs(1, 0)).toBe(0);
  expect(quickRetryMs(1, 0.999)).toBe(199);
  expect(quickRetryMs(3, 0.5)).toBe(400);
});

test('the resolver follows its schedule and repeats the last pause', () => {
  const schedule = [1_000, 2_000, 30_000];
  expect([1, 2, 3, 4, 99].map((attempt) => resolverMs(attempt, schedule))).toEqual([
    1_000, 2_000, 30_000, 30_000, 30_000,
  ]);
});
