import { expect, test } from 'vitest';
import { errorBody, isDecline, statusOf } from './errors.ts';
import { toKoreanTime } from './payment-view.ts';

test.each([
  ['2026-02-28T15:00:00.000Z', '2026-03-01T00:00:00+09:00'],
  ['2026-12-31T14:59:59.999Z', '2026-12-31T23:59:59+09:00'],
])('%s is %s in Seoul', (utc, korean) => {
  expect(toKoreanTime(utc)).toBe(korean);
});

test('an error has the message of the language that was asked for, Korean otherwise', () => {
  expect(errorBody('NOT_FOUND_PAYMENT').message).toBe('존재하지 않는 결제 정보 입니다.');
  expect(errorBody('NOT_FOUND_PAYMENT', 'fr, en').message).toMatch(/^존재/);
  expect(errorBody('NOT_FOUND_PAYMENT', 'en-US').message).toBe('There is no such payment.');
  expect(errorBody('SOME_NEW_CODE')).toEqual({ code: 'SOME_NEW_CODE', message: 'SOME_NEW_CODE' });
});

test('declines are told from all other codes', () => {
  expect(['REJECT_CARD_COMPANY', 'BELOW_MINIMUM_AMOUNT'].every(isDecline)).toBe(true);
  expect(['PROVIDER_ERROR', 'NOT_FOUND_PAYMENT_SESSION', 'toString'].some(isDecline)).toBe(false);
  expect(statusOf('SOME_NEW_CODE')).toBe(400);
});
