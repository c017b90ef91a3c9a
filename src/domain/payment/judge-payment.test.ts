import { describe, expect, test } from 'vitest';
import { judgePayment } from './judge-payment.ts';
import type { Payment, PaymentStatus } from './payment.ts';

const paid: Payment = {
  paymentKey: 'tviva20260101000000abcd1',
  orderId: 'ORD-20260101-ABCDEFGHIJ',
  status: 'DONE',
  totalAmount: 15_000,
  balanceAmount: 15_000,
  currency: 'KRW',
  method: 'CARD',
  approvedAt: '2026-01-01T00:00:00.000Z',
  receiptUrl: null,
  cancels: [],
};
const expected = { orderNo: 'ORD-20260101-ABCDEFGHIJ', amount: 15_000 };
const judge = (change: Partial<Payment>) => judgePayment({ ...paid, ...change }, expected);

describe('a payment, judged by its record', () => {
  test('done for our order, amount and currency is paid', () => {
    expect(judge({})).toBe('paid');
  });

  test.each([
    ['another amount', { totalAmount: 14_999, balanceAmount: 14_999 }],
    ['another currency', { currency: 'USD' }],
    ['less left than was paid', { balanceAmount: 14_000 }],
    ['a part of it cancelled', { status: 'PARTIAL_CANCELED', balanceAmount: 5_000 }],
  ] as const)('done with %s is a mismatch', (_what, change) => {
    expect(judge(change)).toBe('mismatch');
  });

  test.each<PaymentStatus>(['DONE', 'IN_PROGRESS', 'READY', 'CANCELED', 'PARTIAL_CANCELED'])(
    'the payment of another order is foreign, even as %s',
    (status) => {
      expect(judge({ status, orderId: 'ORD-20260101-ZZZZZZZZZZ' })).toBe('foreign');
    },
  );

  test('a virtual account that waits for its deposit is not paid', () => {
    expect(judge({ status: 'WAITING_FOR_DEPOSIT' })).toBe('waiting-deposit');
  });

  test.each([
    ['IN_PROGRESS', 'in-progress'],
    ['READY', 'ready'],
    ['ABORTED', 'dead'],
    ['EXPIRED', 'dead'],
    ['CANCELED', 'dead'],
    ['UNKNOWN', 'unclear'],
  ] as const)('%s is %s', (status, judgement) => {
    expect(judge({ status })).toBe(judgement);
  });

  test('cancelled in parts until nothing is left is dead, although its status says partial', () => {
    expect(judge({ status: 'PARTIAL_CANCELED', balanceAmount: 0 })).toBe('dead');
  });
});
