import { cartEvents } from '../../domain/cart/events.ts';
import type { Item } from '../../domain/order/order-types.ts';
import { eventIdOf } from '../../runtime/event-id.ts';
import type { EventLog } from '../../runtime/ports.ts';

/** Whether a cart holds the addition of a command already: `differently` when it added something else. */
export type AddedBefore = (
  memberId: string,
  commandId: string,
  items: readonly Item[],
  options: { readonly signal: AbortSignal },
) => Promise<'no' | 'yes' | 'differently'>;

/** How far back a repeat is recognised, in events of that cart. */
const WINDOW = 500n;

/**
 * Looks an addition up in the stream itself: its events' ids derive from the command's id, so nothing else has to be kept,
 * and a crash between the append and the answer cannot be mistaken.
 * @param lastRevision of the member's cart
 */
export const addedBefore =
  (
    log: Pick<EventLog, 'read'>,
    lastRevision: (memberId: string, signal: AbortSignal) => Promise<bigint | 'no-stream'>,
  ): AddedBefore =>
  async (memberId, commandId, items, { signal }) => {
    const last = await lastRevision(memberId, signal);
    if (last === 'no-stream') return 'no';
    const stream = `${cartEvents.category}-${memberId}`;
    const ids = new Map(items.map((item, index) => [eventIdOf(commandId, stream, index), item]));
    // One addition too many under this key would lie right behind the last.
    const beyond = eventIdOf(commandId, stream, items.length);
    const after = last >= WINDOW ? { after: last - WINDOW } : {};
    let same = 0;
    let other = 0;
    for await (const event of log.read(cartEvents, memberId, { ...after, signal })) {
      const wished = ids.get(event.id);
      if (event.id === beyond) other += 1;
      if (!wished) continue;
      if (event.type === 'CartItemAdded' && isSame(event.data, wished)) same += 1;
      else other += 1;
    }
    if (same + other === 0) return 'no';
    return same === items.length && other === 0 ? 'yes' : 'differently';
  };

const isSame = (data: Item, wished: Item): boolean =>
  data.productVariantId === wished.productVariantId && data.quantity === wished.quantity;
