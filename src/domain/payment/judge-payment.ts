import type { Payment } from './payment.ts';

/** What the provider's record of a payment means for the order that waits for it. */
export type PaymentJudgement =
  /** The whole amount is paid, for this order, in won. */
  | 'paid'
  /** Paid for this order, but not what was asked for: the money goes back, a person looks at it. */
  | 'mismatch'
  /** Belongs to another order: it proves nothing about this one, and must never be cancelled on its account. */
  | 'foreign'
  /** A virtual account was issued; nobody has paid into it. */
  | 'waiting-deposit'
  /** Authorised by the buyer, not confirmed: nothing is paid. */
  | 'in-progress'
  /** The buyer has not authorised it. */
  | 'ready'
  /** Refused, expired or wholly cancelled: it will never be paid. */
  | 'dead'
  /** A status that this release does not know. */
  | 'unclear';

export type ExpectedPayment = {
  readonly orderNo: string;
  /** Won. */
  readonly amount: number;
};

/** The only currency that orders are sold in. */
const CURRENCY = 'KRW';

/** Decides by what the record says, never by how the call that brought it went. */
export const judgePayment = (payment: Payment, expected: ExpectedPayment): PaymentJudgement => {
  if (payment.orderId !== expected.orderNo) return 'foreign';
  switch (payment.status) {
    case 'DONE':
      return payment.totalAmount === expected.amount &&
        payment.balanceAmount === expected.amount &&
        payment.currency === CURRENCY
        ? 'paid'
        : 'mismatch';
    // A full cancellation that follows a partial one leaves this status: the balance tells.
    case 'PARTIAL_CANCELED':
      return payment.balanceAmount === 0 ? 'dead' : 'mismatch';
    case 'WAITING_FOR_DEPOSIT':
      return 'waiting-deposit';
    case 'IN_PROGRESS':
      return 'in-progress';
    case 'READY':
      return 'ready';
    case 'CANCELED':
    case 'ABORTED':
    case 'EXPIRED':
      return 'dead';
    case 'UNKNOWN':
      return 'unclear';
  }
};
