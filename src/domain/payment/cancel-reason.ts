import type { Payment, PaymentCancel } from './payment.ts';

/** The provider's limit of `cancelReason`, in characters. */
const MAX_REASON = 200;

const markOf = (refundId: string): string => `[${refundId}]`;

/**
 * The reason sent with a cancellation: it ends with the refund's id, because the provider's list of cancellations
 * keeps the reason and nothing else of ours.
 * @param refundId at most 100 characters
 */
export const cancelReasonOf = (reason: string, refundId: string): string => {
  const mark = markOf(refundId);
  const room = MAX_REASON - mark.length - 1;
  // A cut must not leave half of a surrogate pair behind.
  const words = reason
    .trim()
    .slice(0, room)
    .replace(/[\uD800-\uDBFF]$/, '');
  return words === '' ? mark : `${words} ${mark}`;
};

/** Finds the cancellation that one of our refunds made; undefined when it never got through. */
export const findCancel = (
  payment: Pick<Payment, 'cancels'>,
  refundId: string,
): PaymentCancel | undefined =>
  payment.cancels.find(({ reason }) => reason.endsWith(markOf(refundId)));
