import { describe, expect, test } from 'vitest';
import { type CancelVerdict, cancelCodes, judgeCancelError } from './cancel-codes.ts';

const expected: readonly (readonly [CancelVerdict, readonly string[]])[] = [
  [
    'already-cancelled',
    [
      'ALREADY_CANCELED_PAYMENT',
      'ALREADY_REFUND_PAYMENT',
      'ALREADY_REFUNDING_PAYMENT',
      'NOT_CANCELABLE_AMOUNT',
    ],
  ],
  [
    'refused',
    [
      'NOT_CANCELABLE_PAYMENT',
      'NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER',
      'EXCEED_MAX_REFUND_DUE',
      'EXCEED_CANCEL_LIMIT',
      'NOT_ALLOWED_PARTIAL_REFUND',
      'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT',
      'REFUND_REJECTED',
      'INVALID_REFUND_ACCOUNT_INFO',
      'INVALID_REFUND_ACCOUNT_NUMBER',
      'INVALID_BANK',
      'FORBIDDEN_BANK_REFUND_REQUEST',
      'EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT',
    ],
  ],
  ['concurrent', ['NOT_MATCHES_REFUNDABLE_AMOUNT', 'FORBIDDEN_CONSECUTIVE_REQUEST']],
  ['still-running', ['IDEMPOTENT_REQUEST_PROCESSING']],
  [
    'unknown',
    [
      'PROVIDER_ERROR',
      'NOT_AVAILABLE_BANK',
      'FAILED_INTERNAL_SYSTEM_PROCESSING',
      'FAILED_REFUND_PROCESS',
      'FAILED_METHOD_HANDLING_CANCEL',
      'FAILED_PARTIAL_REFUND',
      'COMMON_ERROR',
      'FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING',
    ],
  ],
  [
    'misconfigured',
    [
      'UNAUTHORIZED_KEY',
      'INCORRECT_BASIC_AUTH_FORMAT',
      'FORBIDDEN_REQUEST',
      'INVALID_REQUEST',
      'NOT_FOUND_PAYMENT',
    ],
  ],
];
const cases = expected.flatMap(([verdict, codes]) => codes.map((code) => ({ code, verdict })));

describe('the error codes of a cancellation', () => {
  test.each(cases)('$code is $verdict', ({ code, verdict }) => {
    expect(judgeCancelError(code)).toBe(verdict);
  });

  test.each([null, '', 'NEVER_HEARD_OF', 'constructor'])(
    'a code that is not listed (%s) leaves the outcome unknown',
    (code) => {
      expect(judgeCancelError(code)).toBe('unknown');
    },
  );

  test('every code of the table is tested here', () => {
    expect(Object.keys(cancelCodes).toSorted()).toEqual(cases.map(({ code }) => code).toSorted());
  });
});
