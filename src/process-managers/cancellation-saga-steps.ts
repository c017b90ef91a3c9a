import type { CancellationEvent, CancellationStep } from '../domain/cancellation/events.ts';
import type { CancellationState, Wish } from './cancellation-saga-state.ts';
import type { Call } from './process-manager.ts';

/** What this refund has to do, in order. A late payment gives back money only: the rest went back when the order ended. */
export const planCancellation = (wish: Wish): readonly CancellationStep[] => [
  ...(wish.amount > 0 && wish.paymentKey !== null ? (['PAYMENT'] as const) : []),
  ...(wish.points > 0 ? (['USER'] as const) : []),
  ...(wish.couponId !== null ? (['COUPON'] as const) : []),
  ...(wish.items.length > 0 ? (['PRODUCT'] as const) : []),
];

/** The call that carries a step out. */
export const callFor = (
  step: CancellationStep,
  { orderNo, refundId, progress }: CancellationState,
  wish: Wish,
): Call => {
  const { memberId, amount, refundableBefore, points, items, reason } = wish;
  switch (step) {
    case 'PAYMENT':
      return {
        type: 'CancelPayment',
        orderNo,
        refundId,
        paymentKey: wish.paymentKey ?? '',
        amount,
        refundableBefore,
        attempt: progress.paymentTries + 1,
        reason,
      };
    case 'USER':
      return { type: 'RefundPointsPart', orderNo, memberId, refundId, amount: points };
    case 'COUPON':
      return { type: 'ReleaseCoupon', orderNo, couponId: wish.couponId ?? 0 };
    case 'PRODUCT':
      return { type: 'ReturnStock', orderNo, refundId, items };
  }
};

/** Which step a call carries out; null for a call of the order saga. */
export const cancellationStepOf = (call: Call): CancellationStep | null => {
  switch (call.type) {
    case 'CancelPayment':
      return 'PAYMENT';
    case 'RefundPointsPart':
      return 'USER';
    case 'ReleaseCoupon':
      return 'COUPON';
    case 'ReturnStock':
      return 'PRODUCT';
    case 'DeductStock':
    case 'RestoreStock':
    case 'RedeemCoupon':
    case 'DeductPoints':
    case 'RefundPoints':
    case 'ResolvePayment':
    case 'LookUpPayment':
    case 'SubtractOrdered':
      return null;
  }
};

/** The event that says a step is done. */
export const stepDone = (
  step: CancellationStep,
  { orderNo, refundId }: CancellationState,
  wish: Wish,
  data: Readonly<Record<string, unknown>>,
): CancellationEvent => {
  const refund = { orderNo, refundId };
  switch (step) {
    case 'PAYMENT':
      return {
        type: 'PaymentCancelled',
        data: {
          ...refund,
          amount: wish.amount,
          transactionKey: textOr(data.transactionKey, null),
        },
      };
    case 'USER':
      return { type: 'CancellationPointsRefunded', data: { ...refund, points: wish.points } };
    case 'COUPON':
      return {
        type: 'CancellationCouponReleased',
        data: { ...refund, state: textOr(data.state, 'RELEASED') },
      };
    case 'PRODUCT':
      return { type: 'CancellationStockReturned', data: refund };
  }
};

const textOr = <Otherwise>(value: unknown, otherwise: Otherwise): string | Otherwise =>
  typeof value === 'string' ? value : otherwise;
