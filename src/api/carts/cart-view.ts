import type { CartLine, CartState } from '../../domain/cart/cart.ts';
import { unitPriceOf } from '../../domain/order/assess.ts';
import type { Variant } from '../../runtime/gateway-ports.ts';
import type { Cart, CartItem, CartLineStatus } from '../contract.ts';

/** What the product service says now; `null` while it is away. */
export type LiveVariants = ReadonlyMap<number, Variant> | null;

const statusOf = (
  line: CartLine,
  variant: Variant | undefined,
  degraded: boolean,
): CartLineStatus => {
  if (degraded) return 'UNKNOWN';
  if (!variant) return 'NOT_FOUND';
  if (variant.status !== 'ON_SALE') return variant.status;
  if (variant.stockQuantity === 0) return 'SOLD_OUT';
  return variant.stockQuantity < line.quantity ? 'INSUFFICIENT_STOCK' : 'AVAILABLE';
};

const itemOf = (id: number, line: CartLine, live: LiveVariants, roundingUnit: number): CartItem => {
  const variant = live?.get(id);
  const status = statusOf(line, variant, live === null);
  const { unitPrice: seen, addedAt, productName } = line.snapshot;
  const discounted = variant ? unitPriceOf(variant, roundingUnit) : null;
  const available = status === 'AVAILABLE';
  return {
    id,
    status,
    productId: variant?.productId ?? null,
    productVariantId: id,
    productName: variant?.productName ?? productName,
    thumbnailUrl: variant?.thumbnailUrl ?? null,
    quantity: line.quantity,
    price: variant && discounted !== null ? priceOf(variant, discounted) : null,
    lastKnownPrice: { unitPrice: seen, seenAt: addedAt, stale: discounted === null },
    lineTotal: available && discounted !== null ? discounted * line.quantity : 0,
    priceChanged:
      discounted === null || discounted === seen ? null : { from: seen, to: discounted },
    options: [...(variant?.itemOptions ?? [])],
    availableStock: variant?.stockQuantity ?? null,
    available,
  };
};

// Recomputed from the list price, as orders are: what the cart shows is what the order will cost.
const priceOf = ({ unitPrice: { originalPrice, discountRate } }: Variant, discounted: number) => ({
  originalPrice,
  discountRate,
  discountAmount: originalPrice - discounted,
  discountedPrice: discounted,
});

/**
 * Joins a cart with what the product service says now. A line whose product is gone or unknown is marked, never dropped;
 * totals count only lines that can be ordered now.
 */
export const cartView = (
  state: CartState,
  version: bigint,
  live: LiveVariants,
  roundingUnit: number,
): Cart => {
  const cartItems = Object.entries(state.lines)
    .map(([id, line]) => itemOf(Number(id), line, live, roundingUnit))
    .sort((a, b) => a.lastKnownPrice.seenAt.localeCompare(b.lastKnownPrice.seenAt) || a.id - b.id);
  return {
    cartItems,
    cartTotalPrice: cartItems.reduce((sum, item) => sum + item.lineTotal, 0),
    degraded: live === null,
    version: Number(version),
  };
};
