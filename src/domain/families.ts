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

/** The family of a stream by its category (what stands before the first dash); undefined for a stranger's. */
export const familyOf = (stream: string): EventFamily | undefined => {
  const dash = stream.indexOf('-');
  const category = dash < 0 ? stream : stream.slice(0, dash);
  return families.find((family) => family.category === category);
};
