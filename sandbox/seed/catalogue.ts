import type { Emit } from '../store/store.ts';
import { seedCoupons } from './coupons.ts';
import { seedMembers } from './members.ts';
import { seedVariants } from './variants.ts';

/** Fills an empty world. The definitions go into the journal, so an old journal does not depend on a newer seed. */
export function plantCatalogue(emit: Emit, at: string): void {
  emit({ service: 'product', type: 'VariantsDefined', variants: seedVariants });
  emit({ service: 'member', type: 'MembersDefined', members: seedMembers, at });
  emit({ service: 'coupon', type: 'CouponsDefined', coupons: seedCoupons });
}
