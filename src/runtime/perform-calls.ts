import type { Call, CallAnswer } from '../process-managers/process-manager.ts';
import type {
  Answer,
  CallContext,
  CouponGateway,
  MemberGateway,
  Probe,
  ProductGateway,
} from './gateway-ports.ts';
import type { PaymentGateway } from './payment-gateway-ports.ts';
import { cancelPayment, lookUpPayment, resolvePayment } from './perform-payment.ts';

/** Everything outside that a saga can call. */
export type Participants = {
  readonly product: ProductGateway;
  readonly coupon: CouponGateway;
  readonly member: MemberGateway;
  readonly payment: PaymentGateway;
};

/** A call that goes to a participant: all but the cart, which is ours. */
export type OutsideCall = Exclude<Call, { readonly type: 'SubtractOrdered' }>;

/**
 * Makes a saga's call once.
 * @param first for a confirmation: nothing was asked of the provider before, so there is nothing to look up
 */
export const perform = async (
  call: OutsideCall,
  { product, coupon, member, payment }: Participants,
  context: CallContext,
  first: boolean,
): Promise<CallAnswer> => {
  const { orderNo } = call;
  // The saga of an order has the order's number.
  const sagaId = orderNo;
  switch (call.type) {
    case 'DeductStock': {
      const { memberId, items } = call;
      return plain(await product.deductStock(orderNo, { sagaId, memberId, items }, context));
    }
    case 'RestoreStock':
      return plain(await product.restoreStock(orderNo, context));
    case 'RedeemCoupon': {
      const { memberId, couponId, totalAmount, discountAmount } = call;
      const redemption = { sagaId, memberId, couponId, totalAmount, discountAmount };
      return plain(await coupon.redeem(orderNo, redemption, context));
    }
    case 'ReleaseCoupon':
      return plain(await coupon.release(orderNo, call.couponId, context));
    case 'DeductPoints': {
      const { memberId, amount } = call;
      return plain(await member.usePoints(orderNo, { sagaId, memberId, amount }, context));
    }
    case 'RefundPoints':
      return plain(await member.refundPoints(orderNo, call.memberId, context));
    case 'RefundPointsPart': {
      const { memberId, refundId, amount } = call;
      return plain(await member.refundPart(orderNo, { memberId, refundId, amount }, context));
    }
    case 'ReturnStock':
      return plain(await product.returnStock(orderNo, call.refundId, call.items, context));
    case 'ResolvePayment':
      return resolvePayment(call, payment, context, first);
    case 'LookUpPayment':
      return lookUpPayment(call, payment, context);
    case 'CancelPayment':
      return cancelPayment(call, payment, context);
  }
};

/** The words for "it was done and stands" that participants answer a look-up with. */
const STANDS: readonly string[] = ['DEDUCTED', 'REDEEMED', 'RESERVED', 'USED'];

/**
 * Asks the participant whether a forward call of unknown outcome took effect.
 * @returns done, or null when that is not known for certain
 */
export const probe = async (
  call: OutsideCall,
  { product, coupon, member }: Participants,
  context: CallContext,
): Promise<CallAnswer | null> => {
  if (call.type === 'DeductStock') return standing(await product.stockState(call.orderNo, context));
  if (call.type === 'RedeemCoupon')
    return standing(await coupon.redemption(call.orderNo, call.couponId, context));
  if (call.type === 'DeductPoints')
    return standing(await member.pointUse(call.orderNo, call.memberId, context));
  return null;
};

const standing = (found: Probe<{ readonly state: string }>): CallAnswer | null =>
  found.kind === 'found' && STANDS.includes(found.data.state)
    ? { kind: 'done', data: found.data }
    : null;

const plain = (answer: Answer<object>): CallAnswer =>
  answer.kind === 'done' ? { kind: 'done', data: { ...answer.data } } : answer;
