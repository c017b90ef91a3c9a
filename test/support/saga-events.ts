import type { OrderEvent } from '../../src/domain/order/events.ts';
import type { Payment } from '../../src/domain/payment/payment.ts';
import type { OrderSagaEvent } from '../../src/domain/saga/events.ts';
import { placed, placedData, theOrderNo } from './order-events.ts';

const orderNo = theOrderNo;

/** The saga's own events for the order of `order-events.ts`: stock, a coupon, points and a payment. */
export const started: OrderSagaEvent = {
  type: 'OrderSagaStarted',
  data: { orderNo, memberId: 'member-1', steps: ['PRODUCT', 'COUPON', 'USER', 'PAYMENT'] },
};
export const stockDeducted: OrderSagaEvent = { type: 'StockDeducted', data: { orderNo } };
export const couponRedeemed: OrderSagaEvent = { type: 'CouponRedeemed', data: { orderNo } };
export const pointsDeducted: OrderSagaEvent = {
  type: 'PointsDeducted',
  data: { orderNo, amount: 1_000 },
};
export const allDeducted = [started, stockDeducted, couponRedeemed, pointsDeducted] as const;

export const deferred = (
  step: 'PRODUCT' | 'COUPON' | 'USER' | 'PAYMENT',
  fields: Partial<Extract<OrderSagaEvent, { type: 'StepDeferred' }>['data']> = {},
): OrderSagaEvent => ({
  type: 'StepDeferred',
  data: {
    orderNo,
    step,
    direction: 'do',
    outcome: 'unknown',
    attempt: 1,
    deferredAt: '2026-03-01T09:01:00.000Z',
    retryAt: '2026-03-01T09:01:01.000Z',
    reason: 'time-out',
    ...fields,
  },
});

export const failed: OrderEvent = {
  type: 'OrderFailed',
  data: { orderNo, failureCode: 'INSUFFICIENT_STOCK', reason: 'sold out' },
};
export const expired: OrderEvent = {
  type: 'OrderExpired',
  data: { orderNo, failureCode: 'SAGA_TIMEOUT', deadline: placedData.sagaDeadline },
};
export const cancelledByMember: OrderEvent = {
  type: 'OrderCancelled',
  data: { orderNo, failureCode: 'CANCELED_BY_MEMBER', refund: null, reason: 'changed my mind' },
};

/** An order that points pay for in full. */
export const placedForPoints: OrderEvent = {
  ...placed,
  data: {
    ...placedData,
    coupon: null,
    price: {
      ...placedData.price,
      couponDiscount: 0,
      pointDiscount: 23_000,
      finalPaymentAmount: 0,
    },
  },
};

/** What the provider knows of the payment of that order. */
export const payment = (fields: Partial<Payment> = {}): Payment => ({
  paymentKey: 'pay-1',
  orderId: orderNo,
  status: 'DONE',
  totalAmount: 19_000,
  balanceAmount: 19_000,
  currency: 'KRW',
  method: 'CARD',
  approvedAt: '2026-03-01T09:01:20.000Z',
  receiptUrl: null,
  cancels: [],
  ...fields,
});
