import { isDeepStrictEqual } from 'node:util';
import { json, problem, type Reply } from '../http/reply.ts';
import type { Store } from '../store/store.ts';
import { type Deduction, heldItems, type ProductState, type StockItem } from './state.ts';

/**
 * Takes the stock of an order, all lines or none. Repeating it answers 200 with the first result; after an undo it
 * answers 410, with other content 422.
 */
export function deduct(store: Store, orderNo: string, wanted: Deduction): Reply {
  const row = store.world.product.deductions.get(orderNo);
  if (row && row.state !== 'DONE')
    return problem(410, 'OPERATION_CANCELED', `the deduction of ${orderNo} was cancelled`);
  if (row?.content) {
    return row.content.userId === wanted.userId &&
      isDeepStrictEqual(row.content.items, wanted.items)
      ? json(200, deducted(orderNo, row.content.items, row.doneAt))
      : problem(422, 'IDEMPOTENCY_MISMATCH', `${orderNo} was deducted with other content`);
  }
  const refusal = whyNot(store.world.product, wanted.items);
  if (refusal) return refusal;
  const at = store.now();
  store.transact((emit) =>
    emit({ service: 'product', type: 'StockDeducted', orderNo, at, ...wanted }),
  );
  return json(201, deducted(orderNo, wanted.items, at));
}

/** Gives back all that the order still holds, or leaves a tombstone. Never refuses. */
export function restore(store: Store, orderNo: string): Reply {
  const row = store.world.product.deductions.get(orderNo);
  const at = store.now();
  if (!row)
    store.transact((emit) => emit({ service: 'product', type: 'StockTombstoned', orderNo, at }));
  else if (row.state === 'DONE')
    store.transact((emit) => emit({ service: 'product', type: 'StockRestored', orderNo, at }));
  return json(200, {
    orderNo,
    state: row && row.state !== 'TOMBSTONED' ? 'RESTORED' : 'TOMBSTONED',
  });
}

/** Takes back some of what the order holds; idempotent by `refundId`. */
export function takeBack(
  store: Store,
  orderNo: string,
  refundId: string,
  items: readonly StockItem[],
): Reply {
  const row = store.world.product.deductions.get(orderNo);
  if (!row?.content)
    return problem(404, 'DEDUCTION_NOT_FOUND', `nothing was deducted for ${orderNo}`);
  const earlier = row.parts.get(refundId);
  if (earlier) {
    return isDeepStrictEqual(earlier.content, items)
      ? json(200, { orderNo, refundId, items, returnedAt: earlier.at })
      : problem(422, 'IDEMPOTENCY_MISMATCH', `return ${refundId} had other content`);
  }
  const held = heldItems(row);
  const tooMuch = items.filter(({ productVariantId, quantity }) => {
    const line = held.find((item) => item.productVariantId === productVariantId);
    return quantity > (line?.quantity ?? 0);
  });
  if (tooMuch.length > 0)
    return problem(409, 'RETURN_EXCEEDS_DEDUCTION', `${orderNo} holds less than that`, {
      held,
      exceeding: tooMuch,
    });
  const at = store.now();
  store.transact((emit) =>
    emit({ service: 'product', type: 'StockReturned', orderNo, refundId, items, at }),
  );
  return json(200, { orderNo, refundId, items, returnedAt: at });
}

/** What became of the order's deduction. */
export function deductionState(store: Store, orderNo: string): Reply {
  const row = store.world.product.deductions.get(orderNo);
  if (!row) return problem(404, 'DEDUCTION_NOT_FOUND', `no deduction is known for ${orderNo}`);
  const state = { DONE: 'DEDUCTED', UNDONE: 'RESTORED', TOMBSTONED: 'TOMBSTONED' }[row.state];
  return json(200, {
    orderNo,
    state,
    items: row.content?.items ?? [],
    held: heldItems(row),
    deductedAt: row.doneAt ?? null,
    restoredAt: row.undoneAt ?? null,
  });
}

const deducted = (orderNo: string, items: readonly StockItem[], at: string | undefined) => ({
  orderNo,
  state: 'DEDUCTED',
  items,
  deductedAt: at,
});

function whyNot(state: ProductState, items: readonly StockItem[]): Reply | undefined {
  const variantOf = (item: StockItem) => state.variants.get(item.productVariantId);
  const unknown = items.find((item) => !variantOf(item));
  if (unknown)
    return problem(404, 'VARIANT_NOT_FOUND', `variant ${unknown.productVariantId} does not exist`, {
      productVariantId: unknown.productVariantId,
    });
  const withdrawn = items.find((item) => variantOf(item)?.definition.status !== 'ON_SALE');
  if (withdrawn)
    return problem(
      409,
      'VARIANT_NOT_ON_SALE',
      `variant ${withdrawn.productVariantId} is not on sale`,
      {
        productVariantId: withdrawn.productVariantId,
        status: variantOf(withdrawn)?.definition.status,
      },
    );
  const shortages = items
    .map((item) => ({
      productVariantId: item.productVariantId,
      requested: item.quantity,
      available: variantOf(item)?.available ?? 0,
    }))
    .filter(({ requested, available }) => requested > available);
  return shortages.length > 0
    ? problem(409, 'INSUFFICIENT_STOCK', 'there is not enough stock', { shortages })
    : undefined;
}
