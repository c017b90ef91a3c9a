import { json, problem, type Reply } from '../http/reply.ts';
import type { Store } from '../store/store.ts';
import { type Coupon, type Redemption, redemptionKey } from './state.ts';

/** How a coupon stands at a moment (ISO 8601). */
export function couponStatus(coupon: Coupon, now: string): 'AVAILABLE' | 'USED' | 'EXPIRED' {
  if (coupon.heldBy !== null || coupon.definition.alreadyUsed) return 'USED';
  return isExpired(coupon, now) ? 'EXPIRED' : 'AVAILABLE';
}

const isExpired = (coupon: Coupon, now: string) => coupon.definition.expiresAt <= now;

/** The coupon, if this member holds it. */
export function couponOf(store: Store, couponId: number, userId: number): Coupon | undefined {
  const coupon = store.world.coupon.coupons.get(couponId);
  const owner = coupon?.definition.memberId;
  return owner === null || owner === userId ? coupon : undefined;
}

/** What the coupon takes off a total, in won: never more than the total, a rate cut to whole won and capped. */
export function discountOf({ definition }: Coupon, totalAmount: number): number {
  const { discountType, discountValue, maxDiscountAmount } = definition;
  if (discountType === 'AMOUNT') return Math.min(discountValue, totalAmount);
  const byRate = Math.floor((totalAmount * discountValue) / 100);
  return Math.min(byRate, maxDiscountAmount ?? byRate);
}

function whyNotNow(coupon: Coupon, totalAmount: number, now: string): Reply | undefined {
  if (isExpired(coupon, now)) return problem(409, 'COUPON_EXPIRED', 'the coupon has expired');
  if (coupon.definition.validFrom > now)
    return problem(409, 'COUPON_UNAVAILABLE', 'the coupon is not valid yet');
  const { minPurchaseAmount } = coupon.definition;
  return totalAmount < minPurchaseAmount
    ? problem(409, 'COUPON_MIN_AMOUNT_NOT_MET', `the coupon needs ${minPurchaseAmount} won`, {
        minPurchaseAmount,
      })
    : undefined;
}

/** The answer for a coupon that does not exist or is another member's. */
export const couponNotFound = (couponId: number): Reply =>
  problem(404, 'COUPON_NOT_FOUND', `coupon ${couponId} does not exist`);

/** Says what a coupon would take off; changes nothing. */
export function calculate(
  store: Store,
  wanted: { readonly userId: number; readonly couponId: number; readonly totalAmount: number },
): Reply {
  const coupon = couponOf(store, wanted.couponId, wanted.userId);
  if (!coupon) return couponNotFound(wanted.couponId);
  const now = store.now();
  if (couponStatus(coupon, now) === 'USED')
    return problem(409, 'COUPON_UNAVAILABLE', 'the coupon was used');
  return (
    whyNotNow(coupon, wanted.totalAmount, now) ??
    json(200, {
      couponId: wanted.couponId,
      couponName: coupon.definition.couponName,
      discountAmount: discountOf(coupon, wanted.totalAmount),
    })
  );
}

/** Gives the coupon to an order, if no other order has it and the discount is still what the order expects. */
export function redeem(store: Store, couponId: number, orderNo: string, wanted: Redemption): Reply {
  const row = store.world.coupon.redemptions.get(redemptionKey(couponId, orderNo));
  if (row && row.state !== 'DONE')
    return problem(410, 'OPERATION_CANCELED', `the redemption by ${orderNo} was cancelled`);
  if (row?.content) {
    const { userId, totalAmount, discountAmount } = row.content;
    return userId === wanted.userId &&
      totalAmount === wanted.totalAmount &&
      discountAmount === wanted.discountAmount
      ? json(200, redeemed(couponId, orderNo, discountAmount, row.doneAt))
      : problem(422, 'IDEMPOTENCY_MISMATCH', `${orderNo} redeemed the coupon with other content`);
  }
  const coupon = couponOf(store, couponId, wanted.userId);
  if (!coupon) return couponNotFound(couponId);
  const at = store.now();
  if (couponStatus(coupon, at) === 'USED')
    return problem(409, 'COUPON_ALREADY_USED', 'the coupon was used');
  const refusal = whyNotNow(coupon, wanted.totalAmount, at);
  if (refusal) return refusal;
  const discountAmount = discountOf(coupon, wanted.totalAmount);
  if (discountAmount !== wanted.discountAmount)
    return problem(409, 'COUPON_DISCOUNT_CHANGED', 'the coupon takes off another amount now', {
      discountAmount,
    });
  store.transact((emit) =>
    emit({ service: 'coupon', type: 'CouponRedeemed', couponId, orderNo, at, ...wanted }),
  );
  return json(201, redeemed(couponId, orderNo, discountAmount, at));
}

/** Takes the coupon back from an order, or leaves a tombstone. Never refuses. */
export function release(store: Store, couponId: number, orderNo: string): Reply {
  const row = store.world.coupon.redemptions.get(redemptionKey(couponId, orderNo));
  const coupon = store.world.coupon.coupons.get(couponId);
  const about = { service: 'coupon', couponId, orderNo, at: store.now() } as const;
  if (!row) store.transact((emit) => emit({ ...about, type: 'RedemptionTombstoned' }));
  else if (row.state === 'DONE') {
    const as = coupon && isExpired(coupon, about.at) ? 'EXPIRED' : 'RELEASED';
    store.transact((emit) => emit({ ...about, type: 'CouponReleased', as }));
  }
  return json(200, { couponId, orderNo, state: row?.releasedAs ?? 'TOMBSTONED' });
}

/** What became of an order's redemption. */
export function redemptionState(store: Store, couponId: number, orderNo: string): Reply {
  const row = store.world.coupon.redemptions.get(redemptionKey(couponId, orderNo));
  if (!row) return problem(404, 'REDEMPTION_NOT_FOUND', `${orderNo} never redeemed the coupon`);
  return json(200, {
    couponId,
    orderNo,
    state: row.state === 'DONE' ? 'REDEEMED' : (row.releasedAs ?? 'TOMBSTONED'),
    discountAmount: row.content?.discountAmount ?? 0,
  });
}

const redeemed = (couponId: number, orderNo: string, discountAmount: number, at?: string) => ({
  couponId,
  orderNo,
  state: 'REDEEMED',
  discountAmount,
  redeemedAt: at,
});
