import { z } from 'zod';
import type { CouponGateway } from '../runtime/gateway-ports.ts';
import { judgeLookUp, judgeProbe, judgeUndo, judgeWrite } from './judge-answer.ts';
import type { ParticipantClient } from './participant.ts';

const Won = z.int().nonnegative();
const CouponStatus = z.enum(['AVAILABLE', 'RESERVED', 'USED', 'EXPIRED', 'UNKNOWN']);
const Coupon = z.object({
  couponId: z.int(),
  couponName: z.string(),
  discountType: z.enum(['RATE', 'AMOUNT']),
  discountValue: Won,
  minPurchaseAmount: Won,
  maxDiscountAmount: Won.nullish().transform((most) => most ?? null),
  validFrom: z.string(),
  expiresAt: z.string(),
  status: CouponStatus.catch('UNKNOWN'),
});
const Calculation = z.object({
  couponId: z.int(),
  couponName: z.string(),
  discountAmount: Won,
});
const State = z.object({ state: z.string() });

const notFound = new Set(['COUPON_NOT_FOUND']);
const calculationRefusals = new Set([
  ...notFound,
  'COUPON_EXPIRED',
  'COUPON_MIN_AMOUNT_NOT_MET',
  'COUPON_UNAVAILABLE',
]);
// IDEMPOTENCY_MISMATCH is missing on purpose: then this order holds the coupon, so it must be released.
const redemptionRefusals = new Set([
  ...calculationRefusals,
  'COUPON_ALREADY_USED',
  'COUPON_DISCOUNT_CHANGED',
]);

/** The coupon service: what a coupon is worth, and which order holds it. */
export const createCouponGateway = (client: ParticipantClient): CouponGateway => {
  const redemption = (orderNo: string, couponId: number) =>
    `/internal/coupons/${couponId}/redemptions/${encodeURIComponent(orderNo)}`;
  return {
    coupon: async (memberId, couponId, context) => {
      const operation = 'coupon';
      const path = `/internal/users/${encodeURIComponent(memberId)}/coupons/${couponId}`;
      const outcome = await client.read({ operation, method: 'GET', path, context });
      const answer = judgeLookUp('coupon', operation, outcome, Coupon, notFound);
      return answer.kind === 'done' ? answer.data : null;
    },

    calculate: async ({ memberId, couponId, totalAmount }, context) => {
      const operation = 'calculate';
      const path = '/internal/coupons/calculate';
      const body = { userId: memberId, couponId, totalAmount };
      const outcome = await client.read({ operation, method: 'POST', path, body, context });
      return judgeLookUp('coupon', operation, outcome, Calculation, calculationRefusals);
    },

    redeem: async (orderNo, wish, context) => {
      const { sagaId, memberId, couponId, totalAmount, discountAmount } = wish;
      const outcome = await client.send({
        operation: 'redeem',
        method: 'PUT',
        path: redemption(orderNo, couponId),
        body: { sagaId, userId: memberId, totalAmount, discountAmount },
        idempotencyKey: `${orderNo}:COUPON:do`,
        context,
      });
      return judgeWrite(outcome, z.looseObject({}), redemptionRefusals);
    },

    release: async (orderNo, couponId, context) => {
      const outcome = await client.send({
        operation: 'release',
        method: 'DELETE',
        path: redemption(orderNo, couponId),
        idempotencyKey: `${orderNo}:COUPON:undo`,
        context,
      });
      return judgeUndo(outcome, State);
    },

    redemption: async (orderNo, couponId, context) => {
      const path = redemption(orderNo, couponId);
      const ask = { operation: 'redemption', method: 'GET', path, context } as const;
      return judgeProbe(await client.read(ask), State);
    },
  };
};
