import { doneRow, type OperationRow, tombstone, undo } from '../store/operation-row.ts';

/** A coupon as the seed defines it. `memberId: null` means that every member holds one. Amounts in won. */
export interface CouponDefinition {
  readonly couponId: number;
  readonly couponName: string;
  readonly memberId: number | null;
  readonly discountType: 'RATE' | 'AMOUNT';
  /** Whole percent for RATE, won for AMOUNT. */
  readonly discountValue: number;
  readonly minPurchaseAmount: number;
  readonly maxDiscountAmount: number | null;
  readonly validFrom: string;
  readonly expiresAt: string;
  /** A reusable coupon may be live in any number of orders. */
  readonly reusable: boolean;
  /** Spent outside of this shop before the story begins. */
  readonly alreadyUsed: boolean;
}

export interface Redemption {
  readonly sagaId: string;
  readonly userId: number;
  readonly totalAmount: number;
  readonly discountAmount: number;
}

export type RedemptionRow = OperationRow<Redemption, never> & {
  readonly couponId: number;
  readonly orderNo: string;
  /** Whether the coupon could be used again when it came back. */
  releasedAs?: 'RELEASED' | 'EXPIRED';
};

export interface Coupon {
  definition: CouponDefinition;
  /** The order that holds the coupon; never set on a reusable one. */
  heldBy: string | null;
  readonly orderNos: string[];
}

export interface CouponState {
  readonly coupons: Map<number, Coupon>;
  /** By {@link redemptionKey}. */
  readonly redemptions: Map<string, RedemptionRow>;
}

interface About {
  readonly couponId: number;
  readonly orderNo: string;
  readonly at: string;
}

export type CouponFact = { readonly service: 'coupon' } & (
  | { readonly type: 'CouponsDefined'; readonly coupons: readonly CouponDefinition[] }
  | ({ readonly type: 'CouponRedeemed' } & About & Redemption)
  | ({ readonly type: 'CouponReleased'; readonly as: 'RELEASED' | 'EXPIRED' } & About)
  | ({ readonly type: 'RedemptionTombstoned' } & About)
);

export const emptyCoupon = (): CouponState => ({ coupons: new Map(), redemptions: new Map() });

/** A redemption is a resource under a coupon, so both name it. */
export const redemptionKey = (couponId: number, orderNo: string): string =>
  `${couponId}/${orderNo}`;

/** Folds a fact of the coupon service, in place. */
export function evolveCoupon(state: CouponState, fact: CouponFact): void {
  switch (fact.type) {
    case 'CouponsDefined':
      for (const definition of fact.coupons) {
        const known = state.coupons.get(definition.couponId);
        if (known) known.definition = definition;
        else state.coupons.set(definition.couponId, { definition, heldBy: null, orderNos: [] });
      }
      return;
    case 'CouponRedeemed': {
      const { couponId, orderNo, at, sagaId, userId, totalAmount, discountAmount } = fact;
      const content = { sagaId, userId, totalAmount, discountAmount };
      remember(state, { ...doneRow<Redemption, never>(content, at), couponId, orderNo });
      const coupon = state.coupons.get(couponId);
      if (coupon && !coupon.definition.reusable) coupon.heldBy = orderNo;
      return;
    }
    case 'CouponReleased': {
      const row = state.redemptions.get(redemptionKey(fact.couponId, fact.orderNo));
      if (!row) return;
      undo(row, fact.at);
      row.releasedAs = fact.as;
      const coupon = state.coupons.get(fact.couponId);
      if (coupon?.heldBy === fact.orderNo) coupon.heldBy = null;
      return;
    }
    case 'RedemptionTombstoned': {
      const { couponId, orderNo, at } = fact;
      remember(state, { ...tombstone<Redemption, never>(at), couponId, orderNo });
      return;
    }
  }
}

function remember(state: CouponState, row: RedemptionRow): void {
  state.redemptions.set(redemptionKey(row.couponId, row.orderNo), row);
  state.coupons.get(row.couponId)?.orderNos.push(row.orderNo);
}
