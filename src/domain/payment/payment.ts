import type { PaymentMethod } from '../order/words.ts';

/** The provider's words for where a payment stands; `UNKNOWN` stands for a word that this release does not know. */
export const paymentStatuses = [
  'READY',
  'IN_PROGRESS',
  'WAITING_FOR_DEPOSIT',
  'DONE',
  'CANCELED',
  'PARTIAL_CANCELED',
  'ABORTED',
  'EXPIRED',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number] | 'UNKNOWN';

/** One cancellation of (a part of) a payment, as the provider keeps it. */
export type PaymentCancel = {
  /** Won. */
  readonly amount: number;
  /** As it was sent; ours end with the refund's id. */
  readonly reason: string;
  /** The provider's own id of this cancellation. */
  readonly transactionKey: string;
  /** ISO 8601 UTC; null when the provider left it out. */
  readonly canceledAt: string | null;
  /** False while a foreign payment method still works on it, or when it gave up. */
  readonly done: boolean;
};

/** A payment as the provider knows it, in our words. Amounts in won, times ISO 8601 UTC. */
export type Payment = {
  readonly paymentKey: string;
  readonly orderId: string;
  readonly status: PaymentStatus;
  readonly totalAmount: number;
  /** What can still be cancelled; 0 means fully cancelled, whatever the status says. */
  readonly balanceAmount: number;
  readonly currency: string;
  readonly method: PaymentMethod;
  readonly approvedAt: string | null;
  readonly receiptUrl: string | null;
  readonly cancels: readonly PaymentCancel[];
  /** Proves a deposit call-back of a virtual account; absent for every other method. */
  readonly secret?: string;
};

/** One line of the provider's account of a day: a payment, or a cancellation with a negative amount. */
export type ProviderTransaction = {
  readonly transactionKey: string;
  readonly paymentKey: string;
  readonly orderId: string;
  readonly status: PaymentStatus;
  /** Won; what a cancellation gave back is negative. */
  readonly amount: number;
  readonly currency: string;
  /** ISO 8601 UTC. */
  readonly transactionAt: string;
};
