import type { RequestHandler, Response } from 'express';
import type { OrderEvent } from '../../domain/order/events.ts';
import { orderEvents } from '../../domain/order/events.ts';
import type { PlacedOrder } from '../../domain/order/order-types.ts';
import type { ConfirmResult, Payments } from '../../runtime/payments.ts';
import type { EventLog } from '../../runtime/ports.ts';
import { offerToken } from '../http/consistency.ts';
import { idempotencyKeyOf, preferredWaitMs } from '../http/headers.ts';
import { ProblemError } from '../http/problem-error.ts';
import { refuse } from '../http/refuse.ts';
import { contextOf, freshCommandId, memberIdOf, signalOf } from '../http/request-state.ts';
import { parse } from '../http/validation.ts';
import { ConfirmPayment } from '../requests.ts';
import { type CurrentDeps, currentRow } from './current-row.ts';
import { eventsOf } from './fold-order.ts';
import { type OrderExecutor, ownOrder } from './order-deps.ts';
import { sendOrder } from './read-orders.ts';
import type { WaitUntilSettled } from './settling.ts';

export type ConfirmDeps = CurrentDeps & {
  readonly orders: Pick<OrderExecutor, 'recall'>;
  readonly payments: Pick<Payments, 'confirmPayment'>;
  readonly untilSettled: WaitUntilSettled;
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
    // An order never changes hands, so any earlier state will do.
    await ownOrder({ load: deps.orders.recall }, orderNo, memberIdOf(res), signalOf(res));
    const context = contextOf(res, freshCommandId());
    const wish = { orderNo, paymentKey, amount };
    const result = answered(await deps.payments.confirmPayment(wish, context));
    if (result.kind !== 'unresolved' || waitMs === 0) {
      offerToken(res, result.position);
      await answerConfirmed(deps, result, res);
      return;
    }
    const settled = await deps.untilSettled(orderNo, waitMs, signalOf(res));
    offerToken(res, settled.position);
    await answerConfirmed(deps, settled, res);
  };

type Answered = Exclude<ConfirmResult, { kind: 'rejected' | 'conflict' }>;

const answered = (result: ConfirmResult): Answered => {
  if (result.kind === 'rejected') return refuse(result.rejection);
  if (result.kind === 'conflict') throw new ProblemError('BUSY');
  return result;
};

const answerConfirmed = async (
  deps: ConfirmDeps,
  { order, position }: { readonly order: PlacedOrder; readonly position: bigint | null },
  res: Response,
): Promise<void> => {
  const current = () => currentRow(deps, order, position, signalOf(res));
  const { orderNo, status, failureCode } = order;
  switch (status) {
    case 'PAYMENT_CONFIRMING':
      res.set('Location', `/orders/${orderNo}`).set('Retry-After', RETRY_AFTER_S);
      sendOrder(res.req, res, await current(), 202);
      return;
    case 'PAYMENT_FAILED':
      throw new ProblemError('PAYMENT_DECLINED', {
        members: { orderNo, failureCode, ...(await declineOf(deps.log, orderNo, res)) },
      });
    case 'COMPLETED':
    case 'CANCEL_REQUESTED':
    case 'PARTIALLY_CANCELED':
      sendOrder(res.req, res, await current());
      return;
    case 'PENDING':
    case 'PAYMENT_WAITING':
    case 'CANCELED':
      refuse({ code: 'ORDER_NOT_PAYABLE', status, failureCode });
  }
};

/** The provider's own word and text, for the customer to act on (another card, more balance). */
const declineOf = async (log: Pick<EventLog, 'read'>, orderNo: string, res: Response) => {
  const events = await eventsOf(log, [orderEvents], orderNo, signalOf(res));
  const declined = events.findLast(({ type }) => type === 'PaymentDeclined') as
    | Extract<OrderEvent, { type: 'PaymentDeclined' }>
    | undefined;
  return declined ? { providerCode: declined.data.providerCode, detail: declined.data.reason } : {};
};
