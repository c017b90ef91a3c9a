import type { PaymentMethod } from '../order/words.ts';
import { type PaymentStatus, paymentStatuses } from './payment.ts';

// The provider names methods in Korean, whatever language its messages are asked for in.
const methods: Readonly<Record<string, PaymentMethod>> = {
  카드: 'CARD',
  가상계좌: 'VIRTUAL_ACCOUNT',
  계좌이체: 'TRANSFER',
  휴대폰: 'MOBILE_PHONE',
  간편결제: 'EASY_PAY',
  문화상품권: 'GIFT_CERTIFICATE',
  도서문화상품권: 'GIFT_CERTIFICATE',
  게임문화상품권: 'GIFT_CERTIFICATE',
};

/** @param word the provider's `method`; null before the buyer has chosen one */
export const paymentMethodOf = (word: string | null): PaymentMethod => {
  const composed = word?.normalize('NFC') ?? '';
  return Object.hasOwn(methods, composed) ? (methods[composed] ?? 'OTHER') : 'OTHER';
};

/** A word that this release does not know decides nothing, so it has a status of its own. */
export const paymentStatusOf = (word: string): PaymentStatus =>
  paymentStatuses.find((status) => status === word) ?? 'UNKNOWN';
