import type { OrderEvent } from '../domain/order/events.ts';
import type { FailureCode, OrderStatus } from '../domain/order/words.ts';
import type { Projection } from './projection.ts';

/** What an SSE client is told about one order event; nothing personal. */
export type FeedRow = {
  readonly orderNo: string;
  /** Only on the order's first entry, which names the order's owner for all the others. */
  readonly memberId: string | null;
  readonly type: OrderEvent['type'];
  /** What the order became; null when the event leaves the status as it was (or as it was before a cancellation). */
  readonly status: OrderStatus | null;
  /** When the event was recorded, ISO 8601 UTC. */
  readonly at: string;
  readonly failureCode: FailureCode | null;
  /** Only of the events that know them. */
  readonly orderName?: string;
  readonly finalPaymentAmount?: number;
  readonly paymentDeadline?: string;
  readonly refundId?: string;
  readonly amount?: number;
};

const statusAfter: Readonly<Record<OrderEvent['type'], OrderStatus | null>> = {
  OrderPlaced: 'PENDING',
  OrderAwaitingPayment: 'PAYMENT_WAITING',
  PaymentConfirmationRequested: 'PAYMENT_CONFIRMING',
  PaymentApproved: null,
  PaymentDeclined: 'PAYMENT_FAILED',
  OrderCompleted: 'COMPLETED',
  OrderFailed: 'CANCELED',
  OrderExpired: 'CANCELED',
  OrderCancellationRequested: 'CANCEL_REQUESTED',
  OrderCancelled: 'CANCELED',
  OrderLinesCancelled: 'PARTIALLY_CANCELED',
  CancellationRefused: null,
  OrderFlaggedForReview: null,
  LatePaymentFound: null,
  LatePaymentRefunded: null,
};

/** What only some events have to tell. */
const extrasOf = (event: OrderEvent): Partial<FeedRow> => {
  switch (event.type) {
    case 'OrderPlaced': {
      const { memberId, orderName, price } = event.data;
      return { memberId, orderName, finalPaymentAmount: price.finalPaymentAmount };
    }
    case 'OrderAwaitingPayment':
      return { paymentDeadline: event.data.paymentDeadline };
    case 'OrderCompleted':
      return { amount: event.data.paidAmount };
    case 'PaymentDeclined':
    case 'OrderFailed':
    case 'OrderExpired':
      return { failureCode: event.data.failureCode };
    case 'OrderCancelled': {
      const { failureCode, refund } = event.data;
      return refund
        ? { failureCode, refundId: refund.refundId, amount: refund.amount }
        : { failureCode };
    }
    case 'OrderCancellationRequested':
    case 'OrderLinesCancelled':
    case 'LatePaymentFound':
    case 'LatePaymentRefunded':
      return { refundId: event.data.refundId, amount: event.data.amount };
    case 'CancellationRefused':
      return { refundId: event.data.refundId };
    case 'PaymentConfirmationRequested':
    case 'PaymentApproved':
    case 'OrderFlaggedForReview':
      return {};
  }
};

const entry = (
  _none: FeedRow | undefined,
  event: OrderEvent & { readonly at: string },
): FeedRow => ({
  orderNo: event.data.orderNo,
  memberId: null,
  type: event.type,
  status: statusAfter[event.type],
  at: event.at,
  failureCode: null,
  ...extrasOf(event),
});

/** The log behind the SSE streams: one row an order event, never changed. Its key is the log position, fit to sort as text. */
export const orderFeed: Projection<FeedRow, OrderEvent> = {
  name: 'order_feed',
  version: 1,
  columns: {
    order_no: { type: 'text', of: (row) => row.orderNo },
    member_id: { type: 'text', of: (row) => row.memberId },
    type: { type: 'text', of: (row) => row.type },
    status: { type: 'text', of: (row) => row.status },
  },
  indexes: [['order_no', 'key'], ['member_id']],
  key: (event) => String(event.position).padStart(20, '0'),
  appendOnly: true,
  on: {
    OrderPlaced: entry,
    OrderAwaitingPayment: entry,
    PaymentConfirmationRequested: entry,
    PaymentApproved: entry,
    PaymentDeclined: entry,
    OrderCompleted: entry,
    OrderFailed: entry,
    OrderExpired: entry,
    OrderCancellationRequested: entry,
    OrderCancelled: entry,
    OrderLinesCancelled: entry,
    CancellationRefused: entry,
    OrderFlaggedForReview: entry,
    LatePaymentFound: entry,
    LatePaymentRefunded: entry,
  },
};
