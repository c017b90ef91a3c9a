import type { AnyEvent, Recorded } from '../../domain/kernel/events.ts';
import type { OrderRow } from '../../projections/order-row.ts';
import type { HistoryEntry, OrderDetail, OrderSummary } from '../contract.ts';

/** What the order's owner may see of its row. */
export const detailOf = (row: OrderRow): OrderDetail => ({
  orderNo: row.orderNo,
  orderName: row.orderName,
  status: row.status,
  failureCode: row.failureCode,
  compensation: row.compensation,
  orderer: row.orderer,
  deliveryAddress: row.deliveryAddress,
  orderPrice: row.orderPrice,
  coupon: row.coupon,
  payment: row.payment,
  orderItems: [...row.orderItems],
  refunds: row.refunds.map((refund) => ({ ...refund, items: [...refund.items] })),
  refundedAmount: row.refundedAmount,
  refundedPoints: row.refundedPoints,
  saga: row.saga,
  createdAt: row.placedAt,
  paymentDeadline: row.paymentDeadline,
  completedAt: row.completedAt,
  updatedAt: row.updatedAt,
  version: row.version + 1,
});

export const summaryOf = (row: OrderRow): OrderSummary => ({
  orderNo: row.orderNo,
  orderName: row.orderName,
  status: row.status,
  failureCode: row.failureCode,
  finalPaymentAmount: row.orderPrice.finalPaymentAmount,
  thumbnailUrl: row.orderItems[0]?.thumbnailUrl ?? null,
  itemCount: row.orderItems.length,
  createdAt: row.placedAt,
  updatedAt: row.updatedAt,
});

/**
 * Left out of a history: personal data, and keys that somebody could act with. `by` holds an operator's login; who did it
 * is told as a kind only.
 */
const HIDDEN = new Set([
  'orderer',
  'paymentKey',
  'idempotencyKey',
  'fingerprint',
  'by',
  'memberId',
]);

export const historyEntryOf = ({
  type,
  at,
  data,
  revision,
  metadata,
}: Recorded<AnyEvent>): HistoryEntry => ({
  type,
  at,
  by: metadata.actor.kind,
  version: Number(revision) + 1,
  data: Object.fromEntries(Object.entries(data as object).filter(([name]) => !HIDDEN.has(name))),
});
