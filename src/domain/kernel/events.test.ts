import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decodeEvent, defineEvents, UnreadableEventError } from './events.ts';

const family = defineEvents('tea', {
  TeaSold: {
    version: 3,
    data: z.object({ cups: z.int().positive(), price: z.object({ won: z.int() }) }),
    upcast: {
      1: ({ qty, ...rest }: { qty: number; won: number }) => ({ cups: qty, ...rest }),
      2: ({ won, ...rest }: { won: number; cups: number }) => ({ ...rest, price: { won } }),
    },
  },
});
const newest = { type: 'TeaSold', data: { cups: 2, price: { won: 4_500 } } };

describe('decoding stored events', () => {
  test.each([
    [1, { qty: 2, won: 4_500 }],
    [2, { cups: 2, won: 4_500 }],
    [3, { cups: 2, price: { won: 4_500 } }],
  ])('version %i comes up to the newest', (version, data) =>
    expect(decodeEvent(family, 'TeaSold', version, data)).toEqual(newest),
  );

  test.each([
    ['an unknown type', 'TeaSpilt', 1, {}],
    ['a version of a later release', 'TeaSold', 4, newest.data],
    ['version zero', 'TeaSold', 0, newest.data],
    ['data that does not fit', 'TeaSold', 3, { cups: 0, price: { won: 1 } }],
  ])('%s is unreadable, and says so by name', (_what, type, version, data) => {
    const decode = () => decodeEvent(family, type, version, data);
    expect(decode).toThrow(UnreadableEventError);
    expect(decode).toThrow(new RegExp(type));
  });
});
