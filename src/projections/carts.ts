import type { CartEvent } from '../domain/cart/events.ts';
import type { Recorded } from '../domain/kernel/events.ts';
import type { Projection } from './projection.ts';

type Line = {
  readonly productVariantId: number;
  readonly quantity: number;
  /** What the member saw when the line was last added to or changed. */
  readonly snapshot: {
    readonly productName: string;
    readonly unitPrice: number;
    readonly addedAt: string;
  };
};

/** What lies in a member's cart, with the prices seen when it was put there. */
export type CartRow = {
  readonly memberId: string;
  /** In the order in which the variants first came in. */
  readonly lines: readonly Line[];
  readonly updatedAt: string;
  /** Revision of the cart's stream: the ETag. */
  readonly version: number;
};

const changed = (
  row: CartRow | undefined,
  event: Recorded<CartEvent>,
  lines: (before: readonly Line[]) => readonly Line[],
): CartRow => ({
  memberId: event.data.memberId,
  lines: lines(row?.lines ?? []),
  updatedAt: event.at,
  version: Number(event.revision),
});

const added = (lines: readonly Line[], line: Line): readonly Line[] => {
  const known = lines.find(({ productVariantId }) => productVariantId === line.productVariantId);
  if (!known) return [...lines, line];
  const quantity = known.quantity + line.quantity;
  return lines.map((before) => (before === known ? { ...line, quantity } : before));
};

const subtracted = (
  lines: readonly Line[],
  items: readonly { readonly productVariantId: number; readonly quantity: number }[],
): readonly Line[] => {
  const ordered = new Map<number, number>();
  for (const { productVariantId: id, quantity } of items)
    ordered.set(id, (ordered.get(id) ?? 0) + quantity);
  return lines
    .map((line) => ({
      ...line,
      quantity: line.quantity - (ordered.get(line.productVariantId) ?? 0),
    }))
    .filter(({ quantity }) => quantity > 0);
};

/** Carts; prices and names of today are the product service's to tell. */
export const carts: Projection<CartRow, CartEvent> = {
  name: 'carts',
  version: 1,
  columns: {},
  indexes: [],
  key: (event) => event.data.memberId,
  on: {
    CartItemAdded: (row, event) => {
      const { productVariantId, quantity, snapshot } = event.data;
      return changed(row, event, (lines) => added(lines, { productVariantId, quantity, snapshot }));
    },
    CartItemQuantityChanged: (row, event) => {
      const { productVariantId, quantity, snapshot } = event.data;
      return changed(row, event, (lines) =>
        lines.map((line) =>
          line.productVariantId === productVariantId ? { ...line, quantity, snapshot } : line,
        ),
      );
    },
    CartItemRemoved: (row, event) =>
      changed(row, event, (lines) =>
        lines.filter(({ productVariantId }) => productVariantId !== event.data.productVariantId),
      ),
    CartCleared: (row, event) => changed(row, event, () => []),
    CartItemsOrdered: (row, event) =>
      changed(row, event, (lines) => subtracted(lines, event.data.items)),
  },
};
