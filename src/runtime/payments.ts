import { randomUUID } from 'node:crypto';
import { OrderNo } from '../domain/kernel/ids.ts';
import type { OrderRejection, OrderState, PlacedOrder } from '../domain/order/order-types.ts';
import type { Payment } from '../domain/payment/payment.ts';
import type { Driven, DriveOptions } from './orchestrate.ts';
import type { PaymentGateway } from './payment-gateway-ports.ts';
import type { Clock, Context, Log, Metrics } from './ports.ts';
import { lateRefundIdOf, paymentKeyHash } from './refund-id.ts';
import type { Orders } from './saga-commands.ts';

/** What a member's wish to pay has come to. `position` is the log position that a reader must have passed to see it. */
export type ConfirmResult =
  | { readonly kind: 'completed'; readonly order: PlacedOrder; readonly position: bigint | null }
  /** `failureCode` stands in the order. */
  | { readonly kind: 'declined'; readonly order: PlacedOrder; readonly position: bigint | null }
  /** Nobody knows yet; the resolver goes on asking the provider. */
  | { readonly kind: 'unresolved'; readonly order: PlacedOrder; readonly position: bigint | null }
  | { readonly kind: 'rejected'; readonly rejection: OrderRejection }
  | { readonly kind: 'conflict' };

/** Somebody says that something happened to a payment; only the provider's own word counts. */
export type PaymentHint = {
  readonly paymentKey?: string | undefined;
  readonly orderNo?: string | undefined;
};

export type HintResult =
  /** The provider knows no such payment, or no order of ours belongs to it. */
  | 'ignored'
  /** The provider could not be asked; the hint is worth repeating. */
  | 'unavailable'
  /** Nothing new. */
  | 'known'
  | 'resolved'
  /** Money for an order that ended without it: it goes back. */
  | 'late-payment';

export type Payments = {
  /**
   * Records the intent, asks the provider, records the outcome. The caller has checked that the order is the member's.
   * @param context its signal must outlive the client's request: once the intent is recorded the call is made
   */
  readonly confirmPayment: (
    wish: { readonly orderNo: string; readonly paymentKey: string; readonly amount: number },
    context: Context,
  ) => Promise<ConfirmResult>;
  /** Looks the payment up and acts on what the provider says. */
  readonly paymentHint: (hint: PaymentHint, context: Context) => Promise<HintResult>;
};

export const payments = (deps: {
  readonly orders: Orders;
  readonly payment: PaymentGateway;
  readonly drive: (orderNo: string, options: DriveOptions) => Promise<Driven>;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
}): Payments => {
  const { orders, payment: provider, drive, clock, logger, metrics } = deps;

  const confirmPayment: Payments['confirmPayment'] = async (
    { orderNo, paymentKey, amount },
    context,
  ) => {
    const at = clock.now().toISOString();
    const idempotencyKey = `confirm:${orderNo}:${paymentKeyHash(paymentKey)}:a1`;
    const command = {
      type: 'RequestConfirmation',
      paymentKey,
      amount,
      idempotencyKey,
      at,
    } as const;
    // The decider recognises a repeat by its payment key; only one of two requests may think that it is the first.
    const commandId = randomUUID();
    const asked = await orders.execute(orderNo, command, { commandId, context });
    if (asked.kind !== 'done')
      return asked.kind === 'rejected'
        ? { kind: 'rejected', rejection: asked.rejection }
        : { kind: 'conflict' };
    const settled = resultOf(asked.state, asked.position);
    if (settled.kind !== 'unresolved') return settled;
    // Only the request that recorded the intent may take it that nothing was asked of the provider before.
    const first = asked.events.length > 0;
    const news = { family: 'order', events: asked.events, revision: asked.revision };
    const options = { context, force: 'PAYMENT:do', first };
    const driven = await drive(orderNo, first ? { ...options, news } : options);
    return resultOf(orderIn(driven), driven.position ?? asked.position);
  };

  const reportLate = async (payment: Payment, context: Context): Promise<HintResult> => {
    const { orderId: orderNo, paymentKey, balanceAmount } = payment;
    const command = {
      type: 'ReportLatePayment',
      refundId: lateRefundIdOf(orderNo, paymentKey),
      paymentKey,
      amount: balanceAmount,
      reason: 'paid although the order does not wait for it',
      at: clock.now().toISOString(),
    } as const;
    const outcome = await orders.execute(orderNo, command, { commandId: randomUUID(), context });
    if (outcome.kind !== 'done') return 'unavailable';
    if (outcome.events.length === 0) return 'known';
    metrics.count('late_payments_total');
    logger.warn({ orderNo, alert: true }, 'money found for an order that ended without it');
    return 'late-payment';
  };

  const paymentHint: Payments['paymentHint'] = async ({ paymentKey, orderNo }, context) => {
    const look =
      paymentKey !== undefined
        ? await provider.byKey(paymentKey, context)
        : orderNo !== undefined
          ? await provider.byOrder(orderNo, context)
          : null;
    if (look === null || look.kind === 'absent') return 'ignored';
    if (look.kind === 'unavailable') return 'unavailable';
    const payment = look.data;
    if (!OrderNo.safeParse(payment.orderId).success) return 'ignored';
    const { state } = await orders.load(payment.orderId, context.signal);
    if (state.status === 'NONE') return 'ignored';
    if (
      state.status === 'PAYMENT_CONFIRMING' &&
      state.confirmation?.paymentKey === payment.paymentKey
    ) {
      await drive(payment.orderId, { context, force: 'PAYMENT:do' });
      return 'resolved';
    }
    if (!holdsMoney(payment) || state.payment?.paymentKey === payment.paymentKey) return 'known';
    if (state.status !== 'PAYMENT_WAITING') return reportLate(payment, context);
    // Paid, and the order still waits: as good as a confirmation, if the amount is right.
    const wish = {
      orderNo: payment.orderId,
      paymentKey: payment.paymentKey,
      amount: payment.totalAmount,
    };
    const result = await confirmPayment(wish, context);
    return result.kind === 'rejected' ? reportLate(payment, context) : 'resolved';
  };

  return { confirmPayment, paymentHint };
};

/** The order saga's state holds the order beside its own progress. */
const orderIn = ({ state }: Driven): OrderState => (state as { readonly order: OrderState }).order;

const holdsMoney = ({ status, balanceAmount }: Payment): boolean =>
  (status === 'DONE' || status === 'PARTIAL_CANCELED') && balanceAmount > 0;

const resultOf = (state: OrderState, position: bigint | null): ConfirmResult => {
  switch (state.status) {
    case 'NONE':
      return { kind: 'rejected', rejection: { code: 'ORDER_NOT_FOUND' } };
    case 'PAYMENT_FAILED':
      return { kind: 'declined', order: state, position };
    case 'PENDING':
    case 'PAYMENT_WAITING':
    case 'PAYMENT_CONFIRMING':
      return { kind: 'unresolved', order: state, position };
    case 'COMPLETED':
    case 'CANCEL_REQUESTED':
    case 'PARTIALLY_CANCELED':
      return { kind: 'completed', order: state, position };
    case 'CANCELED':
      return state.payment
        ? { kind: 'completed', order: state, position }
        : { kind: 'declined', order: state, position };
  }
};
