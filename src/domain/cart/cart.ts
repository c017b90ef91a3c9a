import { accept, type Decider, type Decision, reject } from '../kernel/decider.ts';
import { MAX_LINES, MAX_QUANTITY } from '../kernel/ids.ts';
import type { CartEvent } from './events.ts';

/** What the member saw when the line was last added to or changed; prices in won. */
export type Snapshot = {
  readonly productName: string;
  readonly unitPrice: number;
  readonly addedAt: string;
};
export type CartLine = { readonly quantity: number; readonly snapshot: Snapshot };

/** One cart a member, for ever open: ordering subtracts from it, nothing closes it. Keys are variant ids. */
export type CartState = {
  readonly status: 'open';
  readonly lines: Readonly<Record<number, CartLine>>;
  /** Orders already subtracted: a second subtraction of one of them changes nothing. */
  readonly subtracted: Readonly<Record<string, true>>;
};

type Line = {
  readonly memberId: string;
  readonly productVariantId: number;
  readonly quantity: number;
  readonly snapshot: Snapshot;
};

export type CartCommand =
  /** Sums into the line when there is one. All of them, or none. */
  | { readonly type: 'AddItems'; readonly items: readonly Line[] }
  /** Sets the quantity, whatever it was. */
  | ({ readonly type: 'ChangeQuantity' } & Line)
  | {
      readonly type: 'RemoveItems';
      readonly memberId: string;
      readonly productVariantIds: readonly number[];
    }
  | { readonly type: 'Clear'; readonly memberId: string }
  /** An order completed: takes what it held out of the cart, once per order. */
  | {
      readonly type: 'SubtractOrdered';
      readonly memberId: string;
      readonly orderNo: string;
      readonly items: readonly { readonly productVariantId: number; readonly quantity: number }[];
    };

export type CartRejection =
  | { readonly code: 'CART_FULL'; readonly limit: number }
  | {
      readonly code: 'CART_QUANTITY_LIMIT';
      readonly productVariantId: number;
      readonly quantity: number;
      readonly limit: number;
    }
  | { readonly code: 'CART_ITEM_NOT_FOUND'; readonly productVariantId: number };

type Decided = Decision<CartEvent, CartRejection>;

export const cart: Decider<CartState, CartCommand, CartEvent, CartRejection> = {
  initial: { status: 'open', lines: {}, subtracted: {} },

  evolve: (state, event) => {
    switch (event.type) {
      case 'CartItemAdded': {
        const { productVariantId, quantity, snapshot } = event.data;
        const before = state.lines[productVariantId]?.quantity ?? 0;
        return withLine(state, productVariantId, { quantity: before + quantity, snapshot });
      }
      case 'CartItemQuantityChanged': {
        const { productVariantId, quantity, snapshot } = event.data;
        return withLine(state, productVariantId, { quantity, snapshot });
      }
      case 'CartItemRemoved':
        return without(state, event.data.productVariantId);
      case 'CartCleared':
        return { ...state, lines: {} };
      case 'CartItemsOrdered': {
        const { orderNo, items } = event.data;
        const subtracted = { ...state.subtracted, [orderNo]: true as const };
        return items.reduce(subtract, { ...state, subtracted });
      }
    }
  },

  decide: (command, state) => {
    switch (command.type) {
      case 'AddItems':
        return addItems(command.items, state);
      case 'ChangeQuantity':
        return changeQuantity(command, state);
      case 'RemoveItems':
        return removeItems(command.memberId, command.productVariantIds, state);
      case 'Clear':
        return Object.keys(state.lines).length === 0
          ? accept()
          : accept({ type: 'CartCleared', data: { memberId: command.memberId } });
      case 'SubtractOrdered': {
        const { memberId, orderNo, items } = command;
        return state.subtracted[orderNo]
          ? accept()
          : accept({ type: 'CartItemsOrdered', data: { memberId, orderNo, items: [...items] } });
      }
    }
  },
};

const withLine = (state: CartState, id: number, line: CartLine): CartState => ({
  ...state,
  lines: { ...state.lines, [id]: line },
});

const without = (state: CartState, id: number): CartState => {
  const { [id]: _removed, ...lines } = state.lines;
  return { ...state, lines };
};

/** Takes what was ordered out of a line; what the member added since stays. */
const subtract = (
  state: CartState,
  ordered: { readonly productVariantId: number; readonly quantity: number },
): CartState => {
  const line = state.lines[ordered.productVariantId];
  if (!line) return state;
  const left = line.quantity - ordered.quantity;
  return left > 0
    ? withLine(state, ordered.productVariantId, { ...line, quantity: left })
    : without(state, ordered.productVariantId);
};

const addItems = (items: readonly Line[], { lines }: CartState): Decided => {
  const sums = new Map<number, number>();
  for (const { productVariantId, quantity } of items) {
    const before = sums.get(productVariantId) ?? lines[productVariantId]?.quantity ?? 0;
    if (before + quantity > MAX_QUANTITY)
      return reject({
        code: 'CART_QUANTITY_LIMIT',
        productVariantId,
        quantity: before,
        limit: MAX_QUANTITY,
      });
    sums.set(productVariantId, before + quantity);
  }
  const fresh = [...sums.keys()].filter((id) => !lines[id]).length;
  if (Object.keys(lines).length + fresh > MAX_LINES)
    return reject({ code: 'CART_FULL', limit: MAX_LINES });
  return accept(...items.map((data) => ({ type: 'CartItemAdded' as const, data })));
};

const changeQuantity = (
  { memberId, productVariantId, quantity, snapshot }: Line,
  { lines }: CartState,
): Decided => {
  const line = lines[productVariantId];
  if (!line) return reject({ code: 'CART_ITEM_NOT_FOUND', productVariantId });
  const same = line.quantity === quantity && line.snapshot.unitPrice === snapshot.unitPrice;
  return same
    ? accept()
    : accept({
        type: 'CartItemQuantityChanged',
        data: { memberId, productVariantId, quantity, snapshot },
      });
};

const removeItems = (memberId: string, ids: readonly number[], { lines }: CartState): Decided =>
  accept(
    ...[...new Set(ids)]
      .filter((id) => lines[id])
      .map((productVariantId) => ({
        type: 'CartItemRemoved' as const,
        data: { memberId, productVariantId },
      })),
  );
