import { z } from 'zod';
import { defineEvents, type EventOf } from '../kernel/events.ts';
import { Instant, MemberId, OrderNo, Quantity, VariantId, Won } from '../kernel/ids.ts';

// Stored shapes. Renaming a field here stops old streams from reading: raise the version instead.
const line = { memberId: MemberId, productVariantId: VariantId };

export const cartEvents = defineEvents('cart', {
  /** `quantity` is what was added, not what the line holds afterwards. */
  CartItemAdded: {
    version: 1,
    data: z.object({
      ...line,
      quantity: Quantity,
      /** What the member saw when adding: shown again, marked stale, when the product service is away. */
      snapshot: z.object({ productName: z.string(), unitPrice: Won, addedAt: Instant }),
    }),
  },
  CartItemQuantityChanged: {
    version: 1,
    data: z.object({
      ...line,
      quantity: Quantity,
      /** The price seen with this change; acknowledges a price change. */
      snapshot: z.object({ productName: z.string(), unitPrice: Won, addedAt: Instant }),
    }),
  },
  CartItemRemoved: { version: 1, data: z.object(line) },
  CartCleared: { version: 1, data: z.object({ memberId: MemberId }) },
  /** An order completed: what it held is subtracted once; also written when nothing of it lies in the cart. */
  CartItemsOrdered: {
    version: 1,
    data: z.object({
      memberId: MemberId,
      orderNo: OrderNo,
      items: z.array(z.object({ productVariantId: VariantId, quantity: Quantity })),
    }),
  },
});

export type CartEvent = EventOf<typeof cartEvents>;
