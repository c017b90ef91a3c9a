import { z } from 'zod';
import type { Store } from '../store/store.ts';
import { isDecline } from './errors.ts';
import type { Execution, Performed } from './execution.ts';
import { newAccountNumber, newApprovalNumber, newTransactionKey } from './keys.ts';
import { type Outcome, outcomeAt } from './outcome.ts';
import type { Payment } from './payment.ts';
import { paymentView } from './payment-view.ts';
import { findPayment } from './sessions.ts';

const MINIMUM_CARD_WON = 100;
const MINIMUM_ACCOUNT_WON = 200;
const DEPOSIT_WINDOW_MS = 24 * 60 * 60 * 1000;

const ConfirmBody = z.object({
  paymentKey: z.string().min(1).max(200),
  orderId: z.string().regex(/^[\w=-]{6,64}$/),
  amount: z.number(),
});
type ConfirmBody = z.infer<typeof ConfirmBody>;

/** Decides what a confirmation request does. Money moves here and nowhere else. */
export function confirm(store: Store, body: unknown): Execution {
  const request = ConfirmBody.safeParse(body);
  if (!request.success) return { kind: 'refused', code: 'INVALID_REQUEST' };
  const payment = findPayment(store, request.data.paymentKey);
  if (!payment) return { kind: 'refused', code: 'NOT_FOUND_PAYMENT' };
  const code = whyNot(store, payment, request.data);
  if (code) return { kind: 'refused', code };
  const outcome = outcomeAt(payment.outcomes, payment.confirmations);
  return {
    kind: 'scripted',
    outcome,
    perform: () => perform(store, payment, request.data, outcome),
  };
}

function perform(
  store: Store,
  payment: Payment,
  request: ConfirmBody,
  outcome: Outcome,
): Performed {
  const about = { service: 'toss', paymentKey: payment.paymentKey, at: store.now() } as const;
  // The world may have moved on while a slow provider took its time.
  const late = outcome.delayMs ? whyNot(store, payment, request) : undefined;
  if (late) return { kind: 'failed', code: late, facts: [] };
  const code = outcome.code ?? belowMinimum(payment);
  if (code && isDecline(code))
    return { kind: 'failed', code, facts: [{ ...about, type: 'PaymentAborted', code }] };
  if (code)
    return { kind: 'failed', code, facts: [{ ...about, type: 'ConfirmationFailed', code }] };
  const { totalAmount: amount, orderId } = payment;
  return {
    kind: 'performed',
    facts: [
      payment.method === 'virtual-account'
        ? {
            ...about,
            type: 'DepositAwaited',
            accountNumber: newAccountNumber(),
            dueDate: new Date(store.nowMs() + DEPOSIT_WINDOW_MS).toISOString(),
          }
        : {
            ...about,
            type: 'PaymentApproved',
            transactionKey: newTransactionKey(),
            approvalNumber: newApprovalNumber(),
            falsified: outcome.falsified?.({ amount, orderId }) ?? null,
          },
    ],
    view: () => paymentView(payment),
  };
}

function whyNot(store: Store, payment: Payment, request: ConfirmBody): string | undefined {
  switch (payment.status) {
    case 'DONE':
    case 'CANCELED':
    case 'PARTIAL_CANCELED':
    case 'WAITING_FOR_DEPOSIT':
      return 'ALREADY_PROCESSED_PAYMENT';
    case 'READY':
    case 'ABORTED':
    case 'EXPIRED':
      return 'NOT_FOUND_PAYMENT_SESSION';
    case 'IN_PROGRESS':
      break;
  }
  if (request.orderId !== payment.orderId) return 'NOT_FOUND_PAYMENT_SESSION';
  if (request.amount <= 0) return 'BELOW_ZERO_AMOUNT';
  if (request.amount !== payment.totalAmount) return 'INVALID_REQUEST';
  return orderIsTaken(store, payment) ? 'DUPLICATED_ORDER_ID' : undefined;
}

/** An order number that another payment was approved for cannot be paid again, not even after a cancellation. */
function orderIsTaken(store: Store, payment: Payment): boolean {
  const { paymentKeysByOrder, payments } = store.world.toss;
  return (paymentKeysByOrder.get(payment.orderId) ?? []).some((key) => {
    const other = payments.get(key);
    return (
      other !== undefined &&
      other !== payment &&
      (other.approvedAt !== null || other.status === 'WAITING_FOR_DEPOSIT')
    );
  });
}

function belowMinimum(payment: Payment): string | undefined {
  const byAccount = payment.method === 'transfer' || payment.method === 'virtual-account';
  const minimum = byAccount ? MINIMUM_ACCOUNT_WON : MINIMUM_CARD_WON;
  return payment.totalAmount < minimum ? 'BELOW_MINIMUM_AMOUNT' : undefined;
}
