import { findCancel } from '../domain/payment/cancel-reason.ts';
import type { Payment, ProviderTransaction } from '../domain/payment/payment.ts';
import type { CallContext, Probe } from './gateway-ports.ts';
import type { PaymentGateway } from './payment-gateway-ports.ts';
import type { OrderReads, PaymentReads } from './read-ports.ts';

/** What an order says of its money; a row of the orders' read model fits. */
export type OrderMoney = {
  readonly orderNo: string;
  readonly payment: {
    /** Null when nothing was paid through the provider. */
    readonly paymentKey: string | null;
    readonly amount: number;
    readonly status: 'IN_PROGRESS' | 'DONE' | 'ABORTED' | 'PARTIAL_CANCELED' | 'CANCELED';
    readonly approvedAt: string | null;
  } | null;
  readonly refunds: readonly {
    readonly refundId: string;
    readonly status: 'REQUESTED' | 'DONE' | 'REFUSED';
    /** Empty when money goes back that came for an order which had ended without it. */
    readonly items: readonly unknown[];
    readonly amount: number;
    readonly requestedAt: string;
  }[];
};

/** Where the provider's books and ours do not agree. */
export type Difference = {
  readonly kind: /** Money came for an order number that we never gave out. */
    | 'PAYMENT_WITHOUT_ORDER'
    /** Money came, but the order does not hold it (it may still be confirming, or have ended). */
    | 'PAYMENT_NOT_RECORDED'
    | 'PAYMENT_AMOUNT_DIFFERS'
    /** The order is paid by our books, the provider knows nothing of it. */
    | 'PAYMENT_MISSING'
    /** Money went back without a cancellation of ours. */
    | 'CANCEL_WITHOUT_REFUND'
    | 'CANCEL_AMOUNT_DIFFERS'
    /** The provider gave the money back, our cancellation is not through yet. */
    | 'REFUND_NOT_FINISHED'
    /** Given back by our books, the provider did not. */
    | 'REFUND_MISSING'
    /** The provider could not be asked. */
    | 'NOT_VERIFIED';
  readonly orderNo: string;
  readonly paymentKey: string | null;
  readonly refundId: string | null;
  /** Won; null where there is nothing to compare. */
  readonly ours: number | null;
  readonly theirs: number | null;
};

export type Reconciliation = {
  /** In Korea. */
  readonly day: string;
  readonly provider: {
    readonly payments: number;
    readonly paid: number;
    readonly cancels: number;
    readonly cancelled: number;
  };
  readonly differences: readonly Difference[];
};

export type ReconcilePorts = {
  readonly payments: Pick<PaymentGateway, 'transactions' | 'byKey'>;
  readonly orders: Pick<OrderReads<OrderMoney>, 'find'>;
  readonly paymentReads: PaymentReads<OrderMoney>;
};

type Look = (paymentKey: string) => Promise<Probe<Payment>>;

/**
 * Compares one day of the provider's books with ours, both ways. What falls on the other side of midnight in one of the
 * two books is looked up one by one before it counts as a difference.
 * @param day `yyyy-mm-dd` in Korea, where the provider closes its days
 * @throws GatewayError when the provider's transactions cannot be had
 */
export const reconcile = async (
  day: string,
  { payments, orders, paymentReads }: ReconcilePorts,
  context: CallContext,
): Promise<Reconciliation> => {
  const lines = await payments.transactions(day, context);
  const approvals = lines.filter(({ status }) => status === 'DONE');
  const cancels = lines.filter(({ amount }) => amount < 0);
  const looks = new Map<string, Promise<Probe<Payment>>>();
  const look: Look = (paymentKey) => {
    const asked = looks.get(paymentKey) ?? payments.byKey(paymentKey, context);
    looks.set(paymentKey, asked);
    return asked;
  };
  const differences: Difference[] = [];
  for (const line of approvals)
    differences.push(...judgeApproval(line, await orders.find(line.orderId)));
  for (const line of cancels)
    differences.push(...(await judgeCancel(line, await orders.find(line.orderId), look)));
  const seen = new Set(lines.map(({ transactionKey }) => transactionKey));
  const approved = new Set(approvals.map(({ paymentKey }) => paymentKey));
  const { from, to } = boundsOf(day);
  for (const order of await paymentReads.between(from, to)) {
    differences.push(...(await missingPayment(order, { from, to }, approved, look)));
    differences.push(...(await missingRefunds(order, { from, to }, seen, look)));
  }
  return {
    day,
    provider: {
      payments: approvals.length,
      paid: sum(approvals),
      cancels: cancels.length,
      cancelled: 0 - sum(cancels),
    },
    differences,
  };
};

type Bounds = { readonly from: string; readonly to: string };
const DAY_MS = 24 * 60 * 60 * 1000;

