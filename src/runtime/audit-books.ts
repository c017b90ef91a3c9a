import { type CancellationEvent, cancellationEvents } from '../domain/cancellation/events.ts';
import { type CartEvent, cartEvents } from '../domain/cart/events.ts';
import type { AnyEvent, Recorded } from '../domain/kernel/events.ts';
import { type OrderEvent, orderEvents } from '../domain/order/events.ts';
import { evolveOrder } from '../domain/order/evolve.ts';
import type { OrderState, PlacedOrder } from '../domain/order/order-types.ts';
import { type OrderSagaEvent, orderSagaEvents } from '../domain/saga/events.ts';
import type { Feed } from './ports.ts';

/** Everything that the streams tell of one order. */
export type OrderBook = {
  readonly orderNo: string;
  readonly order: PlacedOrder;
  readonly events: readonly Recorded<OrderEvent>[];
  readonly saga: readonly Recorded<OrderSagaEvent>[];
  /** By refund id. */
  readonly cancellations: ReadonlyMap<string, readonly Recorded<CancellationEvent>[]>;
  /** Nothing is under way any more: the books must agree exactly. */
  readonly settled: boolean;
};

export type Books = {
  readonly orders: readonly OrderBook[];
  /** Streams that hold something else than what belongs to an order that was placed. */
  readonly strangers: readonly { readonly stream: string; readonly reason: string }[];
};

const families = [orderEvents, orderSagaEvents, cancellationEvents, cartEvents];
type Any = OrderEvent | OrderSagaEvent | CancellationEvent | CartEvent;

/** Reads the whole log once and sorts it by order. */
export const readBooks = async (feed: Feed, signal: AbortSignal): Promise<Books> => {
  const events: Recorded<AnyEvent>[] = [];
  const stop = new AbortController();
  const batches = feed.batches({
    from: 'start',
    families,
    maxEvents: 1_000,
    maxWaitMs: 100,
    signal: AbortSignal.any([signal, stop.signal]),
  });
  for await (const batch of batches) {
    events.push(...batch.events);
    if (batch.live) break;
  }
  stop.abort();
  return sortBooks(events as readonly Recorded<Any>[]);
};

/** Sorts events, in log order, by the order that they belong to. */
export const sortBooks = (events: readonly Recorded<Any>[]): Books => {
  const orders = new Map<string, Recorded<OrderEvent>[]>();
  const sagas = new Map<string, Recorded<OrderSagaEvent>[]>();
  const cancellations = new Map<string, Map<string, Recorded<CancellationEvent>[]>>();
  const strangers: { stream: string; reason: string }[] = [];
  for (const event of events) {
    const dash = event.stream.indexOf('-');
    const id = event.stream.slice(dash + 1);
    switch (event.stream.slice(0, dash)) {
      case orderEvents.category:
        push(orders, id, event as Recorded<OrderEvent>);
        break;
      case orderSagaEvents.category:
        push(sagas, id, event as Recorded<OrderSagaEvent>);
        break;
      case cancellationEvents.category: {
        const cancellation = event as Recorded<CancellationEvent>;
        const { orderNo } = cancellation.data;
        const ofOrder = cancellations.get(orderNo) ?? new Map();
        cancellations.set(orderNo, ofOrder);
        push(ofOrder, id, cancellation);
        break;
      }
      case cartEvents.category:
        if ((event as Recorded<CartEvent>).data.memberId !== id)
          strangers.push({ stream: event.stream, reason: 'the cart of one member names another' });
        break;
    }
  }
  const books: OrderBook[] = [];
  for (const [orderNo, own] of orders) {
    const order = own.reduce<OrderState>(evolveOrder, { status: 'NONE' });
    if (order.status === 'NONE') {
      strangers.push({ stream: `order-${orderNo}`, reason: 'an order that was never placed' });
      continue;
    }
    const saga = sagas.get(orderNo) ?? [];
    const ofOrder = cancellations.get(orderNo) ?? new Map();
    const settled = isSettled(order, saga, ofOrder);
    books.push({ orderNo, order, events: own, saga, cancellations: ofOrder, settled });
  }
  for (const orderNo of sagas.keys())
    if (!orders.has(orderNo))
      strangers.push({ stream: `orderSaga-${orderNo}`, reason: 'a saga without an order' });
  return { orders: books, strangers };
};

const push = <Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void => {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
};

const isSettled = (
  order: PlacedOrder,
  saga: readonly Recorded<OrderSagaEvent>[],
  cancellations: OrderBook['cancellations'],
): boolean =>
  saga.some(({ type }) => type === 'OrderSagaFinished' || type === 'OrderSagaFailed') &&
  order.cancelling === null &&
  order.latePayments.every((late) => late.refunded || refusedLate(cancellations, late.refundId)) &&
  [...cancellations.values()].every((events) => hasEnded(events));

const hasEnded = (events: readonly Recorded<CancellationEvent>[]): boolean =>
  events.some(({ type }) => type === 'CancellationFinished' || type === 'CancellationFailed');

/** The provider keeps the money of a late payment: an operator's case, not an open one. */
export const refusedLate = (cancellations: OrderBook['cancellations'], refundId: string): boolean =>
  (cancellations.get(refundId) ?? []).some(({ type }) => type === 'CancellationFailed');
