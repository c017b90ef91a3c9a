import { describe, expect, test } from 'vitest';
import { GrpcError } from '../grpc/status.ts';
import { compileFilter, isHiddenFromAll } from './event-filter.ts';
import type { EventRecord } from './event-record.ts';

const record = (stream: string, type = 'T'): EventRecord =>
  ({ stream, type }) as unknown as EventRecord;
const onStream = (regex: string | undefined, ...prefixes: string[]) =>
  compileFilter({ on: 'stream', regex, prefixes });

describe('a filter', () => {
  test('by prefixes lets pass what starts with any of them', () => {
    const filter = onStream(undefined, 'order-', 'cart-');
    expect(['order-1', 'cart-1', 'xorder-1'].map((s) => filter.matches(record(s)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('without prefixes lets nothing pass, with an empty one everything', () => {
    expect(onStream(undefined).matches(record('a'))).toBe(false);
    expect(onStream(undefined, '').matches(record('a'))).toBe(true);
  });

  test('by regular expression searches anywhere in the name, and wins over prefixes', () => {
    const filter = onStream('\\d{2}', 'order');
    expect(filter.matches(record('xx12yy'))).toBe(true);
    expect(filter.matches(record('order'))).toBe(false);
  });

  test('on types looks at the type', () => {
    const filter = compileFilter({ on: 'type', regex: '^[^$].*', prefixes: [] });
    expect(filter.matches(record('a', 'OrderPlaced'))).toBe(true);
    expect(filter.matches(record('a', '$metadata'))).toBe(false);
  });

  test('that is no regular expression is refused', () =>
    expect(() => onStream('(')).toThrow(GrpcError));

  test('that would never end with backtracking ends at once', () => {
    const began = performance.now();
    expect(onStream('^(a+)+$').matches(record(`${'a'.repeat(50_000)}!`))).toBe(false);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test('remembers verdicts of no more than so many names, and stays right', () => {
    const filter = onStream('7$');
    for (let i = 0; i < 3000; i++) expect(filter.matches(record(`s${i}`))).toBe(i % 10 === 7);
  });
});

test.each([
  ['$epoch-information', true],
  ['$persistentsubscription-$all::g-checkpoint', true],
  ['$persistentsubscription-$all::g-parked', true],
  ['$persistentsubscription-orders::g-parked', false],
  ['$$$persistentsubscription-$all::g-parked', false],
  ['orders', false],
])('$all leaves out %s: %s', (stream, hidden) => expect(isHiddenFromAll(stream)).toBe(hidden));
