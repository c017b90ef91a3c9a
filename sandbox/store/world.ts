import {
  type ControlFact,
  type ControlState,
  emptyControl,
  evolveControl,
} from '../control/state.ts';
import { type CouponFact, type CouponState, emptyCoupon, evolveCoupon } from '../coupon/state.ts';
import { emptyMember, evolveMember, type MemberFact, type MemberState } from '../member/state.ts';
import {
  emptyProduct,
  evolveProduct,
  type ProductFact,
  type ProductState,
} from '../product/state.ts';
import { emptyToss, evolveToss, type TossFact, type TossState } from '../toss/state.ts';

/** Everything that has happened in the sandbox is one of these; the journal holds nothing else. */
export type Fact = ProductFact | CouponFact | MemberFact | TossFact | ControlFact;

/** The state of all services, folded from the facts. */
export interface World {
  product: ProductState;
  coupon: CouponState;
  member: MemberState;
  toss: TossState;
  control: ControlState;
}

/** A world in which nothing has happened. */
export function emptyWorld(): World {
  return {
    product: emptyProduct(),
    coupon: emptyCoupon(),
    member: emptyMember(),
    toss: emptyToss(),
    control: emptyControl(),
  };
}

/** Folds one fact into the world, in place. */
export function evolveWorld(world: World, fact: Fact): void {
  switch (fact.service) {
    case 'product':
      evolveProduct(world.product, fact);
      return;
    case 'coupon':
      evolveCoupon(world.coupon, fact);
      return;
    case 'member':
      evolveMember(world.member, fact);
      return;
    case 'toss':
      evolveToss(world.toss, fact);
      return;
    case 'control':
      if (fact.type === 'Reset') Object.assign(world, emptyWorld());
      evolveControl(world.control, fact);
      return;
  }
}
