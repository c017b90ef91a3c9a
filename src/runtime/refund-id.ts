import { createHash } from 'node:crypto';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The id of one refund of an order: the order's number and ten base32 characters.
 * @param seed what the refund is for; the same seed names the same refund, so that asking twice is asking once
 */
export const refundIdOf = (orderNo: string, seed: string): string => {
  const digest = createHash('sha256').update(`${orderNo}/${seed}`).digest();
  const suffix = Array.from(digest.subarray(0, 10), (byte) => base32[byte % 32]).join('');
  return `${orderNo}-${suffix}`;
};

/** Names a payment key in idempotency keys and refund ids without giving it away. */
export const paymentKeyHash = (paymentKey: string): string =>
  createHash('sha256').update(paymentKey).digest('hex').slice(0, 16);

/** The refund of money that came for an order which had no use for it. */
export const lateRefundIdOf = (orderNo: string, paymentKey: string): string =>
  refundIdOf(orderNo, `late:${paymentKey}`);
