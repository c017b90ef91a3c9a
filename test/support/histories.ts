import type { CartEvent } from '../../src/domain/cart/events.ts';
import type { AnyEvent } from '../../src/domain/kernel/events.ts';
import type { OrderEvent } from '../../src/domain/order/events.ts';
import type { OrderSagaEvent } from '../../src/domain/saga/events.ts';
import {
  approved,
  awaiting,
  cancellationRequested,
  completed,
  confirming,
  declined,
  placed,
} from './order-events.ts';
import { allDeducted, deferred, expired, failed } from './saga-events.ts';

type Step = { readonly stream: string; readonly event: AnyEvent };

/** The ways an order of these tests may go. */
export const paths = [
  'placed',
  'waiting',
  'completed',
  'declined',
  'expired',
  'refused',
  'partly-cancelled',
] as const;
export type Path = (typeof paths)[number];

/** A number's order: `ORD-20260301-` and ten base32 letters. */
export const orderNoOf = (index: number): string => {
  const letters = 'ABCDEFGHIJ';
  const digits = String(index).padStart(10, '0');
  return `ORD-20260301-${[...digits].map((digit) => letters[Number(digit)]).join('')}`;
};

const undo = (orderNo: string): readonly OrderSagaEvent[] => [
  {
    type: 'CompensationStarted',
    data: { orderNo, failureCode: 'PAYMENT_FAILED', steps: ['USER', 'COUPON', 'PRODUCT'] },
  },
  { type: 'PointsRefunded', data: { orderNo, state: 'REFUNDED' } },
  { type: 'CouponReleased', data: { orderNo, state: 'RELEASED' } },
  { type: 'StockRestored', data: { orderNo, state: 'RESTORED' } },
  { type: 'OrderSagaFailed', data: { orderNo, failureCode: 'PAYMENT_FAILED' } },
];

const onOrder = (...events: readonly OrderEvent[]) =>
  events.map((event) => ({ own: false, event }));
const onSaga = (...events: readonly OrderSagaEvent[]) =>
  events.map((event) => ({ own: true, event }));

const cancelLine = (refundId: string): readonly OrderEvent[] => {
  const request = cancellationRequested(refundId);
  const items = [{ productVariantId: 2, quantity: 1 }];
  const part = { ...request.data, items, amount: 4_131, points: 217, releaseCoupon: false };
  const { orderNo, amount, points, releaseCoupon } = part;
  return [
    { ...request, data: { ...part, full: false } },
    {
      type: 'OrderLinesCancelled',
      data: { orderNo, refundId, items, amount, points, releaseCoupon },
    },
  ];
};

const waiting = [
  ...onOrder(placed),
  ...onSaga(...allDeducted.slice(0, 2), deferred('COUPON'), ...allDeducted.slice(2)),
  ...onOrder(awaiting),
];
const paid = [...waiting, ...onOrder(confirming, approved, completed)];

const pathOf = (path: Path, orderNo: string) => {
  switch (path) {
    case 'placed':
      return onOrder(placed);
    case 'waiting':
      return waiting;
    case 'completed':
      return [...paid, ...onSaga({ type: 'OrderSagaFinished', data: { orderNo } })];
    case 'declined':
      return [...waiting, ...onOrder(confirming, declined), ...onSaga(...undo(orderNo))];
    case 'expired':
      return [...waiting, ...onOrder(expired), ...onSaga(...undo(orderNo))];
    case 'refused':
      return [...onOrder(placed), ...onSaga(...allDeducted.slice(0, 1)), ...onOrder(failed)];
    case 'partly-cancelled':
      return [...paid, ...onOrder(...cancelLine(`${orderNo}-ABCDEFGHIJ`))];
  }
};

/** One order's events, on the order's stream and its saga's, in the order in which they happened. */
export const historyOf = (index: number, path: Path, memberId = 'member-1'): readonly Step[] => {
  const orderNo = orderNoOf(index);
  return pathOf(path, orderNo).map(({ own, event }) => ({
    stream: `${own ? 'orderSaga' : 'order'}-${orderNo}`,
    event: {
      ...event,
      data: { ...event.data, orderNo, ...('memberId' in event.data ? { memberId } : {}) },
    },
  }));
};

/** A member puts `quantity` of a variant into the cart. */
export const cartAddition = (memberId: string, quantity: number): Step & { event: CartEvent } => ({
  stream: `cart-${memberId}`,
  event: {
    type: 'CartItemAdded',
    data: {
      memberId,
      productVariantId: 1,
      quantity,
      snapshot: { productName: '녹차', unitPrice: 9_000, addedAt: '2026-03-01T09:00:00.000Z' },
    },
  },
});

/** Histories that happen at the same time: one event of each in turn. */
export const interleaved = (histories: readonly (readonly Step[])[]): readonly Step[] => {
  const longest = Math.max(0, ...histories.map((history) => history.length));
  return Array.from({ length: longest }, (_, at) =>
    histories.flatMap((history) => history[at] ?? []),
  ).flat();
};
