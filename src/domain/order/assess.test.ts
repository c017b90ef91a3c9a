import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assessPrice,
  assessProducts,
  type CouponOffer,
  type OfferedVariant,
  orderNameOf,
} from './assess.ts';

const variant = (
  productVariantId: number,
  changes: Partial<OfferedVariant> = {},
): OfferedVariant => ({
  productId: 7,
  productVariantId,
  status: 'ON_SALE',
  productName: `상품 ${productVariantId}`,
  thumbnailUrl: null,
  unitPrice: { originalPrice: 10_000, discountRate: 10 },
  stockQuantity: 5,
  itemOptions: [],
  ...changes,
});
const rules = { points: { minUse: 0, unit: 1, minOrder: 0, maxRate: 100 }, roundingUnit: 1 };
const none: CouponOffer = { kind: 'none' };

const priced = (quantity = 2) => {
  const assessed = assessProducts([{ productVariantId: 1, quantity }], [variant(1)], 1);
  if (assessed.kind === 'refused') throw new Error('refused');
  return assessed.value.items;
};

describe('products are refused', () => {
  const line = (productVariantId: number, quantity = 1) => ({ productVariantId, quantity });
  const refusal = (
    items: Parameters<typeof assessProducts>[0],
    offered: readonly OfferedVariant[],
  ) => {
    const assessed = assessProducts(items, offered, 1);
    return assessed.kind === 'refused' ? assessed.rejection : undefined;
  };

  test('first for duplicates, even of unknown ones', () => {
    const rejection = refusal([line(9), line(9)], []);
    expect(rejection).toEqual({ code: 'DUPLICATE_VARIANT', productVariantIds: [9] });
  });
  test('then for those that are not there, before those that are not on sale', () => {
    const rejection = refusal([line(1), line(2)], [variant(1, { status: 'STOP_SALE' })]);
    expect(rejection).toEqual({ code: 'PRODUCT_NOT_FOUND', productVariantIds: [2] });
  });
  test('then for those that are not on sale, before stock', () => {
    const offered = [variant(1, { status: 'PREPARING' }), variant(2, { stockQuantity: 0 })];
    expect(refusal([line(1), line(2)], offered)).toEqual({
      code: 'PRODUCT_NOT_ON_SALE',
      variants: [{ productVariantId: 1, status: 'PREPARING' }],
    });
  });
  test('and last for stock, each shortage named', () => {
    expect(refusal([line(1, 6), line(2, 5)], [variant(1), variant(2)])).toEqual({
      code: 'INSUFFICIENT_STOCK',
      shortages: [{ productVariantId: 1, requested: 6, available: 5 }],
    });
  });
});

describe('a price', () => {
  const assess = (
    wish: Partial<Parameters<typeof assessPrice>[0]>,
    balance = 100_000,
  ): ReturnType<typeof assessPrice> =>
    assessPrice(
      { items: priced(), coupon: none, pointToUse: 0, expectedPrice: null, ...wish },
      balance,
      rules,
    );

  test('is what the lines cost, less coupon and points', () => {
    const coupon: CouponOffer = {
      kind: 'discount',
      couponId: 1,
      couponName: 'c',
      discountAmount: 3_000,
    };
    expect(assess({ coupon, pointToUse: 1_000, expectedPrice: 14_000 })).toMatchObject({
      kind: 'ok',
      value: {
        price: {
          subtotal: 18_000,
          couponDiscount: 3_000,
          pointDiscount: 1_000,
          finalPaymentAmount: 14_000,
        },
      },
    });
  });
  test.each([
    ['COUPON_NOT_FOUND', 'COUPON_NOT_FOUND'],
    ['COUPON_EXPIRED', 'COUPON_EXPIRED'],
    ['COUPON_MIN_AMOUNT_NOT_MET', 'COUPON_MIN_AMOUNT_NOT_MET'],
    ['COUPON_UNAVAILABLE', 'COUPON_NOT_USABLE'],
    ['SOMETHING_NEW', 'COUPON_NOT_USABLE'],
  ])('is refused for a coupon that its service refuses with %s', (word, code) => {
    const coupon: CouponOffer = { kind: 'refused', couponId: 3, code: word };
    // The coupon stands before points and price.
    expect(assess({ coupon, pointToUse: 1_000_000, expectedPrice: 1 })).toEqual({
      kind: 'refused',
      rejection: { code, couponId: 3, reason: word },
    });
  });
  test('is refused for points that the member does not have, before the price', () => {
    expect(assess({ pointToUse: 11, expectedPrice: 1 }, 10)).toEqual({
      kind: 'refused',
      rejection: { code: 'INSUFFICIENT_POINT', balance: 10, requested: 11 },
    });
  });
  test('is refused when the customer was shown another, with the new breakdown', () => {
    expect(assess({ expectedPrice: 17_999 })).toMatchObject({
      kind: 'refused',
      rejection: {
        code: 'ORDER_PRICE_MISMATCH',
        expectedPrice: 17_999,
        price: { finalPaymentAmount: 18_000 },
      },
    });
  });
  test('that is accepted is always the expected one, and its lines add up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.nat(50_000),
        fc.nat(50_000),
        (quantity, discountAmount, pointToUse) => {
          const coupon: CouponOffer = {
            kind: 'discount',
            couponId: 1,
            couponName: 'c',
            discountAmount,
          };
          const assessed = assess({ items: priced(quantity), coupon, pointToUse });
          if (assessed.kind === 'refused') return;
          const { lines, price } = assessed.value;
          const again = assess({
            items: priced(quantity),
            coupon,
            pointToUse,
            expectedPrice: price.finalPaymentAmount,
          });
          expect(again).toEqual(assessed);
          expect(lines.reduce((sum, { payShare }) => sum + payShare, 0)).toBe(
            price.finalPaymentAmount,
          );
        },
      ),
    );
  });
});

test('an order is named after its first product, and how many others there are', () => {
  expect(orderNameOf([{ productName: '티셔츠' }])).toBe('티셔츠');
  expect(
    orderNameOf([{ productName: '티셔츠' }, { productName: '바지' }, { productName: '모자' }]),
  ).toBe('티셔츠 외 2건');
  // The provider takes 100 characters.
  expect(
    orderNameOf([{ productName: '긴'.repeat(300) }, { productName: 'b' }]).length,
  ).toBeLessThanOrEqual(100);
});
