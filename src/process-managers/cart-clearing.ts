import type { PlacedOrder } from '../domain/order/order-types.ts';
import type { Call } from './process-manager.ts';

/**
 * What is taken out of the member's cart when an order completes: the ordered units, not the whole lines, so that
 * what the member added meanwhile stays. The cart does it once per order.
 */
export const clearCart = ({ orderNo, memberId, lines }: PlacedOrder): Call => ({
  type: 'SubtractOrdered',
  orderNo,
  memberId,
  items: lines.map(({ productVariantId, quantity }) => ({ productVariantId, quantity })),
});
