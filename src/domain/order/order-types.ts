import type { Actor } from '../kernel/events.ts';
import type { OrderEvent, OrderLine, OrderPrice } from './events.ts';
import type { FailureCode, OrderStatus, PaymentMethod } from './words.ts';

type DataOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>['data'];
export type Item = { readonly productVariantId: number; readonly quantity: number };

/** What one finished or running cancellation gives back. */
export type Refund = {
  readonly refundId: string;
  readonly items: readonly Item[];
  readonly amount: number;
  readonly points: number;
  readonly releaseCoupon: boolean;
};

/** The confirmation under way or decided: one payment key a confirmation, the first accepted is bound. */
export type Confirmation = {
  readonly paymentKey: string;
  readonly amount: number;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly requestedAt: string;
};

/** Everything known of an order that exists; `status` decides which commands may pass. */
export type PlacedOrder = {
  readonly status: OrderStatus;
  readonly orderNo: string;
  readonly memberId: string;
  readonly orderName: string;
  readonly lines: readonly OrderLine[];
  readonly price: OrderPrice;
  readonly coupon: DataOf<'OrderPlaced'>['coupon'];
  readonly placedAt: string;
  readonly sagaDeadline: string;
  readonly fingerprint: string | null;
  readonly paymentDeadline: string | null;
  readonly confirmation: Confirmation | null;
  readonly payment: {
    readonly method: PaymentMethod;
    readonly paymentKey: string | null;
    readonly amount: number;
  } | null;
  readonly failureCode: FailureCode | null;
  readonly flaggedForReview: boolean;
  /** The cancellation that holds the lock (status CANCEL_REQUESTED). */
  readonly cancelling: DataOf<'OrderCancellationRequested'> | null;
  /** Finished cancellations, and the ids of refused ones. */
  readonly refunds: readonly Refund[];
  readonly refusedRefunds: readonly string[];
  /** Money found at the provider after the order had ended without it. */
  readonly latePayments: readonly (DataOf<'LatePaymentFound'> & { readonly refunded: boolean })[];
};

export type OrderState = { readonly status: 'NONE' } | PlacedOrder;

export type OrderCommand =
  | { readonly type: 'PlaceOrder'; readonly order: DataOf<'OrderPlaced'> }
  | { readonly type: 'AwaitPayment'; readonly paymentDeadline: string }
  /** All deductions made and nothing left to pay. */
  | { readonly type: 'CompleteWithoutPayment'; readonly at: string }
  | { readonly type: 'Fail'; readonly failureCode: FailureCode; readonly reason: string }
  /** Given by the scheduler; refused (as "not due") before the deadline that the state holds. */
  | { readonly type: 'Expire'; readonly at: string }
  | {
      readonly type: 'RequestConfirmation';
      readonly paymentKey: string;
      readonly amount: number;
      readonly idempotencyKey: string;
      readonly at: string;
    }
  /** A further attempt under a new key: only after an answer that was an error. */
  | {
      readonly type: 'RetryConfirmation';
      readonly paymentKey: string;
      readonly attempt: number;
      readonly idempotencyKey: string;
      readonly at: string;
    }
  | {
      readonly type: 'RecordApproval';
      readonly paymentKey: string;
      readonly amount: number;
      readonly method: PaymentMethod;
      readonly approvedAt: string;
      readonly receiptUrl: string | null;
      readonly at: string;
    }
  | {
      readonly type: 'RecordDecline';
      readonly paymentKey: string;
      readonly providerCode: string;
      readonly failureCode: FailureCode;
      readonly reason: string;
    }
  | { readonly type: 'FlagForReview'; readonly reason: string; readonly at: string }
  /** Before payment: by the member, the whole order. */
  | { readonly type: 'CancelUnpaid'; readonly reason: string; readonly failureCode: FailureCode }
  /** After completion; `items` null means all that is left. `restoreCoupon` is the policy's word on a full cancellation. */
  | {
      readonly type: 'RequestCancellation';
      readonly refundId: string;
      readonly items: readonly Item[] | null;
      readonly reason: string;
      readonly by: Actor;
      readonly restoreCoupon: boolean;
      readonly at: string;
    }
  | { readonly type: 'FinishCancellation'; readonly refundId: string }
  | {
      readonly type: 'RefuseCancellation';
      readonly refundId: string;
      readonly providerCode: string;
      readonly reason: string;
    }
  /** The provider says that `paymentKey` is paid although this order does not know of it or ended without it. */
  | {
      readonly type: 'ReportLatePayment';
      readonly refundId: string;
      readonly paymentKey: string;
      readonly amount: number;
      readonly reason: string;
      readonly at: string;
    }
  | { readonly type: 'RecordLateRefund'; readonly refundId: string };

/** Why a command was refused; each code has one problem (docs/problems.md). */
export type OrderRejection =
  | { readonly code: 'ORDER_NOT_FOUND' }
  /** The same Idempotency-Key came with another request. */
  | { readonly code: 'IDEMPOTENCY_KEY_REUSED' }
  | {
      readonly code: 'ORDER_NOT_PAYABLE';
      readonly status: OrderStatus;
      readonly failureCode: FailureCode | null;
    }
  | { readonly code: 'PAYMENT_DEADLINE_PASSED'; readonly paymentDeadline: string }
  | { readonly code: 'PAYMENT_AMOUNT_MISMATCH'; readonly expected: number }
  /** Another payment key of this order is being confirmed, or was. */
  | { readonly code: 'PAYMENT_IN_PROGRESS' }
  | { readonly code: 'ORDER_NOT_CANCELABLE'; readonly status: OrderStatus }
  | { readonly code: 'CANCELLATION_IN_PROGRESS'; readonly refundId: string }
  /** More units than are left of that line, or a variant that the order does not hold. */
  | {
      readonly code: 'CANCELLATION_EXCEEDS_ORDER';
      readonly productVariantId: number;
      readonly left: number;
    }
  | { readonly code: 'NOT_DUE'; readonly deadline: string };
