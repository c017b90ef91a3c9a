import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryJournal } from '../store/journal.ts';
import { Store } from '../store/store.ts';
import { FaultInjector, seededFraction } from './fault-injector.ts';
import type { FaultRule } from './state.ts';

const call = { target: 'product', operation: 'deductStock', orderNo: 'ORD-1' } as const;
const rule: FaultRule = { id: 'f1', target: 'product', mode: 'error' };

function injector(...rules: readonly FaultRule[]) {
  const store = new Store(memoryJournal, () => 0);
  store.transact((emit) => emit({ service: 'control', type: 'FaultsSet', rules }));
  return { store, faults: new FaultInjector(store) };
}

test.each([
  [{}, true],
  [{ operation: 'deductStock' }, true],
  [{ operation: 'restoreStock' }, false],
  [{ orderNo: 'ORD-1' }, true],
  [{ orderNo: 'ORD-2' }, false],
  [{ target: 'member' }, false],
  [{ probability: 0 }, false],
  [{ probability: 1 }, true],
] as const)('a fault with %j strikes: %s', (change, strikes) => {
  const { faults } = injector({ ...rule, ...change });
  expect(faults.strike(call) !== undefined).toBe(strikes);
});

test('a fault for two calls is spent after them, and the next in the list has its turn', () => {
  const { faults } = injector({ ...rule, times: 2 }, { ...rule, id: 'f2', mode: 'reset' });
  const modes = [1, 2, 3].map(() => faults.strike(call)?.mode);
  expect(modes).toEqual(['error', 'error', 'reset']);
});

test('a seeded fault goes on where it was when the process starts anew', () => {
  const seeded = { ...rule, probability: 0.5, seed: 42 };
  const strikes = (faults: FaultInjector, n: number) =>
    Array.from({ length: n }, () => faults.strike(call) !== undefined);
  const { faults: whole } = injector(seeded);
  const expected = strikes(whole, 60);
  const { store, faults: before } = injector(seeded);
  const lastHit = expected.slice(0, 30).lastIndexOf(true);
  const first = strikes(before, lastHit + 1);
  const after = strikes(new FaultInjector(store), 60 - first.length);
  expect([...first, ...after]).toEqual(expected);
});

test('the fractions of any seed lie in [0, 1) and spread evenly', () =>
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const fractions = Array.from({ length: 2000 }, (_, n) => seededFraction(seed, n));
      expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...fractions)).toBeLessThan(1);
      const low = fractions.filter((fraction) => fraction < 0.25).length / fractions.length;
      expect(low).toBeGreaterThan(0.19);
      expect(low).toBeLessThan(0.31);
    }),
    { numRuns: 50 },
  ));
