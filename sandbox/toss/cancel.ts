import { z } from 'zod';
import type { Store } from '../store/store.ts';
import type { Execution, Performed } from './execution.ts';
import { newTransactionKey } from './keys.ts';
import { type Outcome, outcomeAt } from './outcome.ts';
import type { Payment } from './payment.ts';
import { paymentView } from './payment-view.ts';
import { findPayment } from './sessions.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const KST_OFFSET_MS = 9 * 60 * 60 * 1000;
const TRANSFER_REFUND_DAYS = 180;
const VIRTUAL_ACCOUNT_REFUND_DAYS = 365;
/** Bank codes, as two digits or as the words of the API. */
const BANK = /^(\d{2,3}|[A-Z]{2,20}|[가-힣]{2,10})$/;

const CancelBody = z.object({
  cancelReason: z.string().min(1).max(200),
  cancelAmount: z.int().positive().optional(),
  refundableAmount: z.int().min(0).optional(),
  taxFreeAmount: z.int().min(0).default(0),
  currency: z.string().optional(),
  refundReceiveAccount: z
    .object({ bank: z.string(), accountNumber: z.string(), holderName: z.string().min(1).max(60) })
    .optional(),
});
type CancelBody = z.infer<typeof CancelBody>;

/** Decides what a cancellation request does; without `cancelAmount` it cancels all that is left. */
export function cancelPayment(store: Store, paymentKey: string, body: unknown): Execution {
  const request = CancelBody.safeParse(body);
  if (!request.success) return { kind: 'refused', code: 'INVALID_REQUEST' };
  const payment = findPayment(store, paymentKey);
  if (!payment) return { kind: 'refused', code: 'NOT_FOUND_PAYMENT' };
  const code = whyNot(store, payment, request.data);
  if (code) return { kind: 'refused', code };
  const outcome = outcomeAt(payment.cancelOutcomes, payment.cancellations);
  return {
    kind: 'scripted',
    outcome,
    perform: () => perform(store, payment, request.data, outcome),
  };
}

function perform(store: Store, payment: Payment, request: CancelBody, outcome: Outcome): Performed {
  const about = { service: 'toss', paymentKey: payment.paymentKey, at: store.now() } as const;
  const late = outcome.delayMs ? whyNot(store, payment, request) : undefined;
  if (late) return { kind: 'failed', code: late, facts: [] };
  const { code } = outcome;
  if (code)
    return { kind: 'failed', code, facts: [{ ...about, type: 'CancellationFailed', code }] };
  return {
    kind: 'performed',
    facts: [
      {
        ...about,
        type: 'PaymentCancelled',
        transactionKey: newTransactionKey(),
        amount: request.cancelAmount ?? payment.balanceAmount,
        taxFreeAmount: request.taxFreeAmount,
        reason: request.cancelReason,
      },
    ],
    view: () => paymentView(payment),
  };
}

function whyNot(store: Store, payment: Payment, request: CancelBody): string | undefined {
  const { balanceAmount } = payment;
  const amount = request.cancelAmount ?? balanceAmount;
  const isPart = amount < balanceAmount;
  switch (payment.status) {
    case 'CANCELED':
      return 'ALREADY_CANCELED_PAYMENT';
    case 'READY':
    case 'IN_PROGRESS':
    case 'ABORTED':
    case 'EXPIRED':
      return 'NOT_CANCELABLE_PAYMENT';
    case 'WAITING_FOR_DEPOSIT':
      if (isPart) return 'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT';
      break;
    case 'DONE':
    case 'PARTIAL_CANCELED':
      break;
  }
  if (request.refundableAmount !== undefined && request.refundableAmount !== balanceAmount)
    return 'NOT_MATCHES_REFUNDABLE_AMOUNT';
  if (balanceAmount === 0 || amount > balanceAmount) return 'NOT_CANCELABLE_AMOUNT';
  if (isPart && (payment.useEscrow || payment.taxExemptionAmount > 0))
    return 'NOT_ALLOWED_PARTIAL_REFUND';
  if (refundPeriodIsOver(payment, store.nowMs())) return 'EXCEED_MAX_REFUND_DUE';
  return payment.method === 'virtual-account' && payment.status !== 'WAITING_FOR_DEPOSIT'
    ? accountProblem(request.refundReceiveAccount)
    : undefined;
}

function accountProblem(account: CancelBody['refundReceiveAccount']): string | undefined {
  if (!account) return 'INVALID_REFUND_ACCOUNT_INFO';
  if (!/^\d{1,20}$/.test(account.accountNumber)) return 'INVALID_REFUND_ACCOUNT_NUMBER';
  return BANK.test(account.bank) ? undefined : 'INVALID_BANK';
}

function refundPeriodIsOver(payment: Payment, nowMs: number): boolean {
  if (payment.approvedAt === null) return false;
  const approvedMs = Date.parse(payment.approvedAt);
  switch (payment.method) {
    case 'mobile':
      return koreanMonth(approvedMs) !== koreanMonth(nowMs);
    case 'transfer':
      return nowMs - approvedMs > TRANSFER_REFUND_DAYS * DAY_MS;
    case 'virtual-account':
      return nowMs - approvedMs > VIRTUAL_ACCOUNT_REFUND_DAYS * DAY_MS;
    case 'card':
    case 'easy-pay':
    case 'gift-certificate':
      return false;
  }
}

const koreanMonth = (ms: number) => new Date(ms + KST_OFFSET_MS).toISOString().slice(0, 7);
