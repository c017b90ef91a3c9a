import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { specify } from '../../../test/support/specify.ts';
import { type CartCommand, type CartState, cart } from './cart.ts';
import type { CartEvent } from './events.ts';

const memberId = 'member-1';
const snapshot = { productName: '보리차', unitPrice: 4_500, addedAt: '2026-03-01T09:00:00.000Z' };
const line = (productVariantId: number, quantity: number) => ({
  memberId,
  productVariantId,
  quantity,
  snapshot,
});
const added = (id: number, quantity: number): CartEvent => ({
  type: 'CartItemAdded',
  data: line(id, quantity),
});
const add = (...items: ReturnType<typeof line>[]): CartCommand => ({ type: 'AddItems', items });
const orderNo = 'ORD-20260301-ABCDEFGHIJ';
const subtract = (productVariantId: number, quantity: number): CartCommand => ({
  type: 'SubtractOrdered',
  memberId,
  orderNo,
  items: [{ productVariantId, quantity }],
});
const ordered = (productVariantId: number, quantity: number): CartEvent => ({
  type: 'CartItemsOrdered',
  data: { memberId, orderNo, items: [{ productVariantId, quantity }] },
});
const { given } = specify(cart);
const quantities = (state: CartState) =>
  Object.fromEntries(Object.entries(state.lines).map(([id, { quantity }]) => [id, quantity]));

describe('cart', () => {
  test('adding a variant again sums into its line', () => {
    expect(quantities(given(added(1, 2), added(1, 3)).state)).toEqual({ 1: 5 });
    given(added(1, 2))
      .when(add(line(1, 3)))
      .thenRecords(added(1, 3));
  });

  test('a line takes no more than 999 units, and a refused command adds none of its items', () =>
    given(added(1, 998))
      .when(add(line(2, 1), line(1, 2)))
      .thenRefuses({
        code: 'CART_QUANTITY_LIMIT',
        productVariantId: 1,
        quantity: 998,
        limit: 999,
      }));

  test('the same variant twice in one command counts together', () =>
    given()
      .when(add(line(1, 600), line(1, 600)))
      .thenRefuses({
        code: 'CART_QUANTITY_LIMIT',
        productVariantId: 1,
        quantity: 600,
        limit: 999,
      }));

  test('the hundred and first line is refused, one more unit of an existing line is not', () => {
    const full = Array.from({ length: 100 }, (_, i) => added(i + 1, 1));
    given(...full)
      .when(add(line(101, 1)))
      .thenRefuses({ code: 'CART_FULL', limit: 100 });
    given(...full)
      .when(add(line(100, 1)))
      .thenRecords(added(100, 1));
  });

  test('changing a quantity sets it, and setting it again is nothing new', () => {
    const changed: CartEvent = { type: 'CartItemQuantityChanged', data: line(1, 7) };
    given(added(1, 2))
      .when({ type: 'ChangeQuantity', ...line(1, 7) })
      .thenRecords(changed);
    given(added(1, 2), changed)
      .when({ type: 'ChangeQuantity', ...line(1, 7) })
      .thenNothing();
  });

  test('changing a line that is not there is refused', () =>
    given()
      .when({ type: 'ChangeQuantity', ...line(1, 7) })
      .thenRefuses({ code: 'CART_ITEM_NOT_FOUND', productVariantId: 1 }));

  test('removing what is there and what is not removes what is there', () =>
    given(added(1, 2), added(2, 1))
      .when({ type: 'RemoveItems', memberId, productVariantIds: [2, 2, 9] })
      .thenRecords({ type: 'CartItemRemoved', data: { memberId, productVariantId: 2 } }));

  test('clearing empties the cart; an empty cart is already clear', () => {
    const cleared: CartEvent = { type: 'CartCleared', data: { memberId } };
    given(added(1, 2)).when({ type: 'Clear', memberId }).thenRecords(cleared);
    given(added(1, 2), cleared).when({ type: 'Clear', memberId }).thenNothing();
    expect(given(added(1, 2), cleared).state.lines).toEqual({});
  });

  test('a completed order takes what it held out of the cart, not what was added since', () => {
    given(added(1, 2)).when(subtract(1, 2)).thenRecords(ordered(1, 2));
    expect(quantities(given(added(1, 2), added(1, 3), ordered(1, 2)).state)).toEqual({ 1: 3 });
    expect(quantities(given(added(1, 2), ordered(1, 2)).state)).toEqual({});
  });

  test('an order is subtracted once, even when nothing of it lay in the cart the first time', () => {
    given().when(subtract(1, 2)).thenRecords(ordered(1, 2));
    given(ordered(1, 2), added(1, 2)).when(subtract(1, 2)).thenNothing();
  });
});

test('no commands in any order make a cart throw, exceed its limits or hold an empty line', () => {
  const id = fc.integer({ min: 1, max: 4 });
  const quantity = fc.integer({ min: 1, max: 999 });
  const command: fc.Arbitrary<CartCommand> = fc.oneof(
    fc
      .array(fc.tuple(id, quantity), { minLength: 1, maxLength: 3 })
      .map((lines) => add(...lines.map(([i, q]) => line(i, q)))),
    fc
      .tuple(id, quantity)
      .map(([i, q]): CartCommand => ({ type: 'ChangeQuantity', ...line(i, q) })),
    id.map((i): CartCommand => ({ type: 'RemoveItems', memberId, productVariantIds: [i] })),
    fc.constant<CartCommand>({ type: 'Clear', memberId }),
    fc.tuple(id, quantity).map(([i, q]) => subtract(i, q)),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      let state = cart.initial;
      for (const each of commands) {
        const decision = cart.decide(each, state);
        if (decision.kind === 'rejected') continue;
        state = decision.events.reduce(cart.evolve, state);
        for (const { quantity: units } of Object.values(state.lines)) {
          expect(units).toBeGreaterThanOrEqual(1);
          expect(units).toBeLessThanOrEqual(999);
        }
      }
    }),
  );
});
