import { expect, test } from 'vitest';
import type { PlacedOrder } from '../../domain/order/order-types.ts';
import type { OrderRow } from '../../projections/order-row.ts';
import { ReadSideFailure } from '../../runtime/read-ports.ts';
import { type CurrentDeps, currentRow } from './current-row.ts';

const orderNo = 'ORD-20260101-ABCDEFGHIJ';
const { signal } = new AbortController();
const order = { orderNo, status: 'COMPLETED' } as PlacedOrder;
const rowThat = (row: object): OrderRow => ({ orderNo, ...row }) as OrderRow;
const folded = rowThat({ status: 'COMPLETED', orderName: 'folded' });
const projected = rowThat({ status: 'COMPLETED', orderName: 'projected' });

/** A read side that has come to position 10, and holds the projected row. */
const deps = (changes: Partial<CurrentDeps> = {}): CurrentDeps => ({
  gate: { waitFor: async (position) => position <= 10n },
  reads: { find: async () => projected },
  fold: async () => folded,
  ...changes,
});
const failing = (error: Error) => ({
  gate: {
    waitFor: async () => {
      throw error;
    },
  },
});

test('a read side that has passed the write is asked', async () => {
  expect(await currentRow(deps(), order, 10n, signal)).toBe(projected);
});

test.each<[string, bigint | null, Partial<CurrentDeps>]>([
  ['is behind', 11n, {}],
  ['does not know the order', 10n, { reads: { find: async () => undefined } }],
  ['shows another status', 10n, { reads: { find: async () => rowThat({ status: 'PENDING' }) } }],
  ['cannot be waited for, as nobody knows the position', null, {}],
  ['is away', 10n, failing(new ReadSideFailure(new Error('gone')))],
])('a read side that %s is passed over for the streams', async (_case, position, changes) => {
  expect(await currentRow(deps(changes), order, position, signal)).toBe(folded);
});

test('any other failure is told', async () => {
  const broken = deps(failing(new Error('a bug')));
  await expect(currentRow(broken, order, 10n, signal)).rejects.toThrow('a bug');
});

test('an order that is nowhere is not found', async () => {
  const nowhere = deps({ fold: async () => undefined });
  await expect(currentRow(nowhere, order, 11n, signal)).rejects.toMatchObject({
    code: 'ORDER_NOT_FOUND',
  });
});
