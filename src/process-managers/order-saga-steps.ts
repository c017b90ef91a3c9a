import type { PlacedOrder } from '../domain/order/order-types.ts';
import type { FailureCode, SagaStep } from '../domain/order/words.ts';
import type { OrderSagaEvent } from '../domain/saga/events.ts';
import type { Call } from './process-manager.ts';

/** A step that can be taken and taken back; the payment is none of them: it is the pivot. */
export type Compensatable = Exclude<SagaStep, 'PAYMENT'>;

type Refusal = {
  readonly orderNo: string;
  readonly code: string;
  readonly failureCode: FailureCode;
  readonly reason: string;
  readonly definite: boolean;
};

type StepDefinition = {
  readonly needed: (order: PlacedOrder) => boolean;
  /** `do` is asked only of an order that needs the step. */
  readonly do: (order: PlacedOrder) => Call;
  readonly undo: (order: PlacedOrder) => Call;
  readonly done: (order: PlacedOrder) => OrderSagaEvent;
  readonly refused: (refusal: Refusal) => OrderSagaEvent;
  /** `state` is the participant's word for what it found: RESTORED, or TOMBSTONED when there was nothing. */
  readonly undone: (orderNo: string, state: string) => OrderSagaEvent;
  /** What a participant's refusal means to the customer; any other code is an error of ours. */
  readonly failureCodes: Readonly<Record<string, FailureCode>>;
};

export const steps: Readonly<Record<Compensatable, StepDefinition>> = {
  PRODUCT: {
    needed: () => true,
    do: ({ orderNo, memberId, lines }) => ({
      type: 'DeductStock',
      orderNo,
      memberId,
      items: lines.map(({ productVariantId, quantity }) => ({ productVariantId, quantity })),
    }),
    undo: ({ orderNo }) => ({ type: 'RestoreStock', orderNo }),
    done: ({ orderNo }) => ({ type: 'StockDeducted', data: { orderNo } }),
    refused: (data) => ({ type: 'StockDeductionRefused', data }),
    undone: (orderNo, state) => ({ type: 'StockRestored', data: { orderNo, state } }),
    failureCodes: {
      INSUFFICIENT_STOCK: 'INSUFFICIENT_STOCK',
      // The product service's older word for the same thing.
      VARIANT_OUT_OF_STOCK: 'INSUFFICIENT_STOCK',
      VARIANT_NOT_ON_SALE: 'PRODUCT_NOT_ON_SALE',
      VARIANT_NOT_FOUND: 'PRODUCT_NOT_FOUND',
    },
  },
  COUPON: {
    needed: ({ coupon }) => coupon !== null,
    do: ({ orderNo, memberId, coupon, price }) => ({
      type: 'RedeemCoupon',
      orderNo,
      memberId,
      couponId: coupon?.couponId ?? 0,
      totalAmount: price.subtotal,
      discountAmount: price.couponDiscount,
    }),
    undo: ({ orderNo, coupon }) => ({
      type: 'ReleaseCoupon',
      orderNo,
      couponId: coupon?.couponId ?? 0,
    }),
    done: ({ orderNo }) => ({ type: 'CouponRedeemed', data: { orderNo } }),
    refused: (data) => ({ type: 'CouponRedemptionRefused', data }),
    undone: (orderNo, state) => ({ type: 'CouponReleased', data: { orderNo, state } }),
    failureCodes: {
      COUPON_EXPIRED: 'COUPON_EXPIRED',
      COUPON_ALREADY_USED: 'INVALID_COUPON',
      COUPON_MIN_AMOUNT_NOT_MET: 'INVALID_COUPON',
      COUPON_DISCOUNT_CHANGED: 'INVALID_COUPON',
      COUPON_NOT_FOUND: 'INVALID_COUPON',
      COUPON_UNAVAILABLE: 'INVALID_COUPON',
    },
  },
  USER: {
    needed: ({ price }) => price.pointDiscount > 0,
    do: ({ orderNo, memberId, price }) => ({
      type: 'DeductPoints',
      orderNo,
      memberId,
      amount: price.pointDiscount,
    }),
    undo: ({ orderNo, memberId }) => ({ type: 'RefundPoints', orderNo, memberId }),
    done: ({ orderNo, price }) => ({
      type: 'PointsDeducted',
      data: { orderNo, amount: price.pointDiscount },
    }),
    refused: (data) => ({ type: 'PointsDeductionRefused', data }),
    undone: (orderNo, state) => ({ type: 'PointsRefunded', data: { orderNo, state } }),
    failureCodes: { INSUFFICIENT_POINT: 'INSUFFICIENT_POINT' },
  },
};

/** The cheapest and most contended first; points, which are like money, last. Compensation goes the other way. */
const inOrder = ['PRODUCT', 'COUPON', 'USER'] as const;

/** The steps this order needs, in the order they are taken. */
export const plan = (order: PlacedOrder): readonly SagaStep[] => [
  ...inOrder.filter((step) => steps[step].needed(order)),
  ...(order.price.finalPaymentAmount > 0 ? (['PAYMENT'] as const) : []),
];

/** Which step, and which way, a call belongs to; null for calls that are no step. */
export const stepOf = (
  call: Call,
): { readonly step: Compensatable; readonly direction: 'do' | 'undo' } | null => {
  switch (call.type) {
    case 'DeductStock':
      return { step: 'PRODUCT', direction: 'do' };
    case 'RestoreStock':
      return { step: 'PRODUCT', direction: 'undo' };
    case 'RedeemCoupon':
      return { step: 'COUPON', direction: 'do' };
    case 'ReleaseCoupon':
      return { step: 'COUPON', direction: 'undo' };
    case 'DeductPoints':
      return { step: 'USER', direction: 'do' };
    case 'RefundPoints':
      return { step: 'USER', direction: 'undo' };
    case 'ResolvePayment':
    case 'LookUpPayment':
    case 'CancelPayment':
    case 'RefundPointsPart':
    case 'ReturnStock':
    case 'SubtractOrdered':
      return null;
  }
};
