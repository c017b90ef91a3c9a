import type { Recorded } from '../domain/kernel/events.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { FailureCode, SagaStatus, SagaStep } from '../domain/order/words.ts';
import type { OrderSagaEvent } from '../domain/saga/events.ts';
import { finishRefund, refuseRefund, requestLateRefund, requestRefund } from './order-refunds.ts';
import type { OrderRow } from './order-row.ts';
import type { Projection } from './projection.ts';

type OrderSide<Type extends OrderEvent['type']> = Recorded<Extract<OrderEvent, { type: Type }>>;

/** What every event of the order's own stream changes. */
const touched = (row: OrderRow, { at, revision }: Recorded<OrderEvent>): OrderRow => ({
  ...row,
  updatedAt: at,
  version: Number(revision),
});

const placed = (event: OrderSide<'OrderPlaced'>): OrderRow => {
  const { orderer, coupon, price, lines, fingerprint: _, ...data } = event.data;
  return {
    orderNo: data.orderNo,
    memberId: data.memberId,
    orderName: data.orderName,
    status: 'PENDING',
    failureCode: null,
    compensation: 'NONE',
    orderer: {
      userId: data.memberId,
      userName: orderer.userName,
      phoneNumber: orderer.phoneNumber,
    },
    deliveryAddress: orderer.deliveryAddress,
    orderPrice: price,
    coupon: coupon && {
      couponId: coupon.couponId,
      couponName: coupon.couponName,
      couponDiscount: coupon.discountAmount,
    },
    payment: null,
    orderItems: lines.map((line) => ({ ...line, cancelledQuantity: 0 })),
    refunds: [],
    refundedAmount: 0,
    refundedPoints: 0,
    saga: null,
    placedAt: data.placedAt,
    sagaDeadline: data.sagaDeadline,
    paymentDeadline: null,
    completedAt: null,
    flaggedForReview: false,
    updatedAt: event.at,
    version: Number(event.revision),
  };
};

/** The order ended without success: what was deducted goes back from now on. */
const ended = (
  row: OrderRow,
  event: Recorded<OrderEvent>,
  status: 'CANCELED' | 'PAYMENT_FAILED',
  failureCode: FailureCode | null,
): OrderRow => ({ ...touched(row, event), status, failureCode, compensation: 'RUNNING' });

/** The step after `done`: coupon and points only where the order has them. */
const stepAfter = (row: OrderRow, done: 'PRODUCT' | 'COUPON'): SagaStep => {
  if (done === 'PRODUCT' && row.coupon) return 'COUPON';
  return row.orderPrice.pointDiscount > 0 ? 'USER' : 'PAYMENT';
};

const saga = (
  row: OrderRow | undefined,
  event: Recorded<OrderSagaEvent>,
  change: { readonly status?: SagaStatus; readonly step?: SagaStep },
): OrderRow | undefined =>
  row && {
    ...row,
    saga: { status: 'STARTED', step: 'PRODUCT', ...row.saga, ...change },
    updatedAt: event.at,
  };

