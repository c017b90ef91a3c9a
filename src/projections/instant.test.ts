import { expect, test } from 'vitest';
import { earlier, after as instantAfter } from './instant.ts';

test('adds milliseconds over every border', () => {
  expect(instantAfter('2026-12-31T23:59:59.999Z', 1)).toBe('2027-01-01T00:00:00.000Z');
  expect(instantAfter('2028-02-28T23:59:59.000Z', 1_000)).toBe('2028-02-29T00:00:00.000Z');
});

test('the earlier of two is the one that comes first, whichever is named first', () => {
  const [first, second] = ['2026-03-01T09:00:00.999Z', '2026-03-01T09:00:01.000Z'];
  expect(earlier(first, second)).toBe(first);
  expect(earlier(second, first)).toBe(first);
});
