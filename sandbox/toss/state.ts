import { evolvePayment, type Payment, type PaymentFact } from './payment.ts';

/** An answer kept for an Idempotency-Key. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly at: string;
}

/** One movement of money, as the transaction list shows it; a cancellation has a negative amount. */
export interface Transaction {
  readonly transactionKey: string;
  readonly paymentKey: string;
  readonly status: Payment['status'];
  readonly amount: number;
  readonly at: string;
}

export interface TossState {
  readonly payments: Map<string, Payment>;
  readonly paymentKeysByOrder: Map<string, string[]>;
  /** Payments whose session may still run out, oldest first. */
  readonly openSessions: Set<string>;
  /** By API key, method, URL and Idempotency-Key. */
  readonly answers: Map<string, StoredAnswer>;
  readonly transactions: Transaction[];
}

export type TossFact = { readonly service: 'toss' } & (
  | { readonly type: 'PaymentOpened'; readonly payment: Payment }
  | PaymentFact
  | ({ readonly type: 'AnswerStored'; readonly key: string } & StoredAnswer)
);

export const emptyToss = (): TossState => ({
  payments: new Map(),
  paymentKeysByOrder: new Map(),
  openSessions: new Set(),
  answers: new Map(),
  transactions: [],
});

/** Folds a fact of the payment service, in place. */
export function evolveToss(state: TossState, fact: TossFact): void {
  switch (fact.type) {
    case 'PaymentOpened': {
      const payment = { ...fact.payment, cancels: [...fact.payment.cancels] };
      state.payments.set(payment.paymentKey, payment);
      const siblings = state.paymentKeysByOrder.get(payment.orderId);
      if (siblings) siblings.push(payment.paymentKey);
      else state.paymentKeysByOrder.set(payment.orderId, [payment.paymentKey]);
      if (isOpen(payment)) state.openSessions.add(payment.paymentKey);
      return;
    }
    case 'AnswerStored': {
      const { key, status, body, at } = fact;
      state.answers.set(key, { status, body, at });
      return;
    }
    case 'PaymentApproved':
    case 'DepositAwaited':
    case 'PaymentAborted':
    case 'ConfirmationFailed':
    case 'PaymentExpired':
    case 'DepositReceived':
    case 'PaymentCancelled':
    case 'CancellationFailed': {
      const payment = state.payments.get(fact.paymentKey);
      if (!payment) return;
      evolvePayment(payment, fact);
      if (!isOpen(payment)) state.openSessions.delete(payment.paymentKey);
      record(state, payment, fact);
      return;
    }
  }
}

const isOpen = (payment: Payment) => payment.status === 'READY' || payment.status === 'IN_PROGRESS';

function record(state: TossState, payment: Payment, fact: PaymentFact): void {
  const { paymentKey, status } = payment;
  if (fact.type === 'PaymentApproved' || fact.type === 'DepositReceived')
    state.transactions.push({
      transactionKey: fact.transactionKey,
      paymentKey,
      status,
      amount: payment.totalAmount,
      at: fact.at,
    });
  else if (fact.type === 'PaymentCancelled' && payment.approvedAt !== null)
    state.transactions.push({
      transactionKey: fact.transactionKey,
      paymentKey,
      status,
      amount: -fact.amount,
      at: fact.at,
    });
}