/** Korea is nine hours ahead of UTC all year. */
const boundsOf = (day: string): Bounds => {
  const start = Date.parse(`${day}T00:00:00+09:00`);
  return { from: new Date(start).toISOString(), to: new Date(start + DAY_MS).toISOString() };
};

const within = (at: string | null, { from, to }: Bounds): boolean =>
  at !== null && at >= from && at < to;

const sum = (lines: readonly ProviderTransaction[]): number =>
  lines.reduce((total, { amount }) => total + amount, 0);

const about = (
  line: Pick<ProviderTransaction, 'orderId' | 'paymentKey'>,
  refundId: string | null = null,
) => ({ orderNo: line.orderId, paymentKey: line.paymentKey, refundId });

const isPaid = ({ status }: NonNullable<OrderMoney['payment']>): boolean =>
  status === 'DONE' || status === 'PARTIAL_CANCELED' || status === 'CANCELED';

const judgeApproval = (
  line: ProviderTransaction,
  order: OrderMoney | undefined,
): readonly Difference[] => {
  const theirs = line.amount;
  if (!order) return [{ kind: 'PAYMENT_WITHOUT_ORDER', ...about(line), ours: null, theirs }];
  const { payment } = order;
  if (payment?.paymentKey === line.paymentKey && isPaid(payment))
    return payment.amount === theirs && line.currency === 'KRW'
      ? []
      : [{ kind: 'PAYMENT_AMOUNT_DIFFERS', ...about(line), ours: payment.amount, theirs }];
  const isOnItsWayBack = order.refunds.some(
    ({ items, amount }) => items.length === 0 && amount === theirs,
  );
  return isOnItsWayBack
    ? []
    : [{ kind: 'PAYMENT_NOT_RECORDED', ...about(line), ours: null, theirs }];
};

/** The line itself does not say whose cancellation it is; the payment's list of cancellations does. */
const judgeCancel = async (
  line: ProviderTransaction,
  order: OrderMoney | undefined,
  look: Look,
): Promise<readonly Difference[]> => {
  const theirs = -line.amount;
  const found = await look(line.paymentKey);
  if (found.kind === 'unavailable')
    return [{ kind: 'NOT_VERIFIED', ...about(line), ours: null, theirs }];
  const refund = order?.refunds.find(
    ({ refundId }) =>
      found.kind === 'found' &&
      findCancel(found.data, refundId)?.transactionKey === line.transactionKey,
  );
  if (!refund) return [{ kind: 'CANCEL_WITHOUT_REFUND', ...about(line), ours: null, theirs }];
  const compared = { ...about(line, refund.refundId), ours: refund.amount, theirs };
  if (refund.amount !== theirs) return [{ kind: 'CANCEL_AMOUNT_DIFFERS', ...compared }];
  return refund.status === 'DONE' ? [] : [{ kind: 'REFUND_NOT_FINISHED', ...compared }];
};

const missingPayment = async (
  { orderNo, payment }: OrderMoney,
  bounds: Bounds,
  approved: ReadonlySet<string>,
  look: Look,
): Promise<readonly Difference[]> => {
  if (!payment?.paymentKey || !isPaid(payment) || !within(payment.approvedAt, bounds)) return [];
  const { paymentKey, amount: ours } = payment;
  if (approved.has(paymentKey)) return [];
  const found = await look(paymentKey);
  const compared = { orderNo, paymentKey, refundId: null, ours };
  if (found.kind === 'unavailable') return [{ kind: 'NOT_VERIFIED', ...compared, theirs: null }];
  const isTheirs =
    found.kind === 'found' && found.data.orderId === orderNo && found.data.approvedAt !== null;
  return isTheirs ? [] : [{ kind: 'PAYMENT_MISSING', ...compared, theirs: 0 }];
};

const missingRefunds = async (
  { orderNo, payment, refunds }: OrderMoney,
  bounds: Bounds,
  seen: ReadonlySet<string>,
  look: Look,
): Promise<readonly Difference[]> => {
  const paymentKey = payment?.paymentKey;
  const due = refunds.filter(
    ({ status, amount, items, requestedAt }) =>
      status === 'DONE' && amount > 0 && items.length > 0 && within(requestedAt, bounds),
  );
  if (!paymentKey || due.length === 0) return [];
  const found = await look(paymentKey);
  return due.flatMap(({ refundId, amount: ours }): readonly Difference[] => {
    const compared = { orderNo, paymentKey, refundId, ours };
    if (found.kind === 'unavailable') return [{ kind: 'NOT_VERIFIED', ...compared, theirs: null }];
    const cancel = found.kind === 'found' ? findCancel(found.data, refundId) : undefined;
    if (!cancel) return [{ kind: 'REFUND_MISSING', ...compared, theirs: 0 }];
    // A line of this day has been compared already.
    return seen.has(cancel.transactionKey) || cancel.amount === ours
      ? []
      : [{ kind: 'CANCEL_AMOUNT_DIFFERS', ...compared, theirs: cancel.amount }];
  });
};
