import type { OrderLine } from './events.ts';
import type { Item, PlacedOrder, Refund } from './order-types.ts';

/** Units of each line that no finished cancellation has taken back yet, by variant id. */
export const unitsLeft = (order: PlacedOrder): ReadonlyMap<number, number> => {
  const left = new Map(order.lines.map((line) => [line.productVariantId, line.quantity]));
  for (const refund of order.refunds)
    for (const { productVariantId, quantity } of refund.items)
      left.set(productVariantId, (left.get(productVariantId) ?? 0) - quantity);
  return left;
};

/** Won already given back at the payment provider. */
export const refundedAmount = (order: PlacedOrder): number =>
  order.refunds.reduce((sum, { amount }) => sum + amount, 0);

export type Cancellable =
  | { readonly kind: 'refund'; readonly refund: Omit<Refund, 'refundId'>; readonly full: boolean }
  | { readonly kind: 'exceeds'; readonly productVariantId: number; readonly left: number };

/**
 * What cancelling `items` gives back. The share of q of a line's Q units is ⌊share·q/Q⌋ counted from the first
 * cancelled unit, so that any series of partial cancellations adds up to the line's share exactly.
 * @param items null means all that is left
 * @param restoreCoupon whether the coupon comes back when nothing of the order is left
 */
export const planRefund = (
  order: PlacedOrder,
  items: readonly Item[] | null,
  restoreCoupon: boolean,
): Cancellable => {
  const left = unitsLeft(order);
  const wanted =
    items ??
    order.lines.flatMap(({ productVariantId }) => {
      const quantity = left.get(productVariantId) ?? 0;
      return quantity > 0 ? [{ productVariantId, quantity }] : [];
    });
  let amount = 0;
  let points = 0;
  const rest = new Map(left);
  for (const { productVariantId, quantity } of wanted) {
    const line = order.lines.find((each) => each.productVariantId === productVariantId);
    const available = rest.get(productVariantId) ?? 0;
    if (!line || quantity > available)
      return { kind: 'exceeds', productVariantId, left: left.get(productVariantId) ?? 0 };
    rest.set(productVariantId, available - quantity);
    const before = line.quantity - available;
    amount += shareBetween(line, line.payShare, before, before + quantity);
    points += shareBetween(line, line.pointShare, before, before + quantity);
  }
  const full = [...rest.values()].every((units) => units === 0);
  const releaseCoupon = full && restoreCoupon && order.coupon !== null;
  return { kind: 'refund', full, refund: { items: [...wanted], amount, points, releaseCoupon } };
};

const shareBetween = (line: OrderLine, share: number, from: number, to: number): number =>
  Math.floor((share * to) / line.quantity) - Math.floor((share * from) / line.quantity);
