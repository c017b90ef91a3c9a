import type { Snapshot } from '../../domain/cart/cart.ts';
import { unitPriceOf } from '../../domain/order/assess.ts';
import type { Item } from '../../domain/order/order-types.ts';
import {
  type CallContext,
  GatewayError,
  type ProductGateway,
  type Variant,
} from '../../runtime/gateway-ports.ts';
import { refuse } from '../http/refuse.ts';
import type { LiveVariants } from './cart-view.ts';

export type Products = Pick<ProductGateway, 'variants'>;

/**
 * Asks for all variants at once.
 * @throws GatewayError while the product service is away
 */
export const liveVariants = async (
  products: Products,
  ids: readonly number[],
  context: CallContext,
): Promise<ReadonlyMap<number, Variant>> => {
  if (ids.length === 0) return new Map();
  const variants = await products.variants([...new Set(ids)], context);
  return new Map(variants.map((variant) => [variant.productVariantId, variant]));
};

/** The same for showing a cart: an outage is a fact to show, not an error. */
export const liveVariantsIfAny = async (
  products: Products,
  ids: readonly number[],
  context: CallContext,
): Promise<LiveVariants> => {
  try {
    return await liveVariants(products, ids, context);
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
};

/** A line as the cart's commands take it. */
export type SellableLine = Item & { readonly memberId: string; readonly snapshot: Snapshot };

/**
 * Puts what the member sees now beside each wished item. Only what is on sale may be added or changed.
 * @param now ISO 8601 UTC
 * @throws ProblemError PRODUCT_NOT_FOUND or PRODUCT_NOT_ON_SALE
 */
export const sellableLines = (
  items: readonly Item[],
  live: ReadonlyMap<number, Variant>,
  {
    memberId,
    now,
    roundingUnit,
  }: {
    readonly memberId: string;
    readonly now: string;
    readonly roundingUnit: number;
  },
): readonly SellableLine[] =>
  items.map(({ productVariantId, quantity }) => {
    const variant = live.get(productVariantId);
    if (!variant)
      return refuse({ code: 'PRODUCT_NOT_FOUND', productVariantIds: [productVariantId] });
    const { status, productName } = variant;
    if (status !== 'ON_SALE')
      return refuse({ code: 'PRODUCT_NOT_ON_SALE', variants: [{ productVariantId, status }] });
    const unitPrice = unitPriceOf(variant, roundingUnit);
    return {
      memberId,
      productVariantId,
      quantity,
      snapshot: { productName, unitPrice, addedAt: now },
    };
  });
