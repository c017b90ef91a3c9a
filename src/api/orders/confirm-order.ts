import type { RequestHandler, Response } from 'express';
import type { OrderEvent } from '../../domain/order/events.ts';
import { orderEvents } from '../../domain/order/events.ts';
import type { OrderRejection, OrderState, PlacedOrder } from '../../domain/order/order-types.ts';
import type { OrderRow } from '../../projections/orders.ts';
import type { Outcome } from '../../runtime/execute.ts';
import type { Context, EventLog } from '../../runtime/ports.ts';
import { freshCommandId } from '../http/command-id.ts';
import { offerToken } from '../http/consistency.ts';
import { idempotencyKeyOf, preferredWaitMs } from '../http/headers.ts';
import { ProblemError } from '../http/problem-error.ts';
import { doneOrRefuse, refuse } from '../http/refuse.ts';
import { contextOf, memberIdOf, signalOf } from '../http/request-state.ts';
import { parse } from '../http/validation.ts';
import { ConfirmPayment } from '../requests.ts';
import { eventsOf, type FoldOrder } from './fold-order.ts';
import { type OrderExecutor, ownOrder } from './order-deps.ts';
import { sendOrder } from './read-orders.ts';
import type { WaitUntilSettled } from './settling.ts';

export type ConfirmDeps = {
  readonly orders: Pick<OrderExecutor, 'load'>;
  /** Records the wish, asks the provider once, records what it answered; the outcome holds the order as it is then. */
  readonly confirmPayment: (
    orderNo: string,
    paymentKey: string,
    amount: number,
    context: Context,
  ) => Promise<Outcome<OrderState, OrderEvent, OrderRejection>>;
  readonly untilSettled: WaitUntilSettled;
  readonly fold: FoldOrder;
  readonly log: Pick<EventLog, 'read'>;
};

/** Most unresolved confirmations are resolved at the resolver's first look, a second later. */
const RETRY_AFTER_S = '2';

/**
 * `POST /orders/confirm`: 200 paid, 402 declined, 202 when the provider's answer is not known yet: the resolver asks on, and
 * the event stream tells. Repeating it with the same payment key is safe, and answers the same.
 */
export const confirmOrder =
  (deps: ConfirmDeps): RequestHandler =>
  async (req, res) => {
    const { orderNo, paymentKey, amount } = parse(ConfirmPayment, req.body, 'body');
    // Order and payment key name the wish already; the header must only be well-formed.
    idempotencyKeyOf(req);
    const waitMs = preferredWaitMs(req, res);
    await ownOrder(deps.orders, orderNo, memberIdOf(res), signalOf(res));
    const context = contextOf(res, freshCommandId());
    const outcome = await deps.confirmPayment(orderNo, paymentKey, amount, context);
    let { state, position } = doneOrRefuse(outcome);
    if (state.status === 'PAYMENT_CONFIRMING' && waitMs > 0) {
      const settled = await deps.untilSettled(orderNo, waitMs, signalOf(res));
      state = settled.order;
      position = settled.position;
    }
    if (state.status === 'NONE') throw new Error(`order ${orderNo} was confirmed and is not there`);
    offerToken(res, position);
    await answerConfirmed(deps, state, res);
  };

const answerConfirmed = async (
  { fold, log }: ConfirmDeps,
  order: PlacedOrder,
  res: Response,
): Promise<void> => {
  const { orderNo, status, failureCode } = order;
  switch (status) {
    case 'PAYMENT_CONFIRMING':
      res.set('Location', `/orders/${orderNo}`).set('Retry-After', RETRY_AFTER_S);
      sendOrder(res.req, res, await current(fold, orderNo, res), 202);
      return;
    case 'PAYMENT_FAILED':
      throw new ProblemError('PAYMENT_DECLINED', {
        members: { orderNo, failureCode, ...(await declineOf(log, orderNo, res)) },
      });
    case 'COMPLETED':
    case 'CANCEL_REQUESTED':
    case 'PARTIALLY_CANCELED':
      sendOrder(res.req, res, await current(fold, orderNo, res));
      return;
    case 'PENDING':
    case 'PAYMENT_WAITING':
    case 'CANCELED':
      refuse({ code: 'ORDER_NOT_PAYABLE', status, failureCode });
  }
};

const current = async (fold: FoldOrder, orderNo: string, res: Response): Promise<OrderRow> =>
  (await fold(orderNo, signalOf(res))) ?? refuse({ code: 'ORDER_NOT_FOUND' });

/** The provider's own word and text, for the customer to act on (another card, more balance). */
const declineOf = async (log: Pick<EventLog, 'read'>, orderNo: string, res: Response) => {
  const events = await eventsOf(log, [orderEvents], orderNo, signalOf(res));
  const declined = events.findLast(({ type }) => type === 'PaymentDeclined') as
    | Extract<OrderEvent, { type: 'PaymentDeclined' }>
    | undefined;
  return declined ? { providerCode: declined.data.providerCode, detail: declined.data.reason } : {};
};
