import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = new Date('2026-01-01T00:00:00.000Z');

test.each([
  ['seconds', '7', 7_000],
  ['a date', 'Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
  ['a date that has passed', 'Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['more than an hour', '86400', 3_600_000],
])('%s: the wait in ms', (_what, header, wait) => {
  expect(retryAfterMs(header, now)).toBe(wait);
});

test.each([undefined, '', 'soon', ['1', '2']])('no usable header (%s): no wait', (header) => {
  expect(retryAfterMs(header, now)).toBeNull();
});
