import {
  assessPrice,
  assessProducts,
  type CouponOffer,
  duplicatesIn,
} from '../../domain/order/assess.ts';
import type { OrderPrice } from '../../domain/order/events.ts';
import type { Item } from '../../domain/order/order-types.ts';
import type { PointPolicy, Quote } from '../../domain/order/pricing.ts';
import {
  type CallContext,
  type CouponGateway,
  GatewayError,
  type MemberGateway,
  type OrderInfo,
  type ProductGateway,
} from '../../runtime/gateway-ports.ts';
import { refuse } from '../http/refuse.ts';

export type GatherDeps = {
  readonly products: Pick<ProductGateway, 'variants'>;
  readonly coupons: Pick<CouponGateway, 'calculate'>;
  readonly members: Pick<MemberGateway, 'orderInfo'>;
  readonly points: PointPolicy;
  /** Discounts are cut to multiples of this, in won. */
  readonly roundingUnit: number;
};

export type Wish = {
  readonly items: readonly Item[];
  readonly couponId: number | null;
  readonly pointToUse: number;
  /** Null for a quote. */
  readonly expectedPrice: number | null;
};

/** What an order would be, and for whom. */
export type Gathered = Quote & {
  readonly price: OrderPrice;
  readonly coupon: Extract<CouponOffer, { kind: 'discount' }> | null;
  readonly member: OrderInfo;
};

/**
 * Fetches what the decision needs, products (then the coupon, which depends on the subtotal) beside the member, and lets the
 * domain assess it.
 * @throws ProblemError for the first refusal in the order duplicates, products, member, coupon, points, price
 * @throws GatewayError while a service is away
 */
export const gatherOrder = async (
  { products, coupons, members, points, roundingUnit }: GatherDeps,
  wish: Wish,
  memberId: string,
  context: CallContext,
): Promise<Gathered> => {
  const duplicates = duplicatesIn(wish.items);
  if (duplicates.length > 0)
    return refuse({ code: 'DUPLICATE_VARIANT', productVariantIds: duplicates });

  const offer = async () => {
    const ids = wish.items.map((item) => item.productVariantId);
    const assessed = assessProducts(
      wish.items,
      await products.variants(ids, context),
      roundingUnit,
    );
    if (assessed.kind === 'refused') return refuse(assessed.rejection);
    const { items, subtotal } = assessed.value;
    return {
      items,
      coupon: await couponOffer(coupons, wish.couponId, subtotal, memberId, context),
    };
  };
  const [offered, found] = await inOrderOfFirst(offer(), members.orderInfo(memberId, context));
  const member = found ?? refuse({ code: 'MEMBER_NOT_FOUND' });

  const { items, coupon } = offered;
  const assessed = assessPrice(
    { items, coupon, pointToUse: wish.pointToUse, expectedPrice: wish.expectedPrice },
    member.pointBalance,
    { points, roundingUnit },
  );
  if (assessed.kind === 'refused') return refuse(assessed.rejection);
  return { ...assessed.value, coupon: coupon.kind === 'discount' ? coupon : null, member };
};

/** Waits for both; when both fail, the first one's failure is the answer, whichever came first. */
const inOrderOfFirst = async <A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([first, second]);
  return [await first, await second];
};

const couponOffer = async (
  coupons: GatherDeps['coupons'],
  couponId: number | null,
  totalAmount: number,
  memberId: string,
  context: CallContext,
): Promise<CouponOffer> => {
  if (couponId === null) return { kind: 'none' };
  const answer = await coupons.calculate({ memberId, couponId, totalAmount }, context);
  if (answer.kind === 'done') return { kind: 'discount', ...answer.data };
  // An error of ours says nothing of the coupon.
  if (!answer.definite) throw new GatewayError('coupon', 'MISCONFIGURED', answer.code);
  return { kind: 'refused', couponId, code: answer.code };
};
