import { findCancel } from '../domain/payment/cancel-reason.ts';
import type { Payment } from '../domain/payment/payment.ts';
import type { Call, CallAnswer, Confirmed } from '../process-managers/process-manager.ts';
import type { CallContext, Probe } from './gateway-ports.ts';
import type { CancelAnswer, PaymentGateway } from './payment-gateway-ports.ts';
import { lateRefundIdOf } from './refund-id.ts';

type CallOf<Type extends Call['type']> = Extract<Call, { type: Type }>;

/**
 * Finds out what became of a confirmation. Unless it is the very first request the provider is asked what it knows
 * before it is asked to confirm (again); where the answer to a confirmation proves nothing it is asked once more.
 */
export const resolvePayment = async (
  { orderNo, confirmation }: CallOf<'ResolvePayment'>,
  payments: PaymentGateway,
  context: CallContext,
  first: boolean,
): Promise<CallAnswer> => {
  const { paymentKey, amount, idempotencyKey } = confirmation;
  const lateRefundId = lateRefundIdOf(orderNo, paymentKey);
  const finding = { kind: 'payment-found', first, lateRefundId } as const;
  if (!first) {
    const look = await payments.byKey(paymentKey, context);
    if (!mayBeConfirmed(look, orderNo)) return { ...finding, confirmed: null, look };
  }
  const confirmed = await payments.confirm(
    { paymentKey, orderNo, amount, idempotencyKey },
    context,
  );
  const look = provesSomething(confirmed, first) ? null : await payments.byKey(paymentKey, context);
  return { ...finding, confirmed, look };
};

const mayBeConfirmed = (look: Probe<Payment>, orderNo: string): boolean =>
  look.kind === 'found' && look.data.status === 'IN_PROGRESS' && look.data.orderId === orderNo;

const provesSomething = (confirmed: Confirmed, first: boolean): boolean => {
  switch (confirmed.kind) {
    case 'approved':
    case 'mismatch':
    case 'pending-deposit':
    case 'not-sent':
      return true;
    case 'declined':
      return confirmed.definite || first;
    case 'unknown':
      // Without an answer the same key is asked again later; a look now would race with the request.
      return !confirmed.answered;
    case 'already-processed':
    case 'misconfigured':
      return false;
  }
};

/** Only looks. */
export const lookUpPayment = async (
  { orderNo, paymentKey }: CallOf<'LookUpPayment'>,
  payments: PaymentGateway,
  context: CallContext,
): Promise<CallAnswer> => ({
  kind: 'payment-found',
  confirmed: null,
  look: await payments.byKey(paymentKey, context),
  first: false,
  lateRefundId: lateRefundIdOf(orderNo, paymentKey),
});

/**
 * Asks the money back. Every try after the first looks before it asks, and takes a key of its own, as the provider
 * replays a stored error under the old one for 15 days. Two tries can still not both succeed: each names the balance it
 * saw, and the provider refuses when that is no longer true.
 */
export const cancelPayment = async (
  call: CallOf<'CancelPayment'>,
  payments: PaymentGateway,
  context: CallContext,
): Promise<CallAnswer> => {
  const { paymentKey, refundId, amount, attempt, reason } = call;
  let refundableAmount = call.refundableBefore;
  if (attempt > 1) {
    const look = await payments.byKey(paymentKey, context);
    const settled = judgeLook(look, call);
    if (settled) return settled;
    if (look.kind === 'found') refundableAmount = look.data.balanceAmount;
  }
  const idempotencyKey = attempt === 1 ? `cancel:${refundId}` : `cancel:${refundId}:a${attempt}`;
  const answer = await payments.cancel(
    { paymentKey, refundId, amount, refundableAmount, reason, idempotencyKey },
    context,
  );
  return answer.kind === 'look-up'
    ? (judgeLook(await payments.byKey(paymentKey, context), call) ?? unsettled(answer))
    : settledBy(answer);
};

const settledBy = (answer: Exclude<CancelAnswer, { kind: 'look-up' }>): CallAnswer => {
  switch (answer.kind) {
    case 'cancelled':
      return { kind: 'done', data: { transactionKey: answer.transactionKey } };
    case 'refused':
      return { kind: 'refused', code: answer.code, detail: answer.reason, definite: true };
    case 'misconfigured':
      return { kind: 'not-sent', reason: answer.code };
    case 'unknown':
    case 'not-sent':
      return answer;
  }
};

const unsettled = ({
  code,
  retryAfterMs,
}: Extract<CancelAnswer, { kind: 'look-up' }>): CallAnswer => ({
  kind: 'unknown',
  reason: code,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

/** What a look tells about our refund; null when it is not there and may still be asked for. */
const judgeLook = (look: Probe<Payment>, call: CallOf<'CancelPayment'>): CallAnswer | null => {
  if (look.kind !== 'found')
    return { kind: 'not-sent', reason: look.kind === 'absent' ? look.code : look.reason };
  const ours = findCancel(look.data, call.refundId);
  if (ours)
    return ours.done
      ? { kind: 'done', data: { transactionKey: ours.transactionKey } }
      : { kind: 'unknown', reason: 'CANCEL_IN_PROGRESS' };
  const { balanceAmount } = look.data;
  // All that was left was asked for, and nothing is left: somebody gave it back by hand.
  if (balanceAmount === 0 && call.amount === call.refundableBefore)
    return { kind: 'done', data: { transactionKey: null } };
  return balanceAmount < call.amount
    ? {
        kind: 'refused',
        code: 'NOT_CANCELABLE_AMOUNT',
        detail: 'the provider holds less than is to be given back',
        definite: true,
      }
    : null;
};
