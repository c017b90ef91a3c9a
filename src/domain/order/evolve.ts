import type { OrderEvent } from './events.ts';
import type { OrderState, PlacedOrder } from './order-types.ts';

/** Folds one event into an order. It never refuses: the past has happened. */
export const evolveOrder = (state: OrderState, event: OrderEvent): OrderState => {
  if (event.type === 'OrderPlaced') return placed(event.data);
  return state.status === 'NONE' ? state : evolvePlaced(state, event);
};

type Placed = Extract<OrderEvent, { type: 'OrderPlaced' }>;

const placed = ({ orderer: _personal, ...data }: Placed['data']): PlacedOrder => ({
  ...data,
  status: 'PENDING',
  paymentDeadline: null,
  confirmation: null,
  payment: null,
  failureCode: null,
  flaggedForReview: false,
  cancelling: null,
  refunds: [],
  refusedRefunds: [],
  latePayments: [],
});

const evolvePlaced = (state: PlacedOrder, event: Exclude<OrderEvent, Placed>): PlacedOrder => {
  switch (event.type) {
    case 'OrderAwaitingPayment': {
      const { paymentDeadline } = event.data;
      return { ...state, status: 'PAYMENT_WAITING', paymentDeadline };
    }
    case 'PaymentConfirmationRequested': {
      const { orderNo: _orderNo, ...confirmation } = event.data;
      const requestedAt = state.confirmation?.requestedAt ?? confirmation.requestedAt;
      return {
        ...state,
        status: 'PAYMENT_CONFIRMING',
        confirmation: { ...confirmation, requestedAt },
      };
    }
    case 'PaymentApproved': {
      const { method, paymentKey, amount } = event.data;
      return { ...state, payment: { method, paymentKey, amount } };
    }
    case 'PaymentDeclined':
      return {
        ...state,
        status: 'PAYMENT_FAILED',
        failureCode: event.data.failureCode,
        flaggedForReview: false,
      };
    case 'OrderCompleted': {
      const { method, paidAmount } = event.data;
      const payment = state.payment ?? { method, paymentKey: null, amount: paidAmount };
      return { ...state, status: 'COMPLETED', payment, flaggedForReview: false };
    }
    case 'OrderFailed':
    case 'OrderExpired':
      return { ...state, status: 'CANCELED', failureCode: event.data.failureCode };
    case 'OrderFlaggedForReview':
      return { ...state, flaggedForReview: true };
    case 'OrderCancellationRequested':
      return { ...state, status: 'CANCEL_REQUESTED', cancelling: event.data };
    case 'OrderCancelled': {
      const { refund, failureCode } = event.data;
      const refunds = refund ? [...state.refunds, refund] : state.refunds;
      return { ...state, status: 'CANCELED', failureCode, refunds, cancelling: null };
    }
    case 'OrderLinesCancelled': {
      const { orderNo: _orderNo, ...refund } = event.data;
      const refunds = [...state.refunds, refund];
      return { ...state, status: 'PARTIALLY_CANCELED', refunds, cancelling: null };
    }
    case 'CancellationRefused': {
      const refusedRefunds = [...state.refusedRefunds, event.data.refundId];
      const status = state.refunds.length > 0 ? 'PARTIALLY_CANCELED' : 'COMPLETED';
      return { ...state, status, cancelling: null, refusedRefunds };
    }
    case 'LatePaymentFound': {
      const found = { ...event.data, refunded: false };
      return { ...state, latePayments: [...state.latePayments, found] };
    }
    case 'LatePaymentRefunded': {
      const { refundId } = event.data;
      const latePayments = state.latePayments.map((late) =>
        late.refundId === refundId ? { ...late, refunded: true } : late,
      );
      return { ...state, latePayments };
    }
  }
};
