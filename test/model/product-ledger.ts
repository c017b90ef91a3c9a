import type { Answer, UndoAnswer } from '../../src/runtime/gateway-ports.ts';

type Items = readonly { readonly productVariantId: number; readonly quantity: number }[];
type Row = {
  state: 'DEDUCTED' | 'RESTORED' | 'TOMBSTONED';
  readonly items: Items;
  readonly returned: Map<string, Items>;
};

const refused = (code: string) =>
  ({ kind: 'refused', code, detail: code, definite: true }) as const;
const done = <T>(data: T) => ({ kind: 'done', data }) as const;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A product service's books: one row an order, written together with its effect, so that an undo keeps a late deduction out. */
export class ProductLedger {
  readonly available: Map<number, number>;
  readonly initial: ReadonlyMap<number, number>;
  readonly rows = new Map<string, Row>();
  /** How often stock was really taken, or given back whole, by order. */
  readonly effects = new Map<string, { do: number; undo: number }>();

  constructor(stock: ReadonlyMap<number, number>) {
    this.initial = stock;
    this.available = new Map(stock);
  }

  deduct(orderNo: string, items: Items): Answer<{ readonly state: string }> {
    const row = this.rows.get(orderNo);
    if (row?.state === 'DEDUCTED')
      return same(row.items, items) ? done({ state: row.state }) : refused('IDEMPOTENCY_MISMATCH');
    if (row) return refused('OPERATION_CANCELED');
    for (const { productVariantId, quantity } of items)
      if ((this.available.get(productVariantId) ?? 0) < quantity)
        return refused('INSUFFICIENT_STOCK');
    this.#move(items, -1);
    this.#count(orderNo, 'do');
    this.rows.set(orderNo, { state: 'DEDUCTED', items, returned: new Map() });
    return done({ state: 'DEDUCTED' });
  }

  restore(orderNo: string): UndoAnswer<{ readonly state: string }> {
    const row = this.rows.get(orderNo);
    if (!row) {
      this.rows.set(orderNo, { state: 'TOMBSTONED', items: [], returned: new Map() });
      return done({ state: 'TOMBSTONED' });
    }
    if (row.state === 'DEDUCTED') {
      this.#move(this.held(orderNo), 1);
      this.#count(orderNo, 'undo');
      row.state = 'RESTORED';
    }
    return done({ state: row.state });
  }

  giveBack(orderNo: string, refundId: string, items: Items): UndoAnswer<object> {
    const row = this.rows.get(orderNo);
    if (row?.state !== 'DEDUCTED') return { kind: 'unknown', reason: 'RETURN_EXCEEDS_DEDUCTION' };
    if (row.returned.has(refundId)) return done({});
    const left = new Map(this.held(orderNo).map((item) => [item.productVariantId, item.quantity]));
    for (const { productVariantId, quantity } of items)
      if ((left.get(productVariantId) ?? 0) < quantity)
        return { kind: 'unknown', reason: 'RETURN_EXCEEDS_DEDUCTION' };
    row.returned.set(refundId, items);
    this.#move(items, 1);
    return done({});
  }

  /** What the order still has of what was taken for it. */
  held(orderNo: string): Items {
    const row = this.rows.get(orderNo);
    if (row?.state !== 'DEDUCTED') return [];
    const back = new Map<number, number>();
    for (const items of row.returned.values())
      for (const { productVariantId, quantity } of items)
        back.set(productVariantId, (back.get(productVariantId) ?? 0) + quantity);
    return row.items.map(({ productVariantId, quantity }) => ({
      productVariantId,
      quantity: quantity - (back.get(productVariantId) ?? 0),
    }));
  }

  #move(items: Items, sign: 1 | -1): void {
    for (const { productVariantId, quantity } of items)
      this.available.set(
        productVariantId,
        (this.available.get(productVariantId) ?? 0) + sign * quantity,
      );
  }

  #count(orderNo: string, way: 'do' | 'undo'): void {
    const counted = this.effects.get(orderNo) ?? { do: 0, undo: 0 };
    counted[way] += 1;
    this.effects.set(orderNo, counted);
  }
}
