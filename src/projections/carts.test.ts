import { test } from 'vitest';
import { specifyProjection } from '../../test/support/specify-projection.ts';
import type { CartEvent } from '../domain/cart/events.ts';
import { carts } from './carts.ts';

const memberId = 'member-1';
const snapshot = {
  productName: '녹차',
  unitPrice: 1_000,
  addedAt: '2026-03-01T09:00:00.000Z',
};
const added = (productVariantId: number, quantity: number, unitPrice = 1_000): CartEvent => ({
  type: 'CartItemAdded',
  data: { memberId, productVariantId, quantity, snapshot: { ...snapshot, unitPrice } },
});
const ordered = (
  ...items: readonly { productVariantId: number; quantity: number }[]
): CartEvent => ({
  type: 'CartItemsOrdered',
  data: { memberId, orderNo: 'ORD-20260301-ABCDEFGHIJ', items: [...items] },
});
const rowAfter = (...events: readonly CartEvent[]) =>
  specifyProjection(carts)
    .given(...events.map((event) => ({ stream: `cart-${memberId}`, event })))
    .thenRow(memberId);
const line = (productVariantId: number, quantity: number) => ({ productVariantId, quantity });

test('adding a variant again sums the quantities and keeps the newest price', () => {
  rowAfter(added(1, 2), added(2, 1), added(1, 3, 900)).toMatchObject({
    memberId,
    lines: [{ ...line(1, 5), snapshot: { unitPrice: 900 } }, line(2, 1)],
    version: 2,
  });
});

test('changing a quantity sets it', () => {
  rowAfter(added(1, 2), added(2, 1), {
    type: 'CartItemQuantityChanged',
    data: { memberId, productVariantId: 1, quantity: 7, snapshot },
  }).toMatchObject({ lines: [line(1, 7), line(2, 1)] });
});

test('removing and clearing take lines away, the cart stays', () => {
  const removed: CartEvent = { type: 'CartItemRemoved', data: { memberId, productVariantId: 1 } };
  rowAfter(added(1, 2), added(2, 1), removed).toMatchObject({ lines: [line(2, 1)] });
  const cleared: CartEvent = { type: 'CartCleared', data: { memberId } };
  rowAfter(added(1, 2), cleared).toMatchObject({ lines: [], version: 1 });
});

test('a completed order takes what it held and leaves what was added since', () => {
  rowAfter(added(1, 5), added(2, 1), ordered(line(1, 2), line(2, 1))).toMatchObject({
    lines: [line(1, 3)],
  });
  rowAfter(added(1, 1), ordered(line(1, 3))).toMatchObject({ lines: [] });
  rowAfter(ordered(line(9, 1))).toMatchObject({ lines: [], version: 0 });
});
