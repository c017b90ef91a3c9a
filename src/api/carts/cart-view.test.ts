import { expect, test } from 'vitest';
import type { CartState } from '../../domain/cart/cart.ts';
import type { Variant } from '../../runtime/gateway-ports.ts';
import { cartView } from './cart-view.ts';

const snapshot = { productName: '티셔츠', unitPrice: 9_000, addedAt: '2026-03-01T00:00:00.000Z' };
const cart: CartState = {
  status: 'open',
  lines: { 1: { quantity: 2, snapshot } },
  subtracted: {},
};
const variant = (changes: Partial<Variant> = {}): Variant => ({
  productId: 7,
  productVariantId: 1,
  status: 'ON_SALE',
  productName: '새 티셔츠',
  thumbnailUrl: null,
  unitPrice: {
    originalPrice: 10_000,
    discountRate: 10,
    discountAmount: 1_000,
    discountedPrice: 9_000,
  },
  stockQuantity: 5,
  itemOptions: [],
  ...changes,
});
const view = (live: readonly Variant[] | null) =>
  cartView(cart, 3n, live && new Map(live.map((each) => [each.productVariantId, each])), 1);

test.each([
  [variant(), 'AVAILABLE', 18_000],
  [variant({ stockQuantity: 2 }), 'AVAILABLE', 18_000],
  [variant({ stockQuantity: 1 }), 'INSUFFICIENT_STOCK', 0],
  [variant({ stockQuantity: 0 }), 'SOLD_OUT', 0],
  [variant({ status: 'PREPARING' }), 'PREPARING', 0],
  [variant({ status: 'STOP_SALE' }), 'STOP_SALE', 0],
  [variant({ status: 'DELETED' }), 'DELETED', 0],
  [variant({ status: 'UNKNOWN' }), 'UNKNOWN', 0],
])('a line shows what can be had of it (%#)', (live, status, total) => {
  const { cartItems, cartTotalPrice, degraded } = view([live]);
  expect(cartItems[0]).toMatchObject({
    status,
    available: status === 'AVAILABLE',
    lineTotal: total,
  });
  expect({ cartTotalPrice, degraded }).toEqual({ cartTotalPrice: total, degraded: false });
});

test('a product that is gone stays as a line', () => {
  expect(view([]).cartItems).toMatchObject([
    {
      status: 'NOT_FOUND',
      productName: '티셔츠',
      price: null,
      lastKnownPrice: { unitPrice: 9_000, stale: true },
    },
  ]);
});

test('an outage is not told as a product that is gone', () => {
  expect(view(null)).toMatchObject({
    degraded: true,
    version: 3,
    cartItems: [{ status: 'UNKNOWN' }],
  });
});

test('a price that has changed is shown until the line is changed', () => {
  const dearer = variant({
    unitPrice: {
      originalPrice: 20_000,
      discountRate: 10,
      discountAmount: 2_000,
      discountedPrice: 18_000,
    },
  });
  expect(view([dearer]).cartItems[0]?.priceChanged).toEqual({ from: 9_000, to: 18_000 });
  expect(view([variant()]).cartItems[0]?.priceChanged).toBeNull();
});

test('the price is computed as an order computes it, whatever the product service rounds', () => {
  const odd = variant({
    unitPrice: { originalPrice: 100, discountRate: 29, discountAmount: 28, discountedPrice: 72 },
  });
  expect(view([odd]).cartItems[0]?.price).toEqual({
    originalPrice: 100,
    discountRate: 29,
    discountAmount: 29,
    discountedPrice: 71,
  });
});
