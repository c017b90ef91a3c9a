import { accept, type Decision, reject } from '../kernel/decider.ts';
import type { OrderEvent } from './events.ts';
import type { OrderCommand, OrderRejection, PlacedOrder } from './order-types.ts';
import { planRefund, refundedAmount } from './refund.ts';

type Decided = Decision<OrderEvent, OrderRejection>;
type CommandOf<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;
type CancellationCommand = CommandOf<
  'CancelUnpaid' | 'RequestCancellation' | 'FinishCancellation' | 'RefuseCancellation'
>;

/** Cancelling: at once before payment; afterwards a request that locks the order until the cancellation saga has ended. */
export const decideCancellation = (command: CancellationCommand, state: PlacedOrder): Decided => {
  switch (command.type) {
    case 'CancelUnpaid':
      return cancelUnpaid(command, state);
    case 'RequestCancellation':
      return requestCancellation(command, state);
    case 'FinishCancellation':
      return finishCancellation(command, state);
    case 'RefuseCancellation':
      return refuseCancellation(command, state);
  }
};

const cancelUnpaid = (
  { reason, failureCode }: CommandOf<'CancelUnpaid'>,
  { status, orderNo, failureCode: endedWith }: PlacedOrder,
): Decided => {
  if (status === 'PENDING' || status === 'PAYMENT_WAITING')
    return accept({ type: 'OrderCancelled', data: { orderNo, failureCode, refund: null, reason } });
  return status === 'CANCELED' && endedWith === failureCode
    ? accept()
    : reject({ code: 'ORDER_NOT_CANCELABLE', status });
};

const requestCancellation = (
  { refundId, items, reason, by, restoreCoupon, at }: CommandOf<'RequestCancellation'>,
  state: PlacedOrder,
): Decided => {
  const { status, orderNo, memberId, cancelling, payment, coupon } = state;
  const asked =
    cancelling?.refundId === refundId ||
    state.refunds.some((refund) => refund.refundId === refundId) ||
    state.refusedRefunds.includes(refundId);
  if (asked) return accept();
  if (cancelling)
    return reject({ code: 'CANCELLATION_IN_PROGRESS', refundId: cancelling.refundId });
  if ((status !== 'COMPLETED' && status !== 'PARTIALLY_CANCELED') || payment === null)
    return reject({ code: 'ORDER_NOT_CANCELABLE', status });
  const plan = planRefund(state, items, restoreCoupon);
  if (plan.kind === 'exceeds') {
    const { productVariantId, left } = plan;
    return reject({ code: 'CANCELLATION_EXCEEDS_ORDER', productVariantId, left });
  }
  return accept({
    type: 'OrderCancellationRequested',
    data: {
      orderNo,
      memberId,
      refundId,
      items: [...plan.refund.items],
      amount: plan.refund.amount,
      points: plan.refund.points,
      releaseCoupon: plan.refund.releaseCoupon,
      paymentKey: payment.paymentKey,
      refundableBefore: payment.amount - refundedAmount(state),
      couponId: coupon?.couponId ?? null,
      full: plan.full,
      reason,
      by,
      requestedAt: at,
    },
  });
};

const finishCancellation = (
  { refundId }: CommandOf<'FinishCancellation'>,
  { orderNo, cancelling }: PlacedOrder,
): Decided => {
  if (cancelling?.refundId !== refundId) return accept();
  const { items, amount, points, releaseCoupon, full, reason } = cancelling;
  const refund = { refundId, items, amount, points, releaseCoupon };
  return full
    ? accept({ type: 'OrderCancelled', data: { orderNo, failureCode: null, refund, reason } })
    : accept({ type: 'OrderLinesCancelled', data: { orderNo, ...refund } });
};

const refuseCancellation = (
  { refundId, providerCode, reason }: CommandOf<'RefuseCancellation'>,
  { orderNo, cancelling }: PlacedOrder,
): Decided =>
  cancelling?.refundId === refundId
    ? accept({ type: 'CancellationRefused', data: { orderNo, refundId, providerCode, reason } })
    : accept();
