import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allocate,
  discountedPrice,
  type PointPolicy,
  type PricedItem,
  priceOrder,
} from './pricing.ts';

const anyPoints: PointPolicy = { minUse: 0, unit: 1, minOrder: 0, maxRate: 100 };
const item = (
  originalPrice: number,
  discountRate: number,
  quantity: number,
  id = 1,
): PricedItem => ({
  productId: id,
  productVariantId: id,
  productName: `variant ${id}`,
  thumbnailUrl: null,
  options: [],
  originalPrice,
  discountRate,
  quantity,
});
const refusal = (items: PricedItem[], coupon: number, points: number, policy = anyPoints) => {
  const pricing = priceOrder(items, coupon, points, policy);
  return pricing.kind === 'refused' ? pricing.refusal : pricing;
};

describe('prices', () => {
  test('100 won at 29 % is 71 won, where binary fractions would make it 72', () => {
    expect(discountedPrice(100, 29)).toBe(71);
    expect(100 - Math.floor(100 * 0.29)).toBe(72);
  });

  test('a shop may round discounts down to tens of won', () =>
    expect(discountedPrice(1_990, 10, 10)).toBe(1_990 - 190));

  test('coupon first, then points; the rest is paid', () => {
    const pricing = priceOrder(
      [item(10_000, 10, 2, 1), item(5_000, 0, 1, 2)],
      3_000,
      1_000,
      anyPoints,
    );
    expect(pricing).toMatchObject({
      kind: 'priced',
      price: {
        totalOriginPrice: 25_000,
        totalProductDiscount: 2_000,
        subtotal: 23_000,
        couponDiscount: 3_000,
        pointDiscount: 1_000,
        finalPaymentAmount: 19_000,
      },
    });
  });

  test('a coupon never takes more than the lines cost', () =>
    expect(priceOrder([item(1_000, 0, 1)], 5_000, 0, anyPoints)).toMatchObject({
      price: { couponDiscount: 1_000, finalPaymentAmount: 0 },
    }));

  test('1 to 99 won cannot be paid: it says how many points more or fewer', () => {
    expect(refusal([item(1_000, 0, 1)], 0, 950)).toEqual({
      code: 'PAYMENT_AMOUNT_TOO_SMALL',
      finalPaymentAmount: 50,
      pointsMore: 50,
      pointsFewer: 50,
    });
    expect(refusal([item(50, 0, 1)], 0, 0)).toMatchObject({ pointsMore: 50, pointsFewer: null });
    expect(refusal([item(1_000, 0, 1)], 0, 900)).toMatchObject({ kind: 'priced' });
    expect(refusal([item(1_000, 0, 1)], 0, 1_000)).toMatchObject({ kind: 'priced' });
  });

  test.each([
    [{ minOrder: 30_000 }, 1_000, 0],
    [{ minUse: 2_000 }, 1_000, 10_000],
    [{ unit: 100 }, 1_050, 10_000],
    [{ maxRate: 7 }, 701, 700],
    [{}, 10_001, 10_000],
  ])('points against the shop’s rule %j are refused', (rule, points, allowed) =>
    expect(refusal([item(10_000, 0, 1)], 0, points, { ...anyPoints, ...rule })).toMatchObject({
      code: 'POINTS_NOT_ALLOWED',
      allowed,
    }),
  );

  test('an order beyond ten thousand million won is refused before any product loses precision', () =>
    expect(refusal([item(1_000_000_000, 0, 999)], 0, 0)).toEqual({
      code: 'ORDER_TOO_LARGE',
      limit: 10_000_000_000,
    }));
});

const weights = fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), {
  minLength: 1,
  maxLength: 100,
});

test('an allocation adds up exactly, none above its weight, none off its fair part by a won or more', () =>
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
      const total = all.reduce((a, b) => a + b, 0);
      const amount = Math.floor(total * share);
      const parts = allocate(amount, all);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(amount);
      parts.forEach((part, i) => {
        const weight = all[i] ?? 0;
        expect(part).toBeLessThanOrEqual(weight);
        expect(Math.abs(part - (total === 0 ? 0 : (amount * weight) / total))).toBeLessThan(1.001);
      });
    }),
  ));

test('whatever is priced adds up: lines, shares, totals; and is 0 or at least 100 won', () => {
  const items = fc.array(
    fc.record({
      price: fc.integer({ min: 0, max: 1_000_000 }),
      rate: fc.integer({ min: 0, max: 100 }),
      quantity: fc.integer({ min: 1, max: 99 }),
    }),
    { minLength: 1, maxLength: 10 },
  );
  fc.assert(
    fc.property(items, fc.nat(2_000_000), fc.nat(2_000_000), (specs, coupon, points) => {
      const pricing = priceOrder(
        specs.map((spec, i) => item(spec.price, spec.rate, spec.quantity, i + 1)),
        coupon,
        points,
        anyPoints,
      );
      if (pricing.kind === 'refused') return;
      const { price, lines } = pricing;
      const sum = (of: (line: (typeof lines)[number]) => number) =>
        lines.reduce((total, line) => total + of(line), 0);
      expect(sum((line) => line.lineTotal)).toBe(price.subtotal);
      expect(sum((line) => line.couponShare)).toBe(price.couponDiscount);
      expect(sum((line) => line.pointShare)).toBe(price.pointDiscount);
      expect(sum((line) => line.payShare)).toBe(price.finalPaymentAmount);
      expect(price.subtotal - price.couponDiscount - price.pointDiscount).toBe(
        price.finalPaymentAmount,
      );
      expect(price.finalPaymentAmount === 0 || price.finalPaymentAmount >= 100).toBe(true);
      for (const line of lines) expect(line.payShare).toBeGreaterThanOrEqual(0);
    }),
  );
});
