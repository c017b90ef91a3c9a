import { z } from 'zod';
import { Won } from '../http/fields.ts';
import { json, problem } from '../http/reply.ts';
import type { Route } from '../http/route.ts';
import type { Store } from '../store/store.ts';
import { newPaymentKey, newSecret, newTransactionKey } from '../toss/keys.ts';
import { parseOutcome } from '../toss/outcome.ts';
import { METHOD_WORDS, type Payment, type PaymentMethod } from '../toss/payment.ts';
import { paymentView } from '../toss/payment-view.ts';
import { expireIfOver, findPayment, sessionEndMs } from '../toss/sessions.ts';

const METHOD_OF_WORD: Readonly<Record<string, PaymentMethod>> = {
  ...Object.fromEntries(
    Object.entries(METHOD_WORDS).map(([method, word]) => [word, method as PaymentMethod]),
  ),
  card: 'card',
  easypay: 'easy-pay',
  transfer: 'transfer',
  mobile: 'mobile',
  mobilephone: 'mobile',
  virtualaccount: 'virtual-account',
  giftcertificate: 'gift-certificate',
};
const Method = z.string().transform((word, context) => {
  const method = METHOD_OF_WORD[word] ?? METHOD_OF_WORD[word.toLowerCase().replace(/[-_ ]/g, '')];
  if (method) return method;
  context.addIssue({ code: 'custom', message: `unknown payment method ${word}` });
  return z.NEVER;
});
const OutcomeWord = z.string().refine((word) => parseOutcome(word) !== undefined, {
  message: 'unknown outcome',
});
const Script = z.union([
  OutcomeWord.transform((word) => [word]),
  z.array(OutcomeWord).min(1).max(50),
]);

const PaymentBody = z.strictObject({
  orderId: z.string().regex(/^[\w=-]{6,64}$/),
  amount: Won,
  orderName: z.string().max(100).optional(),
  customerKey: z.string().max(300).optional(),
  method: Method.default('card'),
  outcome: Script.default(['approve']),
  cancelOutcome: Script.default(['cancel']),
  useEscrow: z.boolean().default(false),
  taxFreeAmount: Won.default(0),
  taxExemptionAmount: Won.default(0),
  metadata: z.record(z.string().max(40), z.string().max(2000)).optional(),
});
type PaymentBody = z.infer<typeof PaymentBody>;

/** The payment window and the buyer in it: opens a payment, and pays into virtual accounts. */
export const buyerRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/payments',
    operation: 'openPayment',
    handle: (call, store) => json(201, open(store, PaymentBody.parse(call.body))),
  },
  {
    method: 'POST',
    path: '/payments/:paymentKey/deposit',
    operation: 'deposit',
    handle: (call, store) => {
      const payment = findPayment(store, call.params.paymentKey ?? '');
      if (!payment) return problem(404, 'NOT_FOUND_PAYMENT', 'there is no such payment');
      if (payment.status === 'DONE') return json(200, paymentView(payment));
      if (payment.status !== 'WAITING_FOR_DEPOSIT')
        return problem(409, 'NOT_WAITING_FOR_DEPOSIT', `the payment is ${payment.status}`);
      const { paymentKey } = payment;
      const transactionKey = newTransactionKey();
      const at = store.now();
      store.transact((emit) =>
        emit({ service: 'toss', type: 'DepositReceived', paymentKey, transactionKey, at }),
      );
      return json(200, paymentView(payment));
    },
  },
];

function open(store: Store, wanted: PaymentBody) {
  const { outcome: outcomes, cancelOutcome: cancelOutcomes, method, amount, ...rest } = wanted;
  const now = store.now();
  const window = outcomes[0];
  const payment: Payment = {
    paymentKey: newPaymentKey(now),
    orderId: rest.orderId,
    orderName: rest.orderName ?? rest.orderId,
    customerKey: rest.customerKey ?? null,
    method: window === 'virtual-account' ? 'virtual-account' : method,
    totalAmount: amount,
    balanceAmount: amount,
    taxFreeAmount: rest.taxFreeAmount,
    taxExemptionAmount: rest.taxExemptionAmount,
    useEscrow: rest.useEscrow,
    metadata: rest.metadata ?? null,
    secret: newSecret(),
    requestedAt: now,
    authenticatedAt: authenticatedAt(window, store.nowMs()),
    outcomes,
    cancelOutcomes,
    status: window === 'ready' ? 'READY' : 'IN_PROGRESS',
    approvedAt: null,
    lastTransactionKey: null,
    approvalNumber: null,
    accountNumber: null,
    dueDate: null,
    failureCode: null,
    falsified: null,
    cancels: [],
    confirmations: 0,
    cancellations: 0,
    approvals: 0,
  };
  const { paymentKey } = payment;
  store.transact((emit) => {
    emit({ service: 'toss', type: 'PaymentOpened', payment });
    if (window === 'aborted')
      emit({
        service: 'toss',
        type: 'PaymentAborted',
        paymentKey,
        at: now,
        code: 'PAY_PROCESS_ABORTED',
      });
  });
  const stored = store.world.toss.payments.get(paymentKey) ?? payment;
  expireIfOver(store, stored);
  return {
    paymentKey,
    orderId: stored.orderId,
    amount,
    paymentType: 'NORMAL',
    method: METHOD_WORDS[stored.method],
    status: stored.status,
    confirmBefore: new Date(sessionEndMs(stored)).toISOString(),
  };
}

function authenticatedAt(window: string | undefined, nowMs: number): string | null {
  const dayMs = 24 * 60 * 60 * 1000;
  if (window === 'ready') return null;
  return new Date(window === 'expired' ? nowMs - dayMs : nowMs).toISOString();
}
