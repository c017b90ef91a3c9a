import type { Request, Response } from 'express';
import { describe, expect, test } from 'vitest';
import {
  alreadyHas,
  canonicalText,
  etagOf,
  idempotencyKeyOf,
  ifMatchOf,
  preferredWaitMs,
  requireVersion,
  versionOf,
} from './headers.ts';
import { ProblemError } from './problem-error.ts';

const request = (headers: Readonly<Record<string, string>>): Request =>
  ({ get: (name: string) => headers[name.toLowerCase()] }) as unknown as Request;

describe('an idempotency key', () => {
  test.each([
    ['"abc"', 'abc'],
    ['abc', 'abc'],
    ['"a \\"quoted\\" key"', 'a "quoted" key'],
    ['  6f1c-7 ', '6f1c-7'],
  ])('%s is %s, quoted or bare', (sent, key) => {
    expect(idempotencyKeyOf(request({ 'idempotency-key': sent }))).toBe(key);
  });
  test('is nothing when it is not sent', () => {
    expect(idempotencyKeyOf(request({}))).toBeUndefined();
  });
  test.each(['', '""', '"open', 'op"en', 'x'.repeat(256), 'schlüssel'])('%s is refused', (sent) => {
    expect(() => idempotencyKeyOf(request({ 'idempotency-key': sent }))).toThrow(ProblemError);
  });
});

describe('a precondition', () => {
  test.each([
    ['"7"', 7n],
    ['"7.abc123"', 7n],
    ['*', undefined],
    // A tag that was never given out matches nothing.
    ['"nonsense"', -1n],
    ['W/"7"', -1n],
    ['"7", "8"', -1n],
  ])('%s asks for version %s', (sent, version) => {
    expect(ifMatchOf(request({ 'if-match': sent }))).toBe(version);
  });
  test('that is no tag at all is refused', () => {
    expect(() => ifMatchOf(request({ 'if-match': '7' }))).toThrow(ProblemError);
  });
  test('holds for the version that was seen only', () => {
    expect(() => requireVersion(7n, 7n)).not.toThrow();
    expect(() => requireVersion(undefined, 7n)).not.toThrow();
    expect(() => requireVersion(6n, 7n)).toThrow(ProblemError);
  });
  test('of something that is not there yet is version 0', () => {
    expect([versionOf('no-stream'), versionOf(0n), versionOf(6n)]).toEqual([0n, 1n, 7n]);
    expect([etagOf(7n), etagOf(7, 'x')]).toEqual(['"7"', '"7.x"']);
  });
});

test.each([
  ['"7"', true],
  ['W/"7"', true],
  ['"6", "7"', true],
  ['*', true],
  ['"6"', false],
])('If-None-Match: %s', (sent, has) => {
  expect(alreadyHas(request({ 'if-none-match': sent }), '"7"')).toBe(has);
  expect(alreadyHas(request({}), '"7"')).toBe(false);
});

test.each([
  ['wait=5', 5_000, 'wait=5'],
  ['respond-async, wait="3"', 3_000, 'wait=3'],
  ['WAIT = 9999', 20_000, 'wait=20'],
  ['return=minimal', 0, undefined],
])('Prefer: %s waits for %d ms', (sent, ms, applied) => {
  const set: Record<string, string> = {};
  const res = { set: (name: string, value: string) => Object.assign(set, { [name]: value }) };
  expect(preferredWaitMs(request({ prefer: sent }), res as unknown as Response)).toBe(ms);
  expect(set['Preference-Applied']).toBe(applied);
});

test('a body is the same text whatever the order of its keys', () => {
  const one = canonicalText({ b: [{ d: 1, c: null }], a: 'x' });
  expect(one).toBe(canonicalText({ a: 'x', b: [{ c: null, d: 1 }] }));
  expect(one).not.toBe(canonicalText({ a: 'x', b: [{ c: 0, d: 1 }] }));
});
