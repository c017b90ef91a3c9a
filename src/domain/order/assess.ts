import type { OrderPrice } from './events.ts';
import type { Item } from './order-types.ts';
import {
  discountedPrice,
  type PointPolicy,
  type PricedItem,
  type PriceRefusal,
  priceOrder,
  type Quote,
  subtotalOf,
} from './pricing.ts';

/** Whether what a member wishes to order can be ordered: before an order exists, so nothing here is an event. */

/** A variant as the product service describes it at this moment; prices in won. */
export type OfferedVariant = {
  readonly productId: number;
  readonly productVariantId: number;
  readonly status: string;
  readonly productName: string;
  readonly thumbnailUrl: string | null;
  readonly unitPrice: { readonly originalPrice: number; readonly discountRate: number };
  readonly stockQuantity: number;
  readonly itemOptions: PricedItem['options'];
};

export type Shortage = {
  readonly productVariantId: number;
  readonly requested: number;
  readonly available: number;
};

export type PlacementRejection =
  | { readonly code: 'DUPLICATE_VARIANT'; readonly productVariantIds: readonly number[] }
  | { readonly code: 'PRODUCT_NOT_FOUND'; readonly productVariantIds: readonly number[] }
  | {
      readonly code: 'PRODUCT_NOT_ON_SALE';
      readonly variants: readonly { readonly productVariantId: number; readonly status: string }[];
    }
  | { readonly code: 'INSUFFICIENT_STOCK'; readonly shortages: readonly Shortage[] }
  | { readonly code: 'MEMBER_NOT_FOUND' }
  | {
      readonly code:
        | 'COUPON_NOT_FOUND'
        | 'COUPON_EXPIRED'
        | 'COUPON_MIN_AMOUNT_NOT_MET'
        | 'COUPON_NOT_USABLE';
      readonly couponId: number;
      readonly reason: string;
    }
  | { readonly code: 'INSUFFICIENT_POINT'; readonly balance: number; readonly requested: number }
  | PriceRefusal
  | {
      readonly code: 'ORDER_PRICE_MISMATCH';
      readonly expectedPrice: number;
      readonly price: OrderPrice;
    };

/** What the coupon service said of the coupon, for the subtotal that it was asked with. */
export type CouponOffer =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'discount';
      readonly couponId: number;
      readonly couponName: string;
      readonly discountAmount: number;
    }
  | { readonly kind: 'refused'; readonly couponId: number; readonly code: string };

type Assessed<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly rejection: PlacementRejection };

const refuse = (rejection: PlacementRejection): Assessed<never> => ({ kind: 'refused', rejection });

/** The variants that are named more than once, each once. */
export const duplicatesIn = (items: readonly Item[]): readonly number[] => {
  const ids = items.map((item) => item.productVariantId);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
};

/**
 * First half: everything that the products alone decide, in the order duplicate, not found, not on sale, stock.
 * @param offered what the product service knows of the wished variants; unknown ones are absent
 * @returns the items ready for pricing, and the subtotal in won that a coupon is calculated for
 */
export const assessProducts = (
  items: readonly Item[],
  offered: readonly OfferedVariant[],
  roundingUnit: number,
): Assessed<{ readonly items: readonly PricedItem[]; readonly subtotal: number }> => {
  const duplicates = duplicatesIn(items);
  if (duplicates.length > 0)
    return refuse({ code: 'DUPLICATE_VARIANT', productVariantIds: duplicates });
  const byId = new Map(offered.map((variant) => [variant.productVariantId, variant]));
  const missing = items.filter((item) => !byId.has(item.productVariantId));
  if (missing.length > 0)
    return refuse({
      code: 'PRODUCT_NOT_FOUND',
      productVariantIds: missing.map((item) => item.productVariantId),
    });
  const wished = items.flatMap(({ productVariantId, quantity }) => {
    const variant = byId.get(productVariantId);
    return variant ? [{ variant, quantity }] : [];
  });
  const unsold = wished.filter(({ variant }) => variant.status !== 'ON_SALE');
  if (unsold.length > 0)
    return refuse({
      code: 'PRODUCT_NOT_ON_SALE',
      variants: unsold.map(({ variant: { productVariantId, status } }) => ({
        productVariantId,
        status,
      })),
    });
  const short = wished.filter(({ variant, quantity }) => variant.stockQuantity < quantity);
  if (short.length > 0)
    return refuse({
      code: 'INSUFFICIENT_STOCK',
      shortages: short.map(({ variant, quantity }) => ({
        productVariantId: variant.productVariantId,
        requested: quantity,
        available: variant.stockQuantity,
      })),
    });
  const priced = wished.map(({ variant, quantity }) => pricedItem(variant, quantity));
  return { kind: 'ok', value: { items: priced, subtotal: subtotalOf(priced, roundingUnit) } };
};

const pricedItem = (variant: OfferedVariant, quantity: number): PricedItem => ({
  productId: variant.productId,
  productVariantId: variant.productVariantId,
  productName: variant.productName,
  thumbnailUrl: variant.thumbnailUrl,
  options: variant.itemOptions,
  originalPrice: variant.unitPrice.originalPrice,
  discountRate: variant.unitPrice.discountRate,
  quantity,
});

/**
 * Second half: coupon, points, price, in this order.
 * @param balance the member's points
 * @param expectedPrice what the customer was shown, in won; null for a quote
 */
export const assessPrice = (
  wish: {
    readonly items: readonly PricedItem[];
    readonly coupon: CouponOffer;
    readonly pointToUse: number;
    readonly expectedPrice: number | null;
  },
  balance: number,
  { points, roundingUnit }: { readonly points: PointPolicy; readonly roundingUnit: number },
): Assessed<Quote> => {
  const { items, coupon, pointToUse, expectedPrice } = wish;
  if (coupon.kind === 'refused') return refuse(couponRejection(coupon));
  if (pointToUse > balance)
    return refuse({ code: 'INSUFFICIENT_POINT', balance, requested: pointToUse });
  const discount = coupon.kind === 'discount' ? coupon.discountAmount : 0;
  const priced = priceOrder(items, discount, pointToUse, points, roundingUnit);
  if (priced.kind === 'refused') return refuse(priced.refusal);
  const { lines, price } = priced;
  if (expectedPrice !== null && expectedPrice !== price.finalPaymentAmount)
    return refuse({ code: 'ORDER_PRICE_MISMATCH', expectedPrice, price });
  return { kind: 'ok', value: { lines, price } };
};

const couponRejection = ({
  couponId,
  code,
}: Extract<CouponOffer, { kind: 'refused' }>): PlacementRejection => {
  switch (code) {
    case 'COUPON_NOT_FOUND':
    case 'COUPON_EXPIRED':
    case 'COUPON_MIN_AMOUNT_NOT_MET':
      return { code, couponId, reason: code };
    default:
      return { code: 'COUPON_NOT_USABLE', couponId, reason: code };
  }
};

/** What the member sees as the order's name, and the payment provider too: the first product "and n others" (외 n건). */
export const orderNameOf = (lines: readonly { readonly productName: string }[]): string => {
  const first = (lines[0]?.productName ?? '').slice(0, 80);
  return lines.length > 1 ? `${first} 외 ${lines.length - 1}건` : first;
};

/** The price of one unit now, in won. */
export const unitPriceOf = (variant: OfferedVariant, roundingUnit: number): number =>
  discountedPrice(variant.unitPrice.originalPrice, variant.unitPrice.discountRate, roundingUnit);