/** Orders as their owners see them: the list and the detail. */
export const orders: Projection<OrderRow, OrderEvent | OrderSagaEvent> = {
  name: 'orders',
  version: 1,
  columns: {
    member_id: { type: 'text', of: (row) => row.memberId },
    status: { type: 'text', of: (row) => row.status },
    placed_at: { type: 'timestamptz', of: (row) => row.placedAt },
    /** One name a line, for searching. */
    product_names: {
      type: 'text',
      of: (row) => row.orderItems.map((line) => line.productName).join('\n'),
    },
  },
  indexes: [['member_id', 'placed_at desc', 'key desc']],
  key: (event) => event.data.orderNo,
  on: {
    OrderPlaced: (_none, event) => placed(event),
    OrderAwaitingPayment: (row, event) =>
      row && {
        ...touched(row, event),
        status: 'PAYMENT_WAITING',
        paymentDeadline: event.data.paymentDeadline,
      },
    PaymentConfirmationRequested: (row, event) =>
      row && {
        ...touched(row, event),
        status: 'PAYMENT_CONFIRMING',
        payment: {
          paymentKey: event.data.paymentKey,
          amount: event.data.amount,
          status: 'IN_PROGRESS',
          method: null,
          approvedAt: null,
          receiptUrl: null,
        },
      },
    PaymentApproved: (row, event) =>
      row && {
        ...touched(row, event),
        payment: {
          paymentKey: event.data.paymentKey,
          amount: event.data.amount,
          status: 'DONE',
          method: event.data.method,
          approvedAt: event.data.approvedAt,
          receiptUrl: event.data.receiptUrl,
        },
      },
    PaymentDeclined: (row, event) =>
      row && {
        ...ended(row, event, 'PAYMENT_FAILED', event.data.failureCode),
        payment: row.payment && { ...row.payment, status: 'ABORTED' },
      },
    OrderCompleted: (row, event) =>
      row && {
        ...touched(row, event),
        status: 'COMPLETED',
        completedAt: event.data.completedAt,
        payment: row.payment ?? {
          paymentKey: null,
          amount: event.data.paidAmount,
          status: 'DONE',
          method: event.data.method,
          approvedAt: event.data.completedAt,
          receiptUrl: null,
        },
      },
    OrderFailed: (row, event) => row && ended(row, event, 'CANCELED', event.data.failureCode),
    OrderExpired: (row, event) => row && ended(row, event, 'CANCELED', event.data.failureCode),
    OrderCancellationRequested: (row, event) => row && requestRefund(touched(row, event), event),
    OrderCancelled: (row, event) => {
      if (!row) return row;
      const { refund, failureCode } = event.data;
      return refund
        ? { ...finishRefund(touched(row, event), refund), status: 'CANCELED', failureCode }
        : ended(row, event, 'CANCELED', failureCode);
    },
    OrderLinesCancelled: (row, event) =>
      row && { ...finishRefund(touched(row, event), event.data), status: 'PARTIALLY_CANCELED' },
    CancellationRefused: (row, event) => row && refuseRefund(touched(row, event), event.data),
    OrderFlaggedForReview: (row, event) =>
      row && { ...touched(row, event), flaggedForReview: true },
    LatePaymentFound: (row, event) => row && requestLateRefund(touched(row, event), event.data),
    LatePaymentRefunded: (row, event) =>
      row && {
        ...touched(row, event),
        refunds: row.refunds.map((refund) =>
          refund.refundId === event.data.refundId ? { ...refund, status: 'DONE' } : refund,
        ),
      },

    OrderSagaStarted: (row, event) => saga(row, event, { status: 'STARTED', step: 'PRODUCT' }),
    StockDeducted: (row, event) => row && saga(row, event, { step: stepAfter(row, 'PRODUCT') }),
    StockDeductionRefused: (row, event) => saga(row, event, { step: 'PRODUCT' }),
    CouponRedeemed: (row, event) => row && saga(row, event, { step: stepAfter(row, 'COUPON') }),
    CouponRedemptionRefused: (row, event) => saga(row, event, { step: 'COUPON' }),
    PointsDeducted: (row, event) => saga(row, event, { step: 'PAYMENT' }),
    PointsDeductionRefused: (row, event) => saga(row, event, { step: 'USER' }),
    StepDeferred: (row, event) => saga(row, event, { step: event.data.step }),
    CompensationStarted: (row, event) => saga(row, event, { status: 'COMPENSATING' }),
    PointsRefunded: (row, event) => saga(row, event, { step: 'USER' }),
    CouponReleased: (row, event) => saga(row, event, { step: 'COUPON' }),
    StockRestored: (row, event) => saga(row, event, { step: 'PRODUCT' }),
    OrderSagaFinished: (row, event) => saga(row, event, { status: 'FINISHED' }),
    OrderSagaFailed: (row, event) => {
      const failed = saga(row, event, { status: 'FAILED' });
      return failed && { ...failed, compensation: 'DONE' };
    },
    SagaRetryRequested: (row) => row,
    SagaCompensationRequested: (row) => row,
    SagaAnnotated: (row) => row,
  },
};
