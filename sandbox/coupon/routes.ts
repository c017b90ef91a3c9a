import { z } from 'zod';
import { Id, OrderNo, PositiveWon, Won } from '../http/fields.ts';
import { json } from '../http/reply.ts';
import type { Call, Route } from '../http/route.ts';
import {
  calculate,
  couponNotFound,
  couponOf,
  couponStatus,
  redeem,
  redemptionState,
  release,
} from './redemptions.ts';
import type { Coupon } from './state.ts';

const CalculateBody = z.object({ userId: Id, couponId: Id, totalAmount: Won });
const RedemptionBody = z.object({
  sagaId: z.string().min(1).max(200),
  userId: Id,
  totalAmount: PositiveWon,
  discountAmount: Won,
});

/** A coupon as its holder sees it at a moment. */
function couponView(coupon: Coupon, now: string) {
  const { couponId, couponName, discountType, discountValue } = coupon.definition;
  const { minPurchaseAmount, maxDiscountAmount, validFrom, expiresAt } = coupon.definition;
  return {
    couponId,
    couponName,
    discountType,
    discountValue,
    minPurchaseAmount,
    ...(maxDiscountAmount !== null && { maxDiscountAmount }),
    validFrom,
    expiresAt,
    status: couponStatus(coupon, now),
  };
}

const REDEMPTION = '/coupon/internal/coupons/:couponId/redemptions/:orderNo';
const aboutOrder = { service: 'coupon', orderNo: (call: Call) => call.params.orderNo } as const;
const couponIdOf = (call: Call) => Id.parse(call.params.couponId);
const orderNoOf = (call: Call) => OrderNo.parse(call.params.orderNo);

/** The coupon service: look-ups, calculation, and redemption by orders. */
export const couponRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/coupon/internal/users/:userId/coupons/:couponId',
    service: 'coupon',
    operation: 'getCoupon',
    handle: (call, store) => {
      const couponId = couponIdOf(call);
      const coupon = couponOf(store, couponId, Id.parse(call.params.userId));
      return coupon ? json(200, couponView(coupon, store.now())) : couponNotFound(couponId);
    },
  },
  {
    method: 'POST',
    path: '/coupon/internal/coupons/calculate',
    service: 'coupon',
    operation: 'calculateDiscount',
    handle: (call, store) => calculate(store, CalculateBody.parse(call.body)),
  },
  {
    ...aboutOrder,
    method: 'PUT',
    path: REDEMPTION,
    operation: 'redeemCoupon',
    handle: (call, store) =>
      redeem(store, couponIdOf(call), orderNoOf(call), RedemptionBody.parse(call.body)),
  },
  {
    ...aboutOrder,
    method: 'DELETE',
    path: REDEMPTION,
    operation: 'releaseCoupon',
    handle: (call, store) => release(store, couponIdOf(call), orderNoOf(call)),
  },
  {
    ...aboutOrder,
    method: 'GET',
    path: REDEMPTION,
    operation: 'getRedemption',
    handle: (call, store) => redemptionState(store, couponIdOf(call), orderNoOf(call)),
  },
];
