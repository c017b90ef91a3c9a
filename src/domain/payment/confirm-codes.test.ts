import { describe, expect, test } from 'vitest';
import { confirmCodes, judgeConfirmError } from './confirm-codes.ts';

const limitsAndBalances = [
  'REJECT_CARD_PAYMENT',
  'REJECT_ACCOUNT_PAYMENT',
  'EXCEED_MAX_ONE_DAY_AMOUNT',
  'EXCEED_MAX_PAYMENT_AMOUNT',
  'EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT',
  'EXCEED_MAX_AMOUNT',
  'EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT',
  'EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT',
];
const otherDeclines = [
  'REJECT_CARD_COMPANY',
  'REJECT_TOSSPAY_INVALID_ACCOUNT',
  'EXCEED_MAX_AUTH_COUNT',
  'NOT_AVAILABLE_BANK',
  'INVALID_PASSWORD',
  'FDS_ERROR',
  'INVALID_REJECT_CARD',
  'INVALID_CARD_NUMBER',
  'INVALID_CARD_EXPIRATION',
  'INVALID_STOPPED_CARD',
  'INVALID_CARD_LOST_OR_STOLEN',
  'INVALID_CARD_INSTALLMENT_PLAN',
  'NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT',
  'NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN',
  'EXCEED_MAX_CARD_INSTALLMENT_PLAN',
  'NOT_ALLOWED_POINT_USE',
  'EXCEED_MAX_DAILY_PAYMENT_COUNT',
  'RESTRICTED_TRANSFER_ACCOUNT',
  'INVALID_ACCOUNT_INFO_RE_REGISTER',
  'NOT_AVAILABLE_PAYMENT',
  'BELOW_MINIMUM_AMOUNT',
];
const alreadyProcessed = [
  'ALREADY_PROCESSED_PAYMENT',
  'DUPLICATED_ORDER_ID',
  'ALREADY_COMPLETED_PAYMENT',
];
const unknowns = [
  'PROVIDER_ERROR',
  'CARD_PROCESSING_ERROR',
  'FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING',
  'FAILED_INTERNAL_SYSTEM_PROCESSING',
  'UNKNOWN_PAYMENT_ERROR',
  'FAILED_CARD_COMPANY_RESPONSE',
  'FAILED_DB_PROCESSING',
  'COMMON_ERROR',
];
const misconfigured = [
  'UNAUTHORIZED_KEY',
  'INVALID_API_KEY',
  'INVALID_REQUEST',
  'INVALID_AUTHORIZE_AUTH',
  'NOT_FOUND_TERMINAL_ID',
  'NOT_REGISTERED_BUSINESS',
  'INVALID_UNREGISTERED_SUBMALL',
  'UNAPPROVED_ORDER_ID',
  'INVALID_IDEMPOTENCY_KEY',
  'FORBIDDEN_REQUEST',
  'INCORRECT_BASIC_AUTH_FORMAT',
];

describe('the error codes of a confirmation', () => {
  test.each(limitsAndBalances)('%s is a decline for want of balance', (code) => {
    expect(judgeConfirmError(code)).toEqual({
      kind: 'declined',
      failureCode: 'PAYMENT_INSUFFICIENT_BALANCE',
    });
  });

  test.each(otherDeclines)('%s is a decline', (code) => {
    expect(judgeConfirmError(code)).toEqual({ kind: 'declined', failureCode: 'PAYMENT_FAILED' });
  });

  test.each([
    ['NOT_FOUND_PAYMENT_SESSION', 'PAYMENT_TIMEOUT'],
    ['NOT_FOUND_PAYMENT', 'PAYMENT_NOT_FOUND'],
  ])('%s means that the session is gone', (code, failureCode) => {
    expect(judgeConfirmError(code)).toEqual({ kind: 'session-gone', failureCode });
  });

  test.each(alreadyProcessed)('%s asks for a look-up', (code) => {
    expect(judgeConfirmError(code)).toEqual({ kind: 'already-processed' });
  });

  test.each(unknowns)('%s leaves the outcome unknown', (code) => {
    expect(judgeConfirmError(code)).toEqual({ kind: 'unknown' });
  });

  test('IDEMPOTENT_REQUEST_PROCESSING asks to come back with the same key', () => {
    expect(judgeConfirmError('IDEMPOTENT_REQUEST_PROCESSING')).toEqual({ kind: 'still-running' });
  });

  test.each(misconfigured)('%s is our own fault', (code) => {
    expect(judgeConfirmError(code)).toEqual({ kind: 'misconfigured' });
  });

  test.each([null, '', 'NEVER_HEARD_OF', 'toString', '__proto__'])(
    'a code that is not listed (%s) is never a decline',
    (code) => {
      expect(judgeConfirmError(code)).toEqual({ kind: 'unknown' });
    },
  );

  test('every code of the table is tested here', () => {
    const tested = [
      ...limitsAndBalances,
      ...otherDeclines,
      ...alreadyProcessed,
      ...unknowns,
      ...misconfigured,
      'NOT_FOUND_PAYMENT_SESSION',
      'NOT_FOUND_PAYMENT',
      'IDEMPOTENT_REQUEST_PROCESSING',
    ];
    expect(Object.keys(confirmCodes).toSorted()).toEqual(tested.toSorted());
  });
});
