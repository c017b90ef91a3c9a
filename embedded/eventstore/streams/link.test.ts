import { expect, test } from 'vitest';
import type { EventRecord } from './event-record.ts';
import { parseLink } from './link.ts';

const record = (type: string, data: string): EventRecord =>
  ({ type, data: Buffer.from(data) }) as unknown as EventRecord;

test.each([
  ['5@orders', { stream: 'orders', revision: 5 }],
  ['0@a@b', { stream: 'a@b', revision: 0 }],
  [' +7 @x', { stream: 'x', revision: 7 }],
  ['5', 'unresolvable'],
  ['x@orders', 'no-link'],
  ['', 'no-link'],
  ['9223372036854775808@x', 'no-link'],
])('a link record %j points to %j', (data, target) =>
  expect(parseLink(record('$>', data))).toEqual(target),
);

test('a record of another type is no link, whatever it holds', () =>
  expect(parseLink(record('OrderPlaced', '5@orders'))).toBe('no-link'));
