import { expect, test } from 'vitest';
import { paymentStatuses } from './payment.ts';
import { paymentMethodOf, paymentStatusOf } from './provider-words.ts';

test.each([
  ['카드', 'CARD'],
  ['가상계좌', 'VIRTUAL_ACCOUNT'],
  ['계좌이체', 'TRANSFER'],
  ['휴대폰', 'MOBILE_PHONE'],
  ['간편결제', 'EASY_PAY'],
  ['문화상품권', 'GIFT_CERTIFICATE'],
  ['도서문화상품권', 'GIFT_CERTIFICATE'],
  ['게임문화상품권', 'GIFT_CERTIFICATE'],
])('the method %s is %s', (word, method) => {
  expect(paymentMethodOf(word)).toBe(method);
});

test('a word in decomposed letters is the same word', () => {
  expect(paymentMethodOf('카드'.normalize('NFD'))).toBe('CARD');
});

test.each([null, '', '상품권', 'toString'])('any other method (%s) is OTHER', (word) => {
  expect(paymentMethodOf(word)).toBe('OTHER');
});

test.each(paymentStatuses)('the status %s is known', (status) => {
  expect(paymentStatusOf(status)).toBe(status);
});

test.each(['CANCELLED', 'ABORT', ''])('the status %s is not one of the provider', (word) => {
  expect(paymentStatusOf(word)).toBe('UNKNOWN');
});
