import { z } from 'zod';
import { defineEvents, type EventOf } from '../kernel/events.ts';
import {
  CouponId,
  Instant,
  MemberId,
  OrderNo,
  Quantity,
  RefundId,
  VariantId,
  Won,
} from '../kernel/ids.ts';
import { FailureCode, PaymentMethod } from './words.ts';

/** One line as it was sold: prices never change later. The shares of all lines add up exactly to the order's. */
export const OrderLine = z.object({
  productId: z.int().positive(),
  productVariantId: VariantId,
  productName: z.string(),
  thumbnailUrl: z.string().nullable(),
  options: z.array(z.object({ optionTypeName: z.string(), optionValueName: z.string() })),
  quantity: Quantity,
  originalPrice: Won,
  /** Unit price after the product's own discount. */
  unitPrice: Won,
  lineTotal: Won,
  /** This line's part of the coupon's discount and of the points used. */
  couponShare: Won,
  pointShare: Won,
  /** What the customer pays for this line: lineTotal − couponShare − pointShare. */
  payShare: Won,
});
export type OrderLine = z.output<typeof OrderLine>;

export const OrderPrice = z.object({
  totalOriginPrice: Won,
  totalProductDiscount: Won,
  subtotal: Won,
  couponDiscount: Won,
  pointDiscount: Won,
  finalPaymentAmount: Won,
});
export type OrderPrice = z.output<typeof OrderPrice>;

const by = z.object({ kind: z.enum(['member', 'operator', 'system']), id: z.string() });
const items = z.array(z.object({ productVariantId: VariantId, quantity: Quantity })).min(1);
/** What one cancellation gives back. */
const refund = {
  refundId: RefundId,
  items,
  /** Won to be cancelled at the payment provider; 0 skips it. */
  amount: Won,
  points: Won,
  releaseCoupon: z.boolean(),
};

// Stored shapes. Renaming a field here stops old streams from reading: raise the version instead.
export const orderEvents = defineEvents('order', {
  OrderPlaced: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      memberId: MemberId,
      orderName: z.string(),
      lines: z.array(OrderLine).min(1),
      price: OrderPrice,
      coupon: z
        .object({ couponId: CouponId, couponName: z.string(), discountAmount: Won })
        .nullable(),
      /** Personal data: here and nowhere else, so that it can be forgotten. */
      orderer: z.object({
        userName: z.string(),
        phoneNumber: z.string(),
        deliveryAddress: z.string(),
      }),
      placedAt: Instant,
      /** By when the deductions must have been made. */
      sagaDeadline: Instant,
      /** Hash of the request that placed it; a repeated Idempotency-Key must bring the same. */
      fingerprint: z.string().nullable(),
    }),
  },
  OrderAwaitingPayment: {
    version: 1,
    data: z.object({ orderNo: OrderNo, paymentDeadline: Instant }),
  },
  /** Written before the provider is called: the intent outlives a crash. A further attempt repeats it with its number. */
  PaymentConfirmationRequested: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      paymentKey: z.string().min(1).max(200),
      amount: Won,
      attempt: z.int().positive(),
      idempotencyKey: z.string().max(300),
      requestedAt: Instant,
    }),
  },
  PaymentApproved: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      paymentKey: z.string(),
      amount: Won,
      method: PaymentMethod,
      approvedAt: z.string(),
      receiptUrl: z.string().nullable(),
    }),
  },
  PaymentDeclined: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      paymentKey: z.string(),
      /** The provider's own code, e.g. REJECT_CARD_PAYMENT. */
      providerCode: z.string(),
      failureCode: FailureCode,
      reason: z.string(),
    }),
  },
  OrderCompleted: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      memberId: MemberId,
      items,
      paidAmount: Won,
      method: PaymentMethod,
      completedAt: Instant,
    }),
  },
  /** A participant refused, or an operator gave the order up: it ends CANCELED. */
  OrderFailed: {
    version: 1,
    data: z.object({ orderNo: OrderNo, failureCode: FailureCode, reason: z.string() }),
  },
  /** A deadline passed: SAGA_TIMEOUT before, PAYMENT_TIMEOUT after the order was payable. */
  OrderExpired: {
    version: 1,
    data: z.object({ orderNo: OrderNo, failureCode: FailureCode, deadline: Instant }),
  },
  /** A semantic lock: until the cancellation saga ends, no other cancellation may start. */
  OrderCancellationRequested: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      memberId: MemberId,
      ...refund,
      /** Null when nothing was paid through the provider. */
      paymentKey: z.string().nullable(),
      /** Still refundable at the provider before this cancellation, in won. */
      refundableBefore: Won,
      couponId: CouponId.nullable(),
      /** True when nothing of the order is left afterwards. */
      full: z.boolean(),
      reason: z.string(),
      by,
      requestedAt: Instant,
    }),
  },
  /** By the member before payment (no refund), or the end of a cancellation that leaves nothing. */
  OrderCancelled: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      failureCode: FailureCode.nullable(),
      refund: z.object(refund).nullable(),
      reason: z.string(),
    }),
  },
  OrderLinesCancelled: { version: 1, data: z.object({ orderNo: OrderNo, ...refund }) },
  CancellationRefused: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      refundId: RefundId,
      providerCode: z.string(),
      reason: z.string(),
    }),
  },
  OrderFlaggedForReview: {
    version: 1,
    data: z.object({ orderNo: OrderNo, reason: z.string(), flaggedAt: Instant }),
  },
  /** The provider holds money for an order that ended without it: it goes back, through a cancellation saga. */
  LatePaymentFound: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      memberId: MemberId,
      refundId: RefundId,
      paymentKey: z.string(),
      amount: Won,
      reason: z.string(),
      foundAt: Instant,
    }),
  },
  LatePaymentRefunded: {
    version: 1,
    data: z.object({
      orderNo: OrderNo,
      refundId: RefundId,
      paymentKey: z.string(),
      amount: Won,
    }),
  },
});

export type OrderEvent = EventOf<typeof orderEvents>;
