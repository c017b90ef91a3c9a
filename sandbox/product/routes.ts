import { z } from 'zod';
import { Id, OrderNo } from '../http/fields.ts';
import { json, problem } from '../http/reply.ts';
import type { Call, Route } from '../http/route.ts';
import type { Variant } from './state.ts';
import { deduct, deductionState, restore, takeBack } from './stock.ts';

const Items = z
  .array(z.object({ productVariantId: Id, quantity: z.int().min(1).max(1_000_000) }))
  .min(1)
  .max(200)
  .refine((items) => new Set(items.map((item) => item.productVariantId)).size === items.length, {
    message: 'a variant may appear once',
  })
  .transform((items) => items.sort((a, b) => a.productVariantId - b.productVariantId));
const DeductionBody = z.object({ sagaId: z.string().min(1).max(200), userId: Id, items: Items });
const ReturnBody = z.object({ items: Items });
const Ids = z
  .array(Id)
  .min(1)
  .max(200)
  .refine((ids) => new Set(ids).size === ids.length, { message: 'ids must be unique' });
const ByIdsBody = z.union([
  z.object({ ids: Ids }).transform(({ ids }) => ids),
  z.object({ variantIds: Ids }).transform(({ variantIds }) => variantIds),
]);

/** A variant as the product service shows it. The discount is cut to whole won in integer arithmetic. */
export function variantView({ definition, available }: Variant) {
  const { productId, productVariantId, status, sku, productName, thumbnailUrl } = definition;
  const { originalPrice, discountRate, itemOptions } = definition;
  const discountAmount = Math.floor((originalPrice * discountRate) / 100);
  return {
    productId,
    productVariantId,
    status,
    sku,
    productName,
    thumbnailUrl,
    unitPrice: {
      originalPrice,
      discountRate,
      discountAmount,
      discountedPrice: originalPrice - discountAmount,
    },
    stockQuantity: available,
    itemOptions,
  };
}

const orderNoOf = (call: Call) => OrderNo.parse(call.params.orderNo);
const DEDUCTION = '/product/internal/stock-deductions/:orderNo';
const aboutOrder = { service: 'product', orderNo: (call: Call) => call.params.orderNo } as const;

/** The product service: look-ups, and the stock of orders. */
export const productRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/product/internal/variants/by-ids',
    service: 'product',
    operation: 'getVariants',
    handle: (call, store) =>
      json(
        200,
        ByIdsBody.parse(call.body).flatMap((id) => {
          const variant = store.world.product.variants.get(id);
          return variant ? [variantView(variant)] : [];
        }),
      ),
  },
  {
    method: 'GET',
    path: '/product/internal/variants/:variantId',
    service: 'product',
    operation: 'getVariant',
    handle: (call, store) => {
      const variant = store.world.product.variants.get(Id.parse(call.params.variantId));
      return variant
        ? json(200, variantView(variant))
        : problem(404, 'VARIANT_NOT_FOUND', `variant ${call.params.variantId} does not exist`);
    },
  },
  {
    ...aboutOrder,
    method: 'PUT',
    path: DEDUCTION,
    operation: 'deductStock',
    handle: (call, store) => deduct(store, orderNoOf(call), DeductionBody.parse(call.body)),
  },
  {
    ...aboutOrder,
    method: 'DELETE',
    path: DEDUCTION,
    operation: 'restoreStock',
    handle: (call, store) => restore(store, orderNoOf(call)),
  },
  {
    ...aboutOrder,
    method: 'GET',
    path: DEDUCTION,
    operation: 'getDeduction',
    handle: (call, store) => deductionState(store, orderNoOf(call)),
  },
  {
    ...aboutOrder,
    method: 'POST',
    path: `${DEDUCTION}/returns/:refundId`,
    operation: 'returnStock',
    handle: (call, store) =>
      takeBack(
        store,
        orderNoOf(call),
        call.params.refundId ?? '',
        ReturnBody.parse(call.body).items,
      ),
  },
];
