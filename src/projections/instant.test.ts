import fc from 'fast-check';
import { expect, test } from 'vitest';
import { earlier, after as instantAfter } from './instant.ts';

test('adds milliseconds over every border', () => {
  expect(instantAfter('2026-12-31T23:59:59.999Z', 1)).toBe('2027-01-01T00:00:00.000Z');
});

test('the earlier of two is the one that comes first', () => {
  const instants = fc.date({
    min: new Date('2000-01-01'),
    max: new Date('2100-01-01'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instants, instants, (one, other) => {
      const first = new Date(Math.min(one.getTime(), other.getTime())).toISOString();
      expect(earlier(one.toISOString(), other.toISOString())).toBe(first);
    }),
  );
});
