import type { OrderEvent } from '../domain/order/events.ts';
import type { OrderRefund, OrderRow } from './order-row.ts';

type DataOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>['data'];
type Refunded = DataOf<'OrderLinesCancelled'> | NonNullable<DataOf<'OrderCancelled'>['refund']>;

/** A cancellation of a completed order begins; until it ends the order is locked. */
export const requestRefund = (
  row: OrderRow,
  { data }: { readonly data: DataOf<'OrderCancellationRequested'> },
): OrderRow => ({
  ...row,
  status: 'CANCEL_REQUESTED',
  refunds: [
    ...row.refunds,
    {
      refundId: data.refundId,
      status: 'REQUESTED',
      items: data.items,
      amount: data.amount,
      points: data.points,
      couponReleased: data.releaseCoupon,
      reason: data.reason,
      requestedAt: data.requestedAt,
      providerCode: null,
    },
  ],
});

/** Money that came for an order that had ended goes back; the order itself stays as it is. */
export const requestLateRefund = (row: OrderRow, data: DataOf<'LatePaymentFound'>): OrderRow => ({
  ...row,
  refunds: [
    ...row.refunds,
    {
      refundId: data.refundId,
      status: 'REQUESTED',
      items: [],
      amount: data.amount,
      points: 0,
      couponReleased: false,
      reason: data.reason,
      requestedAt: data.foundAt,
      providerCode: null,
    },
  ],
});

const settle = (row: OrderRow, refundId: string, change: Partial<OrderRefund>): OrderRow => ({
  ...row,
  refunds: row.refunds.map((refund) =>
    refund.refundId === refundId ? { ...refund, ...change } : refund,
  ),
});

const unitsOf = (refund: Refunded, productVariantId: number): number =>
  refund.items
    .filter((item) => item.productVariantId === productVariantId)
    .reduce((units, item) => units + item.quantity, 0);

/** A cancellation is through: its units, money and points are gone from the order. */
export const finishRefund = (row: OrderRow, refund: Refunded): OrderRow => {
  const refundedAmount = row.refundedAmount + refund.amount;
  return {
    ...settle(row, refund.refundId, { status: 'DONE' }),
    refundedAmount,
    refundedPoints: row.refundedPoints + refund.points,
    orderItems: row.orderItems.map((line) => ({
      ...line,
      cancelledQuantity: line.cancelledQuantity + unitsOf(refund, line.productVariantId),
    })),
    payment:
      row.payment && refundedAmount > 0
        ? {
            ...row.payment,
            status: refundedAmount >= row.payment.amount ? 'CANCELED' : 'PARTIAL_CANCELED',
          }
        : row.payment,
  };
};

/** The provider refused: the order is what it was before the cancellation was asked for. */
export const refuseRefund = (row: OrderRow, data: DataOf<'CancellationRefused'>): OrderRow => {
  const earlier = row.refunds.some(({ status, items }) => status === 'DONE' && items.length > 0);
  return {
    ...settle(row, data.refundId, { status: 'REFUSED', providerCode: data.providerCode }),
    status: earlier ? 'PARTIALLY_CANCELED' : 'COMPLETED',
  };
};
