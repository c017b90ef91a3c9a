import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Item, OrderCommand, PlacedOrder } from '../../domain/order/order-types.ts';
import type { CouponGateway } from '../../runtime/gateway-ports.ts';
import type { Clock } from '../../runtime/ports.ts';
import { refundIdOf } from '../../runtime/refund-id.ts';
import { offerToken } from '../http/consistency.ts';
import {
  idempotencyKeyOf,
  ifMatchOf,
  ifSeen,
  preferredWaitMs,
  requireVersion,
  versionOf,
} from '../http/headers.ts';
import { ProblemError } from '../http/problem-error.ts';
import { doneOrRefuse, refuse } from '../http/refuse.ts';
import {
  contextOf,
  freshCommandId,
  memberIdOf,
  type RequestContext,
  signalOf,
} from '../http/request-state.ts';
import { parse } from '../http/validation.ts';
import { CancelOrder, OrderPath } from '../requests.ts';
import type { FoldOrder } from './fold-order.ts';
import { type OrderExecutor, ownOrder } from './order-deps.ts';
import { sendOrder } from './read-orders.ts';
import type { WaitUntilSettled } from './settling.ts';

export type CancelDeps = {
  readonly orders: OrderExecutor;
  readonly coupons: Pick<CouponGateway, 'coupon'>;
  readonly couponRestorePolicy: 'full-cancel-unexpired' | 'full-cancel' | 'never';
  readonly untilSettled: WaitUntilSettled;
  readonly fold: FoldOrder;
  readonly clock: Clock;
};

type Wish = { readonly items?: readonly Item[] | undefined; readonly reason: string };

/** Also one that its member has cancelled before: cancelling it again is the same wish. */
const isUnpaid = ({ status, failureCode }: PlacedOrder): boolean =>
  status === 'PENDING' ||
  status === 'PAYMENT_WAITING' ||
  (status === 'CANCELED' && failureCode === 'CANCELED_BY_MEMBER');

/**
 * `POST /orders/{orderNo}/cancel`: before payment the order is cancelled at once (200); afterwards a cancellation is asked
 * for (202), whose end the event stream tells. Under one Idempotency-Key one cancellation is asked for, however often.
 */
export const cancelOrder = (deps: CancelDeps): RequestHandler => {
  const { orders } = deps;
  return async (req, res) => {
    const { orderNo } = parse(OrderPath, req.params, 'path');
    const wish = parse(CancelOrder, req.body, 'body');
    const refundId = refundIdOf(orderNo, seedOf(req, memberIdOf(res)));
    const waitMs = preferredWaitMs(req, res);
    const { order, revision } = await ownOrder(orders, orderNo, memberIdOf(res), signalOf(res));
    const repeated = askedBefore(order, refundId, wish);
    const seen = repeated ? undefined : ifMatchOf(req);
    requireVersion(seen, versionOf(revision));

    const commandId = freshCommandId();
    const context = contextOf(res, commandId);
    const command = isUnpaid(order)
      ? cancelUnpaid(wish)
      : await requestCancellation(deps, order, wish, refundId, context);
    const done = doneOrRefuse(
      await orders.execute(orderNo, command, { commandId, context, ...ifSeen(seen) }),
      seen !== undefined,
    );
    const settled =
      waitMs > 0 ? await deps.untilSettled(orderNo, waitMs, signalOf(res)) : undefined;
    offerToken(res, settled?.position ?? done.position);
    await answerCancelled(deps.fold, orderNo, refundId, res);
  };
};

const seedOf = (req: Request, memberId: string): string =>
  JSON.stringify(['member', memberId, idempotencyKeyOf(req) ?? randomUUID()]);

const cancelUnpaid = ({ items, reason }: Wish): OrderCommand => {
  if (items !== undefined)
    throw new ProblemError('VALIDATION_FAILED', {
      detail: 'an order that is not paid is cancelled as a whole: leave items out',
      members: {
        errors: [{ pointer: '#/items', code: 'NOT_ALLOWED', detail: 'only for a completed order' }],
      },
    });
  return { type: 'CancelUnpaid', reason, failureCode: 'CANCELED_BY_MEMBER' };
};

const requestCancellation = async (
  deps: CancelDeps,
  order: PlacedOrder,
  { items, reason }: Wish,
  refundId: string,
  context: RequestContext,
): Promise<OrderCommand> => ({
  type: 'RequestCancellation',
  refundId,
  items: items ?? null,
  reason,
  by: context.actor,
  restoreCoupon: await mayRestoreCoupon(deps, order, context),
  at: deps.clock.now().toISOString(),
});

/** @throws GatewayError when the policy asks for the coupon's expiry and its service is away: asking later is possible */
const mayRestoreCoupon = async (
  { coupons, couponRestorePolicy, clock }: CancelDeps,
  { coupon, memberId }: PlacedOrder,
  context: RequestContext,
): Promise<boolean> => {
  if (coupon === null || couponRestorePolicy === 'never') return false;
  if (couponRestorePolicy === 'full-cancel') return true;
  const found = await coupons.coupon(memberId, coupon.couponId, context);
  return found !== null && Date.parse(found.expiresAt) > clock.now().getTime();
};

/** @throws ProblemError IDEMPOTENCY_KEY_REUSED when the same key asked for other lines */
const askedBefore = (order: PlacedOrder, refundId: string, { items }: Wish): boolean => {
  const before = [order.cancelling, ...order.refunds].find((each) => each?.refundId === refundId);
  if (!before) return order.refusedRefunds.includes(refundId);
  if (items !== undefined && !sameItems(items, before.items))
    return refuse({ code: 'IDEMPOTENCY_KEY_REUSED' });
  return true;
};

const sameItems = (a: readonly Item[], b: readonly Item[]): boolean => {
  const text = (items: readonly Item[]) =>
    items
      .map(({ productVariantId, quantity }) => `${productVariantId}x${quantity}`)
      .sort()
      .join();
  return text(a) === text(b);
};

const answerCancelled = async (
  fold: FoldOrder,
  orderNo: string,
  refundId: string,
  res: Response,
): Promise<void> => {
  const row = (await fold(orderNo, signalOf(res))) ?? refuse({ code: 'ORDER_NOT_FOUND' });
  const underWay = row.status === 'CANCEL_REQUESTED';
  res.set('Location', `/orders/${orderNo}`);
  if (row.refunds.some((refund) => refund.refundId === refundId)) res.set('X-Refund-Id', refundId);
  sendOrder(res.req, res, row, underWay ? 202 : 200);
};
