import { z } from 'zod';
import type { ProductGateway } from '../runtime/gateway-ports.ts';
import { jointLookUp } from './joint-look-up.ts';
import { judgeLookUp, judgeProbe, judgeUndo, judgeWrite } from './judge-answer.ts';
import type { ParticipantClient } from './participant.ts';

const Won = z.int().nonnegative();
const VariantStatus = z.enum(['PREPARING', 'ON_SALE', 'STOP_SALE', 'DELETED', 'UNKNOWN']);
const Variant = z.object({
  productId: z.int(),
  productVariantId: z.int(),
  status: VariantStatus.catch('UNKNOWN'),
  productName: z.string(),
  thumbnailUrl: z.string().nullish().transform(orNull),
  unitPrice: z.object({
    originalPrice: Won,
    discountRate: z.number(),
    discountAmount: Won,
    discountedPrice: Won,
  }),
  stockQuantity: z.int(),
  itemOptions: z
    .array(z.object({ optionTypeName: z.string(), optionValueName: z.string() }))
    .nullish()
    .transform((options) => options ?? []),
});
const State = z.object({ state: z.string() });

function orNull(text: string | null | undefined): string | null {
  return text ?? null;
}

/** Most ids that one request may ask for. */
const MAX_IDS = 200;

// IDEMPOTENCY_MISMATCH is missing on purpose: then something was deducted for this order, so it must be given back.
const refusals = new Set([
  'INSUFFICIENT_STOCK',
  'VARIANT_OUT_OF_STOCK',
  'VARIANT_NOT_ON_SALE',
  'VARIANT_NOT_FOUND',
]);

/** The product service: variants, and the stock that orders hold. */
export const createProductGateway = (client: ParticipantClient): ProductGateway => {
  const deduction = (orderNo: string) =>
    `/internal/stock-deductions/${encodeURIComponent(orderNo)}`;
  const variants: ProductGateway['variants'] = async (ids, context) => {
    const operation = 'variants';
    const pages = Array.from({ length: Math.ceil(ids.length / MAX_IDS) }, async (_, page) => {
      const body = { ids: ids.slice(page * MAX_IDS, (page + 1) * MAX_IDS) };
      const path = '/internal/variants/by-ids';
      const outcome = await client.read({ operation, method: 'POST', path, body, context });
      return judgeLookUp('product', operation, outcome, z.array(Variant), new Set());
    });
    const answers = await Promise.all(pages);
    return answers.flatMap((answer) => (answer.kind === 'done' ? answer.data : []));
  };

  return {
    variants: jointLookUp(variants, ({ productVariantId }) => productVariantId),

    deductStock: async (orderNo, { sagaId, memberId, items }, context) => {
      const outcome = await client.send({
        operation: 'deductStock',
        method: 'PUT',
        path: deduction(orderNo),
        body: { sagaId, userId: memberId, items },
        idempotencyKey: `${orderNo}:PRODUCT:do`,
        context,
      });
      return judgeWrite(outcome, State, refusals);
    },

    restoreStock: async (orderNo, context) => {
      const outcome = await client.send({
        operation: 'restoreStock',
        method: 'DELETE',
        path: deduction(orderNo),
        idempotencyKey: `${orderNo}:PRODUCT:undo`,
        context,
      });
      return judgeUndo(outcome, State);
    },

    returnStock: async (orderNo, refundId, items, context) => {
      const outcome = await client.send({
        operation: 'returnStock',
        method: 'POST',
        path: `${deduction(orderNo)}/returns/${encodeURIComponent(refundId)}`,
        body: { items },
        idempotencyKey: `${orderNo}:PRODUCT:undo:${refundId}`,
        context,
      });
      return judgeUndo(outcome, z.looseObject({}));
    },

    stockState: async (orderNo, context) => {
      const path = deduction(orderNo);
      const ask = { operation: 'stockState', method: 'GET', path, context } as const;
      return judgeProbe(await client.read(ask), State);
    },
  };
};
