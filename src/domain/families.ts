import { cancellationEvents } from './cancellation/events.ts';
import { cartEvents } from './cart/events.ts';
import type { EventFamily } from './kernel/events.ts';
import { orderEvents } from './order/events.ts';
import { orderSagaEvents } from './saga/events.ts';

/** Every kind of stream that this service writes. */
export const families: readonly EventFamily[] = [
  orderEvents,
  cartEvents,
  orderSagaEvents,
  cancellationEvents,
];
