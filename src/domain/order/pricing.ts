import type { OrderLine, OrderPrice } from './events.ts';

/** Whole-won arithmetic of an order (no floating-point rates: 100 won at 29 % is 29, not 28). */

/** One variant as the product service sells it now; prices in won. */
export type PricedItem = {
  readonly productId: number;
  readonly productVariantId: number;
  readonly productName: string;
  readonly thumbnailUrl: string | null;
  readonly options: readonly {
    readonly optionTypeName: string;
    readonly optionValueName: string;
  }[];
  readonly originalPrice: number;
  /** Whole percent, 0..100. */
  readonly discountRate: number;
  readonly quantity: number;
};

export type Quote = {
  readonly lines: readonly OrderLine[];
  readonly price: OrderPrice;
};

/** A shop's rules for using points; amounts in points (1 point = 1 won). */
export type PointPolicy = {
  /** Fewest points that may be used at once. */
  readonly minUse: number;
  /** Points are used in multiples of this. */
  readonly unit: number;
  /** Smallest order (after the coupon) that takes points. */
  readonly minOrder: number;
  /** Largest share of the order (after the coupon) in percent. */
  readonly maxRate: number;
};

/** Cards take no payment below 100 won (Toss Payments, BELOW_MINIMUM_AMOUNT); nothing at all needs none. */
export const MIN_PAYMENT = 100;
/** Largest order, in won: safe in doubles with room for shares. */
export const MAX_ORDER_TOTAL = 10_000_000_000;

export type PriceRefusal =
  | { readonly code: 'ORDER_TOO_LARGE'; readonly limit: number }
  | { readonly code: 'POINTS_NOT_ALLOWED'; readonly reason: string; readonly allowed: number }
  /** 1..99 won is left to pay: use this many points more, or (unless null: too few are used) this many fewer. */
  | {
      readonly code: 'PAYMENT_AMOUNT_TOO_SMALL';
      readonly finalPaymentAmount: number;
      readonly pointsMore: number;
      readonly pointsFewer: number | null;
    };

export type Pricing =
  | ({ readonly kind: 'priced' } & Quote)
  | { readonly kind: 'refused'; readonly refusal: PriceRefusal };

/**
 * @param originalPrice won
 * @param discountRate whole percent
 * @param roundingUnit the discount is rounded down to a multiple of this many won
 * @returns the unit price after the product's own discount, in won
 */
export const discountedPrice = (
  originalPrice: number,
  discountRate: number,
  roundingUnit = 1,
): number => {
  const discount = Math.floor((originalPrice * discountRate) / 100);
  return originalPrice - (discount - (discount % roundingUnit));
};

/** What the lines cost before coupon and points: the base of a coupon's minimum and discount. */
export const subtotalOf = (items: readonly PricedItem[], roundingUnit = 1): number =>
  items.reduce(
    (sum, { originalPrice, discountRate, quantity }) =>
      sum + discountedPrice(originalPrice, discountRate, roundingUnit) * quantity,
    0,
  );

/**
 * Prices an order: lines, coupon, then points, then the allocation of both to the lines so that the shares add up exactly.
 * @param couponDiscount won, as the coupon service calculated it for `subtotalOf(items)`; capped at the subtotal
 * @param points to use; already known to be within the member's balance
 */
export const priceOrder = (
  items: readonly PricedItem[],
  couponDiscount: number,
  points: number,
  policy: PointPolicy,
  roundingUnit = 1,
): Pricing => {
  const subtotal = subtotalOf(items, roundingUnit);
  const totalOriginPrice = items.reduce((sum, i) => sum + i.originalPrice * i.quantity, 0);
  if (totalOriginPrice > MAX_ORDER_TOTAL)
    return { kind: 'refused', refusal: { code: 'ORDER_TOO_LARGE', limit: MAX_ORDER_TOTAL } };
  const coupon = Math.min(couponDiscount, subtotal);
  const payable = subtotal - coupon;
  const refusal = refusePoints(points, payable, policy) ?? refuseTiny(payable - points, points);
  if (refusal) return { kind: 'refused', refusal };
  const price: OrderPrice = {
    totalOriginPrice,
    totalProductDiscount: totalOriginPrice - subtotal,
    subtotal,
    couponDiscount: coupon,
    pointDiscount: points,
    finalPaymentAmount: payable - points,
  };
  return { kind: 'priced', price, lines: linesOf(items, coupon, points, roundingUnit) };
};

const refusePoints = (
  points: number,
  payable: number,
  { minUse, unit, minOrder, maxRate }: PointPolicy,
): PriceRefusal | undefined => {
  if (points === 0) return undefined;
  const share = Math.floor((payable * maxRate) / 100);
  const allowed = payable < minOrder ? 0 : share - (share % unit);
  const refuse = (reason: string): PriceRefusal => ({
    code: 'POINTS_NOT_ALLOWED',
    reason,
    allowed,
  });
  if (payable < minOrder) return refuse(`points need an order of at least ${minOrder} won`);
  if (points < minUse) return refuse(`at least ${minUse} points are used at once`);
  if (points % unit !== 0) return refuse(`points are used in multiples of ${unit}`);
  if (points > allowed) return refuse(`at most ${allowed} points may be used for this order`);
  return undefined;
};

const refuseTiny = (final: number, points: number): PriceRefusal | undefined =>
  final > 0 && final < MIN_PAYMENT
    ? {
        code: 'PAYMENT_AMOUNT_TOO_SMALL',
        finalPaymentAmount: final,
        pointsMore: final,
        pointsFewer: points >= MIN_PAYMENT - final ? MIN_PAYMENT - final : null,
      }
    : undefined;

const linesOf = (
  items: readonly PricedItem[],
  coupon: number,
  points: number,
  roundingUnit: number,
): readonly OrderLine[] => {
  const bare = items.map((item) => {
    const unitPrice = discountedPrice(item.originalPrice, item.discountRate, roundingUnit);
    return { ...item, unitPrice, lineTotal: unitPrice * item.quantity };
  });
  const couponShares = allocate(
    coupon,
    bare.map((line) => line.lineTotal),
  );
  const afterCoupon = bare.map((line, i) => line.lineTotal - (couponShares[i] ?? 0));
  const pointShares = allocate(points, afterCoupon);
  return bare.map(({ discountRate: _rate, options, ...line }, i) => {
    const couponShare = couponShares[i] ?? 0;
    const pointShare = pointShares[i] ?? 0;
    const payShare = line.lineTotal - couponShare - pointShare;
    return { ...line, options: [...options], couponShare, pointShare, payShare };
  });
};

/**
 * Spreads an amount over weights: each gets its floor, the rest goes won by won to the largest weights
 * (the first among equals), never above its weight. The parts add up to the amount exactly.
 * @param amount won, at most the sum of the weights
 */
export const allocate = (amount: number, weights: readonly number[]): readonly number[] => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return weights.map(() => 0);
  // Two numbers below 10^10 multiply beyond what a double holds exactly.
  const parts = weights.map((weight) => Number((BigInt(amount) * BigInt(weight)) / BigInt(total)));
  let rest = amount - parts.reduce((sum, part) => sum + part, 0);
  const largestFirst = weights
    .map((weight, index) => ({ weight, index }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  for (const { weight, index } of largestFirst) {
    const part = parts[index] ?? 0;
    const extra = Math.min(rest, weight - part, 1);
    parts[index] = part + extra;
    rest -= extra;
  }
  return parts;
};
