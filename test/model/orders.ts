import type { OrderEvent } from '../../src/domain/order/events.ts';
import { priceOrder } from '../../src/domain/order/pricing.ts';

export type PlacedData = Extract<OrderEvent, { type: 'OrderPlaced' }>['data'];

/** Prices of the model's shop in won, by variant. Variant 3 is scarce. */
export const prices: Readonly<Record<number, number>> = { 1: 9_990, 2: 5_500, 3: 1_700 };

export type Wish = {
  readonly items: readonly { readonly productVariantId: number; readonly quantity: number }[];
  readonly couponId: number | null;
  readonly couponDiscount: number;
  /** 'all': as many as the order costs. */
  readonly points: number | 'all';
};

/** The order number of the model's n-th order. */
export const orderNoOf = (n: number): string => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const suffix = [n % 26, Math.floor(n / 26) % 26].map((each) => letters[each]).join('');
  return `ORD-20260301-MODELORD${suffix}`;
};

/** An order as the API would have placed it: priced, with shares that add up. */
export const placeData = (
  n: number,
  memberId: string,
  wish: Wish,
  at: number,
  sagaDeadlineMs: number,
): PlacedData => {
  const items = wish.items.map(({ productVariantId, quantity }) => ({
    productId: productVariantId,
    productVariantId,
    productName: `variant ${productVariantId}`,
    thumbnailUrl: null,
    options: [],
    originalPrice: prices[productVariantId] ?? 1_000,
    discountRate: 0,
    quantity,
  }));
  const subtotal = items.reduce((sum, item) => sum + item.originalPrice * item.quantity, 0);
  const coupon = wish.couponId === null ? 0 : Math.min(wish.couponDiscount, subtotal - 100);
  const points = wish.points === 'all' ? subtotal - coupon : wish.points;
  const policy = { minUse: 0, unit: 1, minOrder: 0, maxRate: 100 };
  const priced = priceOrder(items, coupon, points, policy);
  if (priced.kind === 'refused')
    throw new Error(`the model's order is wrong: ${JSON.stringify(priced)}`);
  return {
    orderNo: orderNoOf(n),
    memberId,
    orderName: 'a model order',
    lines: [...priced.lines],
    price: priced.price,
    coupon:
      wish.couponId === null
        ? null
        : { couponId: wish.couponId, couponName: 'a coupon', discountAmount: coupon },
    orderer: { userName: 'x', phoneNumber: 'x', deliveryAddress: 'x' },
    placedAt: new Date(at).toISOString(),
    sagaDeadline: new Date(at + sagaDeadlineMs).toISOString(),
    fingerprint: `order ${n}`,
  };
};
