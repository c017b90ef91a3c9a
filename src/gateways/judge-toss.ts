import { z } from 'zod';
import { judgeCancelError } from '../domain/payment/cancel-codes.ts';
import { findCancel } from '../domain/payment/cancel-reason.ts';
import { judgeConfirmError } from '../domain/payment/confirm-codes.ts';
import { type ExpectedPayment, judgePayment } from '../domain/payment/judge-payment.ts';
import type { CancelAnswer, ConfirmAnswer } from '../runtime/payment-gateway-ports.ts';
import { isOutage } from './guard.ts';
import type { HttpOutcome } from './http-call.ts';
import { TossPayment } from './toss-payment.ts';

type Answered = Extract<HttpOutcome, { kind: 'answered' }>;
type Unanswered = Exclude<HttpOutcome, Answered>;

const TossError = z.object({ code: z.string(), message: z.string().nullish() });

/** The provider's error, or null when the body holds none (a proxy's page, for instance). */
const errorOf = ({ body }: Answered): z.output<typeof TossError> | null =>
  TossError.safeParse(body).data ?? null;

const waitOf = ({ retryAfterMs }: HttpOutcome): { readonly retryAfterMs?: number } =>
  retryAfterMs === null ? {} : { retryAfterMs };

const unanswered = (outcome: Unanswered) =>
  outcome.kind === 'not-sent'
    ? ({ kind: 'not-sent', reason: outcome.reason, ...waitOf(outcome) } as const)
    : ({ kind: 'unknown', reason: outcome.reason, answered: false, ...waitOf(outcome) } as const);

const unknown = (reason: string, outcome: Answered, answered = true) =>
  ({ kind: 'unknown', reason, answered, ...waitOf(outcome) }) as const;

/** What a confirmation's answer means: a success is judged by its record, an error by its code, never by its status. */
export const judgeConfirmation = (
  outcome: HttpOutcome,
  expected: ExpectedPayment,
): ConfirmAnswer => {
  if (outcome.kind !== 'answered') return unanswered(outcome);
  if (outcome.status === 200) return judgeConfirmed(outcome, expected);
  const error = errorOf(outcome);
  const code = error?.code ?? `HTTP_${outcome.status}`;
  const reason = error?.message ?? code;
  const verdict = judgeConfirmError(error?.code ?? null);
  switch (verdict.kind) {
    case 'declined':
    case 'session-gone':
      return {
        kind: 'declined',
        providerCode: code,
        failureCode: verdict.failureCode,
        reason,
        definite: verdict.kind === 'declined',
      };
    case 'already-processed':
      return { kind: 'already-processed', code };
    case 'misconfigured':
      return { kind: 'misconfigured', code, reason };
    case 'still-running':
      return unknown(code, outcome, false);
    case 'unknown':
      return unknown(code, outcome);
  }
};

const judgeConfirmed = (outcome: Answered, expected: ExpectedPayment): ConfirmAnswer => {
  const parsed = TossPayment.safeParse(outcome.body);
  if (!parsed.success) return unknown('UNREADABLE_ANSWER', outcome);
  const payment = parsed.data;
  switch (judgePayment(payment, expected)) {
    case 'paid':
      return { kind: 'approved', payment };
    case 'mismatch':
    case 'foreign':
      return { kind: 'mismatch', payment };
    case 'waiting-deposit':
      return { kind: 'pending-deposit', payment };
    // A success that is not DONE: only a look-up tells what became of it.
    case 'in-progress':
    case 'ready':
    case 'dead':
    case 'unclear':
      return unknown(`STATUS_${payment.status}`, outcome);
  }
};

/** What a cancellation's answer means. */
export const judgeCancellation = (outcome: HttpOutcome, refundId: string): CancelAnswer => {
  if (outcome.kind !== 'answered') return unanswered(outcome);
  if (outcome.status === 200) return judgeCancelled(outcome, refundId);
  const error = errorOf(outcome);
  const code = error?.code ?? `HTTP_${outcome.status}`;
  const reason = error?.message ?? code;
  switch (judgeCancelError(error?.code ?? null)) {
    case 'already-cancelled':
    case 'concurrent':
      return { kind: 'look-up', code, ...waitOf(outcome) };
    case 'refused':
      return { kind: 'refused', code, reason };
    case 'misconfigured':
      return { kind: 'misconfigured', code, reason };
    case 'still-running':
      return unknown(code, outcome, false);
    case 'unknown':
      return unknown(code, outcome);
  }
};

const judgeCancelled = (outcome: Answered, refundId: string): CancelAnswer => {
  const parsed = TossPayment.safeParse(outcome.body);
  if (!parsed.success) return unknown('UNREADABLE_ANSWER', outcome);
  const ours = findCancel(parsed.data, refundId);
  if (!ours) return { kind: 'look-up', code: 'CANCEL_NOT_LISTED' };
  // Some foreign payment methods take a while to give back what the provider has accepted.
  if (!ours.done) return { kind: 'look-up', code: 'CANCEL_IN_PROGRESS' };
  return {
    kind: 'cancelled',
    transactionKey: ours.transactionKey,
    balanceAmount: parsed.data.balanceAmount,
  };
};

/** A code that says who is at fault is not the provider being down, whatever status it comes with. */
export const isTossOutage = (outcome: HttpOutcome): boolean =>
  isOutage(outcome) &&
  (outcome.kind !== 'answered' ||
    judgeConfirmError(errorOf(outcome)?.code ?? null).kind === 'unknown');
