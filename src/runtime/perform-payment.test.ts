import { describe, expect, test } from 'vitest';
import { payment } from '../../test/support/saga-events.ts';
import { cancelReasonOf } from '../domain/payment/cancel-reason.ts';
import type { Payment } from '../domain/payment/payment.ts';
import type { Probe } from './gateway-ports.ts';
import type { CancelAnswer, PaymentGateway } from './payment-gateway-ports.ts';
import { cancelPayment } from './perform-payment.ts';

const refundId = 'ORD-20260301-ABCDEFGHIJ-KLMNOPQRST';
const call = {
  type: 'CancelPayment',
  orderNo: 'ORD-20260301-ABCDEFGHIJ',
  refundId,
  paymentKey: 'pay-1',
  amount: 5_000,
  refundableBefore: 19_000,
  attempt: 1,
  reason: 'does not fit',
} as const;
const context = { correlationId: 'test', signal: new AbortController().signal };
const found = (fields: Partial<Payment> = {}): Probe<Payment> => ({
  kind: 'found',
  data: payment(fields),
});
const cancelOf = (id: string, done = true) => ({
  amount: 5_000,
  reason: cancelReasonOf('x', id),
  transactionKey: 't-1',
  canceledAt: null,
  done,
});

/** Cancels with a provider that gives these answers; tells what it was asked. */
const cancelling = async (
  wish:
    | typeof call
    | (Omit<typeof call, 'attempt' | 'amount'> & { attempt: number; amount: number }),
  answer: CancelAnswer,
  look: Probe<Payment> = { kind: 'unavailable', reason: 'time-out' },
) => {
  const asked: unknown[] = [];
  const gateway = {
    byKey: async () => {
      asked.push('look');
      return look;
    },
    cancel: async ({
      idempotencyKey,
      refundableAmount,
    }: Parameters<PaymentGateway['cancel']>[0]) => {
      asked.push([idempotencyKey, refundableAmount]);
      return answer;
    },
  } as unknown as PaymentGateway;
  return { answer: await cancelPayment(wish, gateway, context), asked };
};
const cancelled: CancelAnswer = { kind: 'cancelled', transactionKey: 't-9', balanceAmount: 14_000 };
const lookUp: CancelAnswer = { kind: 'look-up', code: 'NOT_MATCHES_REFUNDABLE_AMOUNT' };

describe('asking money back', () => {
  test('names the balance that we believe in, under a key of the refund', async () => {
    const { answer, asked } = await cancelling(call, cancelled);
    expect(answer).toEqual({ kind: 'done', data: { transactionKey: 't-9' } });
    expect(asked).toEqual([[`cancel:${refundId}`, 19_000]]);
  });

  test('again looks first, and names the balance that it saw, under a key of its own', async () => {
    const { asked } = await cancelling(
      { ...call, attempt: 3 },
      cancelled,
      found({ balanceAmount: 12_000 }),
    );
    expect(asked).toEqual(['look', [`cancel:${refundId}:a3`, 12_000]]);
  });

  test('again finds that it was done before, and asks nothing', async () => {
    const { answer, asked } = await cancelling(
      { ...call, attempt: 2 },
      cancelled,
      found({ balanceAmount: 14_000, cancels: [cancelOf(refundId)] }),
    );
    expect(answer).toEqual({ kind: 'done', data: { transactionKey: 't-1' } });
    expect(asked).toEqual(['look']);
  });

  test("does not take another refund's cancellation for its own", async () => {
    const { asked } = await cancelling(
      { ...call, attempt: 2 },
      cancelled,
      found({ balanceAmount: 14_000, cancels: [cancelOf('another')] }),
    );
    expect(asked).toHaveLength(2);
  });

  test('waits for one that the provider still works on', async () => {
    const { answer } = await cancelling(
      { ...call, attempt: 2 },
      cancelled,
      found({ cancels: [cancelOf(refundId, false)] }),
    );
    expect(answer).toEqual({ kind: 'unknown', reason: 'CANCEL_IN_PROGRESS' });
  });

  test.each([
    [{ kind: 'unavailable', reason: 'time-out' } as const, 'time-out'],
    [{ kind: 'absent', code: 'NOT_FOUND_PAYMENT' } as const, 'NOT_FOUND_PAYMENT'],
  ])('is not done on a look that brings nothing', async (look, reason) => {
    const { answer, asked } = await cancelling({ ...call, attempt: 2 }, cancelled, look);
    expect(answer).toEqual({ kind: 'not-sent', reason });
    expect(asked).toEqual(['look']);
  });

  test('that somebody else was faster with is refused when too little is left', async () => {
    const { answer } = await cancelling(call, lookUp, found({ balanceAmount: 1_000 }));
    expect(answer).toMatchObject({ kind: 'refused', code: 'NOT_CANCELABLE_AMOUNT' });
  });

  test('of all that was left is done when nothing is left', async () => {
    const { answer } = await cancelling(
      { ...call, attempt: 1, amount: 19_000 },
      lookUp,
      found({ balanceAmount: 0, status: 'CANCELED' }),
    );
    expect(answer).toEqual({ kind: 'done', data: { transactionKey: null } });
  });

  test('that another cancellation got in the way of is asked for again later', async () => {
    const { answer } = await cancelling(
      call,
      { ...lookUp, retryAfterMs: 3_000 },
      found({ balanceAmount: 18_000 }),
    );
    expect(answer).toEqual({
      kind: 'unknown',
      reason: 'NOT_MATCHES_REFUNDABLE_AMOUNT',
      retryAfterMs: 3_000,
    });
  });

  test.each([
    [
      { kind: 'refused', code: 'EXCEED_MAX_REFUND_DUE', reason: 'late' },
      { kind: 'refused', code: 'EXCEED_MAX_REFUND_DUE', detail: 'late', definite: true },
    ],
    [
      { kind: 'misconfigured', code: 'UNAUTHORIZED_KEY', reason: '' },
      { kind: 'not-sent', reason: 'UNAUTHORIZED_KEY' },
    ],
    [
      { kind: 'not-sent', reason: 'breaker open' },
      { kind: 'not-sent', reason: 'breaker open' },
    ],
    [
      { kind: 'unknown', reason: 'reset', answered: false },
      { kind: 'unknown', reason: 'reset', answered: false },
    ],
  ] as const)('that is answered by %j comes to %j', async (given, expected) => {
    expect((await cancelling(call, given)).answer).toEqual(expected);
  });
});
