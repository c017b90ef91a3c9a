import type { CouponDefinition } from '../coupon/state.ts';

const valid: Pick<CouponDefinition, 'validFrom' | 'expiresAt' | 'reusable' | 'alreadyUsed'> = {
  validFrom: '2020-01-01T00:00:00.000Z',
  expiresAt: '2099-12-31T15:00:00.000Z',
  reusable: false,
  alreadyUsed: false,
};

const rate = (
  couponId: number,
  memberId: number | null,
  couponName: string,
  percent: number,
  minPurchaseAmount = 0,
  maxDiscountAmount: number | null = null,
): CouponDefinition => ({
  ...valid,
  couponId,
  memberId,
  couponName,
  discountType: 'RATE',
  discountValue: percent,
  minPurchaseAmount,
  maxDiscountAmount,
});

const amount = (
  couponId: number,
  memberId: number | null,
  couponName: string,
  won: number,
  minPurchaseAmount = 0,
): CouponDefinition => ({
  ...valid,
  couponId,
  memberId,
  couponName,
  discountType: 'AMOUNT',
  discountValue: won,
  minPurchaseAmount,
  maxDiscountAmount: null,
});

const expired = { validFrom: '2020-01-01T00:00:00.000Z', expiresAt: '2021-01-01T00:00:00.000Z' };
const notYet = { validFrom: '2090-01-01T00:00:00.000Z' };

/** The coupons of a new sandbox; the README says what each is good for. */
export const seedCoupons: readonly CouponDefinition[] = [
  amount(1, 1, '신규 가입 3,000원 할인', 3000),
  rate(2, 1, '전 상품 10% 할인', 10),
  rate(3, 1, '20% 할인 (최대 5,000원)', 20, 0, 5000),
  amount(4, 1, '5만원 이상 5,000원 할인', 5000, 50_000),
  { ...amount(5, 1, '만료된 2,000원 할인', 2000), ...expired },
  { ...amount(6, 1, '사용한 1,000원 할인', 1000), alreadyUsed: true },
  { ...rate(7, 1, '아직 시작되지 않은 30% 할인', 30), ...notYet },
  amount(8, 2, '이서연님 4,000원 할인', 4000),
  rate(9, 2, '10만원 이상 15% 할인 (최대 20,000원)', 15, 100_000, 20_000),
  amount(10, 3, '100만원 할인', 1_000_000),
  rate(11, 4, '100% 할인', 100),
  { ...amount(12, null, '언제나 500원 할인', 500), reusable: true },
  { ...rate(13, null, '언제나 5% 할인 (최대 1,000원)', 5, 0, 1000), reusable: true },
  amount(14, 6, '선착순 7,000원 할인', 7000, 10_000),
];
