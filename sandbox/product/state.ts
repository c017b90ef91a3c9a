import type { OperationRow } from '../store/operation-row.ts';
import { doneRow, tombstone, undo } from '../store/operation-row.ts';

export type ProductStatus = 'PREPARING' | 'ON_SALE' | 'STOP_SALE' | 'DELETED';

/** A variant as the catalogue defines it. Prices in won, `discountRate` in whole percent. */
export interface VariantDefinition {
  readonly productVariantId: number;
  readonly productId: number;
  readonly productName: string;
  readonly sku: string;
  readonly status: ProductStatus;
  readonly originalPrice: number;
  readonly discountRate: number;
  readonly stockQuantity: number;
  readonly thumbnailUrl: string;
  readonly itemOptions: readonly {
    readonly optionTypeName: string;
    readonly optionValueName: string;
  }[];
}

export interface StockItem {
  readonly productVariantId: number;
  readonly quantity: number;
}

/** A variant with its stock: `initial` is all that was ever put in, so initial − available is what orders hold. */
export interface Variant {
  definition: VariantDefinition;
  initial: number;
  available: number;
}

export interface Deduction {
  readonly sagaId: string;
  readonly userId: number;
  /** Ordered by variant id, so that equal contents compare equal. */
  readonly items: readonly StockItem[];
}

export interface ProductState {
  readonly variants: Map<number, Variant>;
  readonly deductions: Map<string, OperationRow<Deduction, readonly StockItem[]>>;
}

export type ProductFact = { readonly service: 'product' } & (
  | { readonly type: 'VariantsDefined'; readonly variants: readonly VariantDefinition[] }
  | ({ readonly type: 'StockDeducted'; readonly orderNo: string; readonly at: string } & Deduction)
  | { readonly type: 'StockRestored'; readonly orderNo: string; readonly at: string }
  | { readonly type: 'StockTombstoned'; readonly orderNo: string; readonly at: string }
  | {
      readonly type: 'StockReturned';
      readonly orderNo: string;
      readonly refundId: string;
      readonly items: readonly StockItem[];
      readonly at: string;
    }
);

export const emptyProduct = (): ProductState => ({ variants: new Map(), deductions: new Map() });

/** Folds a fact of the product service, in place. */
export function evolveProduct(state: ProductState, fact: ProductFact): void {
  switch (fact.type) {
    case 'VariantsDefined':
      for (const definition of fact.variants) define(state, definition);
      return;
    case 'StockDeducted': {
      const { orderNo, at, sagaId, userId, items } = fact;
      move(state, items, -1);
      state.deductions.set(orderNo, doneRow({ sagaId, userId, items }, at));
      return;
    }
    case 'StockRestored': {
      const row = state.deductions.get(fact.orderNo);
      if (!row) return;
      move(state, heldItems(row), 1);
      undo(row, fact.at);
      return;
    }
    case 'StockTombstoned':
      state.deductions.set(fact.orderNo, tombstone(fact.at));
      return;
    case 'StockReturned':
      move(state, fact.items, 1);
      state.deductions
        .get(fact.orderNo)
        ?.parts.set(fact.refundId, { content: fact.items, at: fact.at });
      return;
  }
}

function define(state: ProductState, definition: VariantDefinition): void {
  const known = state.variants.get(definition.productVariantId);
  const added = definition.stockQuantity - (known?.available ?? 0);
  state.variants.set(definition.productVariantId, {
    definition,
    initial: (known?.initial ?? 0) + added,
    available: definition.stockQuantity,
  });
}

function move(state: ProductState, items: readonly StockItem[], sign: 1 | -1): void {
  for (const { productVariantId, quantity } of items) {
    const variant = state.variants.get(productVariantId);
    if (variant) variant.available += sign * quantity;
  }
}

/** What an order holds now: deducted, less what was returned in parts; nothing once it is restored. */
export function heldItems(
  row: OperationRow<Deduction, readonly StockItem[]>,
): readonly StockItem[] {
  if (row.state !== 'DONE' || !row.content) return [];
  const returned = [...row.parts.values()].flatMap((part) => part.content);
  return row.content.items
    .map(({ productVariantId, quantity }) => ({
      productVariantId,
      quantity: returned
        .filter((item) => item.productVariantId === productVariantId)
        .reduce((left, item) => left - item.quantity, quantity),
    }))
    .filter((item) => item.quantity > 0);
}
