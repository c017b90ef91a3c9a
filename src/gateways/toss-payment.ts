import { z } from 'zod';
import type { Payment, ProviderTransaction } from '../domain/payment/payment.ts';
import { paymentMethodOf, paymentStatusOf } from '../domain/payment/provider-words.ts';

/** Where the provider lives: times without an offset are Korean, which is nine hours ahead all year. */
const KOREA = '+09:00';

const toUtc = (text: string | null | undefined): string | null => {
  if (!text) return null;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}${KOREA}`);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
};

const Cancel = z
  .object({
    cancelAmount: z.number(),
    cancelReason: z.string(),
    transactionKey: z.string(),
    canceledAt: z.string().nullish(),
    cancelStatus: z.string().nullish(),
  })
  .transform((cancel) => ({
    amount: cancel.cancelAmount,
    reason: cancel.cancelReason,
    transactionKey: cancel.transactionKey,
    canceledAt: toUtc(cancel.canceledAt),
    done: (cancel.cancelStatus ?? 'DONE') === 'DONE',
  }));

/**
 * The provider's Payment object, as far as an order needs it. New fields and words appear without notice, so nothing
 * is required but what decides whether the order is paid.
 */
export const TossPayment = z
  .object({
    paymentKey: z.string(),
    orderId: z.string(),
    status: z.string(),
    totalAmount: z.number(),
    balanceAmount: z.number(),
    currency: z.string(),
    method: z.string().nullish(),
    approvedAt: z.string().nullish(),
    receipt: z.object({ url: z.string().nullish() }).nullish(),
    cancels: z.array(Cancel).nullish(),
    secret: z.string().nullish(),
  })
  .transform(
    ({ status, method, approvedAt, receipt, cancels, secret, ...payment }): Payment => ({
      ...payment,
      status: paymentStatusOf(status),
      method: paymentMethodOf(method ?? null),
      approvedAt: toUtc(approvedAt),
      receiptUrl: receipt?.url ?? null,
      cancels: cancels ?? [],
      ...(secret ? { secret } : {}),
    }),
  );

/** One line of the provider's transactions. */
export const TossTransaction = z
  .object({
    transactionKey: z.string(),
    paymentKey: z.string(),
    orderId: z.string(),
    status: z.string(),
    amount: z.number(),
    currency: z.string().nullish(),
    transactionAt: z.string(),
  })
  .transform(({ status: word, amount, currency, transactionAt, ...keys }): ProviderTransaction => {
    const status = paymentStatusOf(word);
    const isCancel = status === 'CANCELED' || status === 'PARTIAL_CANCELED';
    return {
      ...keys,
      status,
      amount: isCancel ? -Math.abs(amount) : amount,
      currency: currency ?? 'KRW',
      transactionAt: toUtc(transactionAt) ?? transactionAt,
    };
  });
