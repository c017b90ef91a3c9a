import { cancelReasonOf } from '../../src/domain/payment/cancel-reason.ts';
import type { Payment, PaymentCancel, PaymentStatus } from '../../src/domain/payment/payment.ts';
import type { Probe } from '../../src/runtime/gateway-ports.ts';
import type { CancelAnswer, ConfirmAnswer } from '../../src/runtime/payment-gateway-ports.ts';

/** After authentication the provider keeps the session for ten minutes. */
const SESSION_MS = 10 * 60_000;

/** What the buyer's card will do once the payment is confirmed; `keep`: it is approved, and the money never comes back. */
export type PaymentOutcome = 'approve' | 'decline' | 'deposit' | 'wrong-amount' | 'keep';

type Stored = {
  readonly paymentKey: string;
  readonly orderId: string;
  readonly outcome: PaymentOutcome;
  readonly authorisedAt: number;
  status: PaymentStatus;
  totalAmount: number;
  balanceAmount: number;
  readonly cancels: PaymentCancel[];
};

/** The provider's books, with its habits: a key replays its first answer, a payment is confirmed once, a balance is a lock. */
export class PaymentLedger {
  readonly payments = new Map<string, Stored>();
  readonly confirmCalls: { readonly orderNo: string; readonly paymentKey: string }[] = [];
  readonly #replies = new Map<string, ConfirmAnswer | CancelAnswer>();
  readonly #now: () => number;
  #transactions = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The buyer has gone through the payment window. */
  authorise(paymentKey: string, orderId: string, amount: number, outcome: PaymentOutcome): void {
    this.payments.set(paymentKey, {
      paymentKey,
      orderId,
      outcome,
      authorisedAt: this.#now(),
      status: 'IN_PROGRESS',
      totalAmount: outcome === 'wrong-amount' ? amount - 1 : amount,
      balanceAmount: 0,
      cancels: [],
    });
  }

  /** Somebody pays into a virtual account. */
  deposit(paymentKey: string): void {
    const stored = this.payments.get(paymentKey);
    if (stored?.status !== 'WAITING_FOR_DEPOSIT') return;
    stored.status = 'DONE';
    stored.balanceAmount = stored.totalAmount;
  }

  confirm(paymentKey: string, orderNo: string, key: string): ConfirmAnswer {
    this.confirmCalls.push({ orderNo, paymentKey });
    const replay = this.#replies.get(key);
    if (replay) return replay as ConfirmAnswer;
    const answer = this.#confirm(paymentKey, orderNo);
    this.#replies.set(key, answer);
    return answer;
  }

  /** Stores an error under a key, as the provider does with every answer. */
  failUnder(key: string, answer: ConfirmAnswer | CancelAnswer): void {
    if (!this.#replies.has(key)) this.#replies.set(key, answer);
  }

  look(paymentKey: string): Probe<Payment> {
    const stored = this.payments.get(paymentKey);
    if (!stored) return { kind: 'absent', code: 'NOT_FOUND_PAYMENT' };
    this.#expire(stored);
    return { kind: 'found', data: this.#view(stored) };
  }

  lookByOrder(orderNo: string): Probe<Payment> {
    const stored = [...this.payments.values()].filter(({ orderId }) => orderId === orderNo).at(-1);
    return stored ? this.look(stored.paymentKey) : { kind: 'absent', code: 'NOT_FOUND_PAYMENT' };
  }

  cancel(call: {
    readonly paymentKey: string;
    readonly refundId: string;
    readonly amount: number;
    readonly refundableAmount: number | null;
    readonly reason: string;
    readonly idempotencyKey: string;
  }): CancelAnswer {
    const replay = this.#replies.get(call.idempotencyKey);
    if (replay) return replay as CancelAnswer;
    const answer = this.#cancel(call);
    this.#replies.set(call.idempotencyKey, answer);
    return answer;
  }

  /** Won that the provider holds for an order. */
  heldFor(orderNo: string): number {
    return [...this.payments.values()]
      .filter(({ orderId }) => orderId === orderNo)
      .reduce((sum, { balanceAmount }) => sum + balanceAmount, 0);
  }

  #confirm(paymentKey: string, orderNo: string): ConfirmAnswer {
    const gone = {
      kind: 'declined',
      providerCode: 'NOT_FOUND_PAYMENT_SESSION',
      failureCode: 'PAYMENT_TIMEOUT',
      reason: 'the session is gone',
      definite: false,
    } as const;
    const stored = this.payments.get(paymentKey);
    if (stored?.orderId !== orderNo) return gone;
    this.#expire(stored);
    if (stored.status === 'EXPIRED') return gone;
    if (stored.status !== 'IN_PROGRESS')
      return { kind: 'already-processed', code: 'ALREADY_PROCESSED_PAYMENT' };
    switch (stored.outcome) {
      case 'decline':
        stored.status = 'ABORTED';
        return {
          kind: 'declined',
          providerCode: 'REJECT_CARD_PAYMENT',
          failureCode: 'PAYMENT_INSUFFICIENT_BALANCE',
          reason: 'limit',
          definite: true,
        };
      case 'deposit':
        stored.status = 'WAITING_FOR_DEPOSIT';
        return { kind: 'pending-deposit', payment: this.#view(stored) };
      case 'wrong-amount':
      case 'keep':
      case 'approve':
        stored.status = 'DONE';
        stored.balanceAmount = stored.totalAmount;
        return {
          kind: stored.outcome === 'wrong-amount' ? 'mismatch' : 'approved',
          payment: this.#view(stored),
        };
    }
  }

  #cancel(call: Parameters<PaymentLedger['cancel']>[0]): CancelAnswer {
    const stored = this.payments.get(call.paymentKey);
    if (!stored || stored.balanceAmount === 0)
      return { kind: 'look-up', code: 'ALREADY_CANCELED_PAYMENT' };
    if (stored.outcome === 'keep')
      return { kind: 'refused', code: 'EXCEED_MAX_REFUND_DUE', reason: 'too late' };
    if (call.refundableAmount !== null && call.refundableAmount !== stored.balanceAmount)
      return { kind: 'look-up', code: 'NOT_MATCHES_REFUNDABLE_AMOUNT' };
    if (call.amount > stored.balanceAmount)
      return { kind: 'look-up', code: 'NOT_CANCELABLE_AMOUNT' };
    stored.balanceAmount -= call.amount;
    stored.status = stored.balanceAmount === 0 ? 'CANCELED' : 'PARTIAL_CANCELED';
    this.#transactions += 1;
    const transactionKey = `transaction-${this.#transactions}`;
    stored.cancels.push({
      amount: call.amount,
      reason: cancelReasonOf(call.reason, call.refundId),
      transactionKey,
      canceledAt: null,
      done: true,
    });
    return { kind: 'cancelled', transactionKey, balanceAmount: stored.balanceAmount };
  }

  #expire(stored: Stored): void {
    if (stored.status === 'IN_PROGRESS' && this.#now() >= stored.authorisedAt + SESSION_MS)
      stored.status = 'EXPIRED';
  }

  #view({ outcome: _outcome, authorisedAt: _at, cancels, ...stored }: Stored): Payment {
    return {
      ...stored,
      currency: 'KRW',
      method: 'CARD',
      approvedAt: new Date(this.#now()).toISOString(),
      receiptUrl: null,
      cancels: [...cancels],
    };
  }
}
