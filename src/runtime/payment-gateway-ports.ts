import type { FailureCode } from '../domain/order/words.ts';
import type { Payment, ProviderTransaction } from '../domain/payment/payment.ts';
import type { CallContext, NotSent, Probe } from './gateway-ports.ts';

/** What came of asking the provider to take the money. */
export type ConfirmAnswer =
  /** Paid; order, amount and currency of the payment are the expected ones. */
  | { readonly kind: 'approved'; readonly payment: Payment }
  /** Paid, but another order, amount or currency than asked for. */
  | { readonly kind: 'mismatch'; readonly payment: Payment }
  | {
      readonly kind: 'declined';
      readonly providerCode: string;
      readonly failureCode: FailureCode;
      readonly reason: string;
      /** False for a vanished session: it proves "not paid" only when no earlier attempt stayed without an answer; else look up. */
      readonly definite: boolean;
    }
  /** An earlier attempt, or another payment key, was there first: only a look-up tells which. */
  | { readonly kind: 'already-processed'; readonly code: string }
  /** A virtual account was issued; nobody has paid into it. */
  | { readonly kind: 'pending-deposit'; readonly payment: Payment }
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /**
       * True when an HTTP answer arrived: the provider keeps replaying it under this key, so a further attempt needs a
       * new one (after a look-up). False: repeat with the same key.
       */
      readonly answered: boolean;
      readonly retryAfterMs?: number;
    }
  | NotSent
  /** Our keys or our request are wrong: nothing was paid, but look up before giving up. */
  | { readonly kind: 'misconfigured'; readonly code: string; readonly reason: string };

/** What came of asking the provider to give money back. */
export type CancelAnswer =
  | {
      readonly kind: 'cancelled';
      readonly transactionKey: string;
      /** Won still refundable afterwards. */
      readonly balanceAmount: number;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  /** Already cancelled, or somebody else is at it: look the payment up and search our refund's id in its cancels. */
  | { readonly kind: 'look-up'; readonly code: string; readonly retryAfterMs?: number }
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** As in a confirmation: true means that a further attempt needs a look-up and a new key. */
      readonly answered: boolean;
      readonly retryAfterMs?: number;
    }
  | NotSent
  | { readonly kind: 'misconfigured'; readonly code: string; readonly reason: string };

export type PaymentGateway = {
  readonly confirm: (
    confirmation: {
      readonly paymentKey: string;
      readonly orderNo: string;
      /** Won. */
      readonly amount: number;
      /** At most 300 characters; the provider remembers it, and the answer, for 15 days. */
      readonly idempotencyKey: string;
    },
    context: CallContext,
  ) => Promise<ConfirmAnswer>;
  readonly byKey: (paymentKey: string, context: CallContext) => Promise<Probe<Payment>>;
  readonly byOrder: (orderNo: string, context: CallContext) => Promise<Probe<Payment>>;
  readonly cancel: (
    cancellation: {
      readonly paymentKey: string;
      /** Written into the provider's reason, so that our cancel can be found again. */
      readonly refundId: string;
      /** Won. */
      readonly amount: number;
      /** What we believe is still refundable, in won; the provider refuses when it is not. Null skips that check. */
      readonly refundableAmount: number | null;
      readonly reason: string;
      readonly idempotencyKey: string;
    },
    context: CallContext,
  ) => Promise<CancelAnswer>;
  /**
   * All payments and cancellations of one day in Korea (`yyyy-mm-dd`), oldest first.
   * @throws GatewayError
   */
  readonly transactions: (
    day: string,
    context: CallContext,
  ) => Promise<readonly ProviderTransaction[]>;
};
