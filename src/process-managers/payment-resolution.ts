import type { Confirmation } from '../domain/order/order-types.ts';
import type { FailureCode } from '../domain/order/words.ts';
import { judgePayment } from '../domain/payment/judge-payment.ts';
import type { Payment } from '../domain/payment/payment.ts';
import { after } from './instant.ts';
import { PAYMENT_ABSENT } from './order-saga-state.ts';
import type { Look, OrderInstruction, PaymentFinding } from './process-manager.ts';

/** After authentication a payment can be confirmed for 10 minutes; then the provider forgets the session. */
const SESSION_MS = 10 * 60_000;

/** What a finding means for an order whose confirmation is under way. */
export type Verdict =
  | { readonly kind: 'paid'; readonly payment: Payment }
  /** Money moved for this order, but not what was agreed: all of it goes back. */
  | { readonly kind: 'wrongly-paid'; readonly payment: Payment; readonly reason: string }
  | {
      readonly kind: 'declined';
      readonly providerCode: string;
      readonly failureCode: FailureCode;
      readonly reason: string;
    }
  /** Nothing is known for certain: ask again later. `newAttempt` when the provider would only repeat its error. */
  | {
      readonly kind: 'open';
      readonly reason: string;
      readonly wait: 'payment' | 'deposit';
      readonly sent: boolean;
      readonly newAttempt: boolean;
    };

type Known = {
  readonly orderNo: string;
  readonly confirmation: Confirmation;
  /** Earlier times at which the provider did not know the payment key. */
  readonly absentAt: readonly string[];
  readonly now: string;
};

/**
 * Decides what a confirmation has come to. A decline needs proof that no money moved; whatever is not proven
 * stays open, and nothing is given back while it is.
 */
export const judge = (finding: PaymentFinding, known: Known): Verdict => {
  const { confirmed, look, first } = finding;
  switch (confirmed?.kind) {
    case 'approved':
    case 'mismatch':
      return judgeRecord(confirmed.payment, known);
    case 'pending-deposit':
      return open('WAITING_FOR_DEPOSIT', { wait: 'deposit' });
    case 'declined':
      // A vanished session proves "not paid" only when nothing was asked before.
      return confirmed.definite || first ? declined(confirmed) : judgeLook(look, known);
    case 'not-sent':
      return open(confirmed.reason, { sent: false });
    case 'unknown':
      return confirmed.answered
        ? withNewAttempt(judgeLook(look, known), confirmed.reason)
        : open(confirmed.reason);
    case 'misconfigured':
      return withNewAttempt(judgeLook(look, known), confirmed.code);
    case 'already-processed':
    case undefined:
      return judgeLook(look, known);
  }
};

const judgeLook = (look: Look | null, known: Known): Verdict => {
  if (look === null) return open('NO_ANSWER');
  switch (look.kind) {
    case 'found':
      return judgeRecord(look.data, known);
    case 'unavailable':
      return open(look.reason, { sent: false });
    case 'absent':
      return judgeAbsence(look.code, known);
  }
};

/** One "no such payment" may come too early or from a lagging node; two after the session's end are believed. */
const judgeAbsence = (code: string, { confirmation, absentAt, now }: Known): Verdict => {
  const sessionEnd = after(confirmation.requestedAt, SESSION_MS);
  const before = absentAt.some((at) => at >= sessionEnd);
  return now >= sessionEnd && before
    ? declined({
        providerCode: code,
        failureCode: 'PAYMENT_NOT_FOUND',
        reason: 'the provider does not know the payment',
      })
    : open(PAYMENT_ABSENT);
};

const judgeRecord = (payment: Payment, { orderNo, confirmation }: Known): Verdict => {
  switch (judgePayment(payment, { orderNo, amount: confirmation.amount })) {
    case 'paid':
      return { kind: 'paid', payment };
    case 'mismatch':
      return { kind: 'wrongly-paid', payment, reason: 'paid, but not what the order asks for' };
    // Somebody else's payment is never touched: refunding it would take another order's money away.
    case 'foreign':
      return declined({
        providerCode: 'PAYMENT_OF_ANOTHER_ORDER',
        failureCode: 'PAYMENT_NOT_FOUND',
        reason: 'the payment key belongs to another order',
      });
    case 'waiting-deposit':
      return open('WAITING_FOR_DEPOSIT', { wait: 'deposit' });
    case 'in-progress':
    case 'ready':
    case 'unclear':
      return open(payment.status);
    case 'dead':
      return declined({
        providerCode: payment.status,
        failureCode: payment.status === 'EXPIRED' ? 'PAYMENT_TIMEOUT' : 'PAYMENT_FAILED',
        reason: `the payment is ${payment.status} at the provider`,
      });
  }
};

/** Only while the payment still waits for a confirmation may a further one be asked for, under a key of its own. */
const withNewAttempt = (verdict: Verdict, reason: string): Verdict =>
  verdict.kind === 'open' && verdict.reason === 'IN_PROGRESS'
    ? { ...verdict, reason, newAttempt: true }
    : verdict;

const open = (
  reason: string,
  { wait = 'payment', sent = true }: { wait?: 'payment' | 'deposit'; sent?: boolean } = {},
): Verdict => ({ kind: 'open', reason, wait, sent, newAttempt: false });

const declined = ({
  providerCode,
  failureCode,
  reason,
}: {
  readonly providerCode: string;
  readonly failureCode: FailureCode;
  readonly reason: string;
}): Verdict => ({ kind: 'declined', providerCode, failureCode, reason });

/** The commands to the order that follow from a verdict; none while it is open, except for a further attempt. */
export const commandsFor = (
  verdict: Verdict,
  confirmation: Confirmation,
  lateRefundId: string,
): readonly { readonly command: OrderInstruction; readonly ifRefused?: OrderInstruction }[] => {
  const { paymentKey } = confirmation;
  switch (verdict.kind) {
    case 'paid': {
      const { method, totalAmount, approvedAt, receiptUrl } = verdict.payment;
      return [
        {
          command: {
            type: 'RecordApproval',
            paymentKey,
            amount: totalAmount,
            method,
            approvedAt: approvedAt ?? '',
            receiptUrl,
          },
          // The order ended meanwhile: then this money belongs to nobody and goes back.
          ifRefused: latePayment(verdict.payment, lateRefundId, 'paid after the order had ended'),
        },
      ];
    }
    case 'wrongly-paid':
      return [
        { command: { type: 'FlagForReview', reason: verdict.reason } },
        {
          command: {
            type: 'RecordDecline',
            paymentKey,
            providerCode: verdict.payment.status,
            failureCode: 'PAYMENT_MISMATCH',
            reason: verdict.reason,
          },
        },
        { command: latePayment(verdict.payment, lateRefundId, verdict.reason) },
      ];
    case 'declined': {
      const { providerCode, failureCode, reason } = verdict;
      return [
        { command: { type: 'RecordDecline', paymentKey, providerCode, failureCode, reason } },
      ];
    }
    case 'open': {
      const attempt = confirmation.attempt + 1;
      const idempotencyKey = confirmation.idempotencyKey.replace(/:a\d+$/, `:a${attempt}`);
      return verdict.newAttempt
        ? [{ command: { type: 'RetryConfirmation', paymentKey, attempt, idempotencyKey } }]
        : [];
    }
  }
};

/** Tells the order of money that it does not know of; what is left of it goes back through a cancellation saga. */
export const latePayment = (
  { paymentKey, balanceAmount }: Payment,
  refundId: string,
  reason: string,
): OrderInstruction => ({
  type: 'ReportLatePayment',
  refundId,
  paymentKey,
  amount: balanceAmount,
  reason,
});
