import { expect, test } from 'vitest';
import { OrderNo } from '../../domain/kernel/ids.ts';
import { orderNumbers } from './order-number.ts';

const numbers = orderNumbers('a-secret');
const noon = new Date('2026-03-01T03:00:00.000Z');

test('a fresh number is an order number of the day in Korea, and never the same', () => {
  const many = Array.from({ length: 1_000 }, () =>
    numbers.fresh(new Date('2026-02-28T15:00:00.000Z')),
  );
  expect(new Set(many).size).toBe(1_000);
  for (const number of many) {
    expect(OrderNo.safeParse(number).success).toBe(true);
    expect(number.startsWith('ORD-20260301-')).toBe(true);
  }
});

test('a key names the same order today and tomorrow', () => {
  const [today, yesterday] = numbers.candidates('1', 'key', noon);
  expect([today.slice(0, 12), yesterday.slice(0, 12)]).toEqual(['ORD-20260301', 'ORD-20260228']);
  expect(numbers.candidates('1', 'key', noon)).toEqual([today, yesterday]);
  expect(numbers.candidates('1', 'key', new Date('2026-03-02T03:00:00.000Z'))[1]).toBe(today);
  expect(OrderNo.safeParse(today).success).toBe(true);
});

test('another member, another key or another secret is another order', () => {
  const [number] = numbers.candidates('1', '2', noon);
  const others = [
    numbers.candidates('2', '2', noon)[0],
    numbers.candidates('1', '3', noon)[0],
    numbers.candidates('12', '', noon)[0],
    orderNumbers('another-secret').candidates('1', '2', noon)[0],
  ];
  expect(others).not.toContain(number);
  expect(new Set(others).size).toBe(others.length);
});

test('a fingerprint gives nothing of the body away without the secret', () => {
  expect(numbers.fingerprint('{}')).toBe(numbers.fingerprint('{}'));
  expect(numbers.fingerprint('{}')).not.toBe(orderNumbers('another-secret').fingerprint('{}'));
});
