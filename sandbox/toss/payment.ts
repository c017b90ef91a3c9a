export type PaymentStatus =
  | 'READY'
  | 'IN_PROGRESS'
  | 'WAITING_FOR_DEPOSIT'
  | 'DONE'
  | 'CANCELED'
  | 'PARTIAL_CANCELED'
  | 'ABORTED'
  | 'EXPIRED';

/** How the buyer pays. The API shows the Korean words of {@link METHOD_WORDS}. */
export type PaymentMethod =
  | 'card'
  | 'easy-pay'
  | 'transfer'
  | 'mobile'
  | 'virtual-account'
  | 'gift-certificate';

/** The words that Toss uses in `method`. */
export const METHOD_WORDS: Readonly<Record<PaymentMethod, string>> = {
  card: '카드',
  'easy-pay': '간편결제',
  transfer: '계좌이체',
  mobile: '휴대폰',
  'virtual-account': '가상계좌',
  'gift-certificate': '문화상품권',
};

export interface Cancel {
  readonly transactionKey: string;
  readonly amount: number;
  readonly reason: string;
  readonly taxFreeAmount: number;
  readonly refundableAmount: number;
  readonly canceledAt: string;
}

/** What a wrong answer of the provider shows instead of the truth; for testing that callers check it. */
export interface Falsified {
  readonly totalAmount?: number;
  readonly orderId?: string;
  readonly currency?: string;
}

/** A payment, from the buyer's window on. Times are ISO 8601 in UTC, amounts in won. */
export interface Payment {
  readonly paymentKey: string;
  readonly orderId: string;
  readonly orderName: string;
  readonly customerKey: string | null;
  readonly method: PaymentMethod;
  readonly totalAmount: number;
  readonly taxFreeAmount: number;
  readonly taxExemptionAmount: number;
  readonly useEscrow: boolean;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly secret: string;
  readonly requestedAt: string;
  /** When the buyer authenticated; the session is open for ten minutes from then. */
  readonly authenticatedAt: string | null;
  /** What the n-th executed confirmation does; the last one goes on for ever. */
  readonly outcomes: readonly string[];
  /** What the n-th executed cancellation does; the last one goes on for ever. */
  readonly cancelOutcomes: readonly string[];
  status: PaymentStatus;
  balanceAmount: number;
  approvedAt: string | null;
  lastTransactionKey: string | null;
  approvalNumber: string | null;
  accountNumber: string | null;
  dueDate: string | null;
  failureCode: string | null;
  falsified: Falsified | null;
  cancels: Cancel[];
  confirmations: number;
  cancellations: number;
  /** How often money was taken; more than once would be a defect of the sandbox. */
  approvals: number;
}

interface About {
  readonly paymentKey: string;
  readonly at: string;
}

export type PaymentFact = { readonly service: 'toss' } & (
  | ({
      readonly type: 'PaymentApproved';
      readonly transactionKey: string;
      readonly approvalNumber: string;
      readonly falsified: Falsified | null;
    } & About)
  | ({
      readonly type: 'DepositAwaited';
      readonly accountNumber: string;
      readonly dueDate: string;
    } & About)
  | ({ readonly type: 'PaymentAborted'; readonly code: string } & About)
  | ({ readonly type: 'ConfirmationFailed'; readonly code: string } & About)
  | ({ readonly type: 'PaymentExpired' } & About)
  | ({ readonly type: 'DepositReceived'; readonly transactionKey: string } & About)
  | ({
      readonly type: 'PaymentCancelled';
      readonly transactionKey: string;
      readonly amount: number;
      readonly taxFreeAmount: number;
      readonly reason: string;
    } & About)
  | ({ readonly type: 'CancellationFailed'; readonly code: string } & About)
);

/** Folds a fact into its payment, in place. */
export function evolvePayment(payment: Payment, fact: PaymentFact): void {
  switch (fact.type) {
    case 'PaymentApproved':
      payment.confirmations += 1;
      payment.approvalNumber = fact.approvalNumber;
      payment.falsified = fact.falsified;
      approve(payment, fact.at, fact.transactionKey);
      return;
    case 'DepositAwaited':
      payment.confirmations += 1;
      payment.status = 'WAITING_FOR_DEPOSIT';
      payment.accountNumber = fact.accountNumber;
      payment.dueDate = fact.dueDate;
      return;
    case 'PaymentAborted':
      payment.confirmations += 1;
      payment.status = 'ABORTED';
      payment.failureCode = fact.code;
      return;
    case 'ConfirmationFailed':
      payment.confirmations += 1;
      return;
    case 'PaymentExpired':
      payment.status = 'EXPIRED';
      payment.failureCode = 'EXPIRED_PAYMENT';
      return;
    case 'DepositReceived':
      approve(payment, fact.at, fact.transactionKey);
      return;
    case 'PaymentCancelled':
      cancel(payment, fact);
      return;
    case 'CancellationFailed':
      payment.cancellations += 1;
      return;
  }
}

function approve(payment: Payment, at: string, transactionKey: string): void {
  payment.status = 'DONE';
  payment.approvedAt = at;
  payment.lastTransactionKey = transactionKey;
  payment.approvals += 1;
}

function cancel(
  payment: Payment,
  fact: Extract<PaymentFact, { readonly type: 'PaymentCancelled' }>,
): void {
  const wholeAtOnce = fact.amount === payment.totalAmount;
  payment.cancellations += 1;
  payment.balanceAmount -= fact.amount;
  // As measured at the provider: a full cancel after a partial one stays PARTIAL_CANCELED.
  payment.status = wholeAtOnce ? 'CANCELED' : 'PARTIAL_CANCELED';
  payment.lastTransactionKey = fact.transactionKey;
  payment.cancels.push({
    transactionKey: fact.transactionKey,
    amount: fact.amount,
    reason: fact.reason,
    taxFreeAmount: fact.taxFreeAmount,
    refundableAmount: payment.balanceAmount,
    canceledAt: fact.at,
  });
}

/** What the seller has got of this payment now, in won. */
export const netPaid = (payment: Payment): number =>
  payment.approvedAt === null ? 0 : payment.balanceAmount;
