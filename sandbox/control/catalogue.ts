import { z } from 'zod';
import type { CouponDefinition } from '../coupon/state.ts';
import { Id, Won } from '../http/fields.ts';
import { json, type Reply } from '../http/reply.ts';
import type { MemberDefinition } from '../member/state.ts';
import type { VariantDefinition } from '../product/state.ts';
import type { Store } from '../store/store.ts';

const Time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/** What may be added or changed. Ids that exist are changed in the named fields; new ones get the defaults. */
export const CatalogueBody = z.strictObject({
  variants: z
    .array(
      z.strictObject({
        productVariantId: Id,
        productId: Id.optional(),
        productName: z.string().min(1).optional(),
        sku: z.string().min(1).optional(),
        status: z.enum(['PREPARING', 'ON_SALE', 'STOP_SALE', 'DELETED']).optional(),
        originalPrice: Won.optional(),
        discountRate: z.int().min(0).max(100).optional(),
        stockQuantity: Won.optional(),
        thumbnailUrl: z.string().optional(),
        itemOptions: z
          .array(z.strictObject({ optionTypeName: z.string(), optionValueName: z.string() }))
          .optional(),
      }),
    )
    .default([]),
  members: z
    .array(
      z.strictObject({
        memberId: Id,
        name: z.string().min(1).optional(),
        phoneNumber: z.string().optional(),
        points: Won.optional(),
      }),
    )
    .default([]),
  coupons: z
    .array(
      z.strictObject({
        couponId: Id,
        couponName: z.string().min(1).optional(),
        memberId: Id.nullable().optional(),
        discountType: z.enum(['RATE', 'AMOUNT']).optional(),
        discountValue: Won.optional(),
        minPurchaseAmount: Won.optional(),
        maxDiscountAmount: Won.nullable().optional(),
        validFrom: Time.optional(),
        expiresAt: Time.optional(),
        reusable: z.boolean().optional(),
        alreadyUsed: z.boolean().optional(),
      }),
    )
    .default([]),
});

/** A definition with the fields of a change put over it. */
const changed = <Definition extends object>(
  base: Definition,
  change: { readonly [Field in keyof Definition]?: Definition[Field] | undefined },
): Definition => ({
  ...base,
  ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
});

/** Adds to the catalogue or changes it; stock and points that change count as put in or taken out by the shop. */
export function changeCatalogue(store: Store, body: z.infer<typeof CatalogueBody>): Reply {
  const { product, member, coupon } = store.world;
  const variants = body.variants.map((change): VariantDefinition => {
    const known = product.variants.get(change.productVariantId);
    const base = known
      ? { ...known.definition, stockQuantity: known.available }
      : newVariant(change.productVariantId);
    return changed(base, change);
  });
  const members = body.members.map((change): MemberDefinition => {
    const known = member.members.get(change.memberId);
    const base = known
      ? { ...known.definition, points: known.balance }
      : { memberId: change.memberId, name: '새회원', phoneNumber: '010-0000-0000', points: 0 };
    return changed(base, change);
  });
  const coupons = body.coupons.map(
    (change): CouponDefinition =>
      changed(
        coupon.coupons.get(change.couponId)?.definition ?? newCoupon(change.couponId),
        change,
      ),
  );
  const at = store.now();
  store.transact((emit) => {
    if (variants.length > 0) emit({ service: 'product', type: 'VariantsDefined', variants });
    if (members.length > 0) emit({ service: 'member', type: 'MembersDefined', members, at });
    if (coupons.length > 0) emit({ service: 'coupon', type: 'CouponsDefined', coupons });
  });
  return json(200, { variants, members, coupons });
}

const newVariant = (productVariantId: number): VariantDefinition => ({
  productVariantId,
  productId: productVariantId,
  productName: `상품 ${productVariantId}`,
  sku: `SKU-${productVariantId}`,
  status: 'ON_SALE',
  originalPrice: 10_000,
  discountRate: 0,
  stockQuantity: 0,
  thumbnailUrl: `https://cdn.example.com/variants/${productVariantId}.png`,
  itemOptions: [],
});

const newCoupon = (couponId: number): CouponDefinition => ({
  couponId,
  couponName: `쿠폰 ${couponId}`,
  memberId: null,
  discountType: 'AMOUNT',
  discountValue: 1000,
  minPurchaseAmount: 0,
  maxDiscountAmount: null,
  validFrom: '2020-01-01T00:00:00.000Z',
  expiresAt: '2099-12-31T15:00:00.000Z',
  reusable: false,
  alreadyUsed: false,
});
