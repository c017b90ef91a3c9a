import { expect, test } from 'vitest';
import { ProblemError } from '../http/problem-error.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

const position = { placedAt: '2026-03-01T00:00:00.000Z', orderNo: 'ORD-20260301-AAAAAAAAAA' };

test('a cursor goes on where its page ended', () => {
  expect(decodeCursor(encodeCursor(position, 'f'), 'f')).toEqual(position);
});

test.each([
  ['of another listing', encodeCursor(position, 'other')],
  ['made up', 'abc'],
  ['empty', ''],
  ['of other things', Buffer.from('[1,2,3]').toString('base64url')],
  ['of no time', encodeCursor({ ...position, placedAt: "' or 1=1" }, 'f')],
])('a cursor %s is refused', (_what, cursor) => {
  expect(() => decodeCursor(cursor, 'f')).toThrow(ProblemError);
});
