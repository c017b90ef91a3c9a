import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { problemCodeOf } from './http/refuse.ts';
import { type Problem, problems } from './problems.ts';

const LINE = /^\| `(\w+)` \| (\d{3}) \| (\w+) \| (.*?) \|/;

test('docs/problems.md says the same as the table', async () => {
  const page = await readFile('docs/problems.md', 'utf8');
  const documented = Object.fromEntries(
    page.split('\n').flatMap((line) => {
      const [, code, status, retry, title] = LINE.exec(line) ?? [];
      return code ? [[code, { status: Number(status), retry, title }]] : [];
    }),
  );
  expect(documented).toEqual(problems);
});

test('every problem that may pass by itself is one of overload, outage or a race', () => {
  const later = Object.entries<Problem>(problems).filter(([, { retry }]) => retry === 'later');
  for (const [code, { status }] of later) expect([409, 429, 500, 503], code).toContain(status);
});

test.each([
  ['COMPLETED', null, 'ORDER_ALREADY_PAID'],
  ['PARTIALLY_CANCELED', null, 'ORDER_ALREADY_PAID'],
  ['CANCEL_REQUESTED', null, 'ORDER_ALREADY_PAID'],
  ['CANCELED', 'PAYMENT_TIMEOUT', 'ORDER_EXPIRED'],
  ['CANCELED', 'SAGA_TIMEOUT', 'ORDER_EXPIRED'],
  ['CANCELED', 'CANCELED_BY_MEMBER', 'ORDER_NOT_PAYABLE'],
  ['PAYMENT_FAILED', 'PAYMENT_FAILED', 'ORDER_NOT_PAYABLE'],
  ['PENDING', null, 'ORDER_NOT_PAYABLE'],
] as const)(
  'an order that is %s (%s) cannot be paid because of %s',
  (status, failureCode, code) => {
    expect(problemCodeOf({ code: 'ORDER_NOT_PAYABLE', status, failureCode })).toBe(code);
  },
);

test('a deadline that has passed is told like the expiry that follows it', () => {
  const rejection = {
    code: 'PAYMENT_DEADLINE_PASSED',
    paymentDeadline: '2026-03-01T00:10:00.000Z',
  } as const;
  expect(problemCodeOf(rejection)).toBe('ORDER_EXPIRED');
});
