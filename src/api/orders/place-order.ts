import type { Request, RequestHandler, Response } from 'express';
import { orderNameOf } from '../../domain/order/assess.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import type { OrderState, PlacedOrder } from '../../domain/order/order-types.ts';
import type { Clock } from '../../runtime/ports.ts';
import type { OrderReceipt, Quote } from '../contract.ts';
import { offerToken } from '../http/consistency.ts';
import {
  canonicalText,
  etagOf,
  idempotencyKeyOf,
  preferredWaitMs,
  versionOf,
} from '../http/headers.ts';
import { doneOrRefuse, refuse } from '../http/refuse.ts';
import { contextOf, freshCommandId, memberIdOf, signalOf } from '../http/request-state.ts';
import { parse } from '../http/validation.ts';
import { AskQuote, PlaceOrder } from '../requests.ts';
import { type GatherDeps, type Gathered, gatherOrder } from './gather-order.ts';
import type { OrderExecutor } from './order-deps.ts';
import type { OrderNumbers } from './order-number.ts';
import type { WaitUntilSettled } from './settling.ts';

export type PlaceDeps = GatherDeps & {
  readonly orders: OrderExecutor;
  readonly numbers: OrderNumbers;
  readonly untilSettled: WaitUntilSettled;
  readonly clock: Clock;
  /** From placing an order to the end of its deductions. */
  readonly sagaDeadlineMs: number;
};

type Placed = Extract<OrderEvent, { type: 'OrderPlaced' }>['data'];
type Loaded = {
  readonly state: OrderState;
  readonly revision: bigint | 'no-stream';
  readonly position: bigint | null;
};

/** The order's first moment: the same for every repeat under one key, whatever has become of the order since. */
const receiptOf = (order: PlacedOrder): OrderReceipt => ({
  orderNo: order.orderNo,
  status: 'PENDING',
  orderName: order.orderName,
  createdAt: order.placedAt,
  finalPaymentAmount: order.price.finalPaymentAmount,
});

const settledReceipt = (order: PlacedOrder): OrderReceipt => ({
  ...receiptOf(order),
  status: order.status,
  failureCode: order.failureCode,
  paymentDeadline: order.paymentDeadline,
});

/** `POST /orders`: 202, the deductions follow; with `Prefer: wait` the answer shows what came of them. */
export const placeOrder = (deps: PlaceDeps): RequestHandler => {
  const { orders, numbers, clock } = deps;

  const placedUnder = async (
    key: string,
    fingerprint: string,
    res: Response,
  ): Promise<Loaded | undefined> => {
    const candidates = numbers.candidates(memberIdOf(res), key, clock.now());
    const loaded = await Promise.all(candidates.map((no) => orders.load(no, signalOf(res))));
    const found = loaded.find(({ state }) => state.status !== 'NONE');
    if (found && found.state.status !== 'NONE' && found.state.fingerprint !== fingerprint)
      return refuse({ code: 'IDEMPOTENCY_KEY_REUSED' });
    return found;
  };

  const place = async (
    wish: PlaceOrder,
    orderNo: string,
    fingerprint: string | null,
    res: Response,
  ) => {
    const memberId = memberIdOf(res);
    const commandId = freshCommandId();
    const context = contextOf(res, commandId);
    const gathered = await gatherOrder(deps, wish, memberId, context);
    const order = placedOf(gathered, wish.deliveryAddress, {
      orderNo,
      fingerprint,
      now: clock.now(),
      sagaDeadlineMs: deps.sagaDeadlineMs,
    });
    const command = { type: 'PlaceOrder', order } as const;
    // Under a key it was looked for just now; without one the number cannot be guessed.
    const options = { commandId, context, isNew: true };
    return doneOrRefuse(await orders.execute(orderNo, command, options));
  };

  return async (req: Request, res: Response) => {
    const wish = parse(PlaceOrder, req.body, 'body');
    const key = idempotencyKeyOf(req);
    const waitMs = preferredWaitMs(req, res);
    const fingerprint = key === undefined ? null : numbers.fingerprint(canonicalText(wish));
    const before =
      key === undefined || fingerprint === null
        ? undefined
        : await placedUnder(key, fingerprint, res);
    const now = clock.now();
    const orderNo =
      key === undefined ? numbers.fresh(now) : numbers.candidates(memberIdOf(res), key, now)[0];
    const placed = before ?? (await place(wish, orderNo, fingerprint, res));
    await answerPlaced(deps, placed, waitMs, res);
  };
};

const answerPlaced = async (
  { untilSettled }: PlaceDeps,
  { state, revision, position }: Loaded,
  waitMs: number,
  res: Response,
): Promise<void> => {
  if (state.status === 'NONE') throw new Error('a placed order has a status');
  res.status(202).set('Location', `/orders/${state.orderNo}`);
  if (waitMs === 0) {
    offerToken(res, position);
    res.set('ETag', etagOf(versionOf(revision))).json(receiptOf(state));
    return;
  }
  const settled = await untilSettled(state.orderNo, waitMs, signalOf(res));
  offerToken(res, settled.position);
  res.set('ETag', etagOf(versionOf(settled.revision))).json(settledReceipt(settled.order));
};

const placedOf = (
  { lines, price, coupon, member }: Gathered,
  deliveryAddress: string,
  order: {
    readonly orderNo: string;
    readonly fingerprint: string | null;
    readonly now: Date;
    readonly sagaDeadlineMs: number;
  },
): Placed => ({
  orderNo: order.orderNo,
  memberId: member.memberId,
  orderName: orderNameOf(lines),
  lines: [...lines],
  price,
  coupon: coupon && {
    couponId: coupon.couponId,
    couponName: coupon.couponName,
    discountAmount: price.couponDiscount,
  },
  orderer: { userName: member.userName, phoneNumber: member.phoneNumber, deliveryAddress },
  placedAt: order.now.toISOString(),
  sagaDeadline: new Date(order.now.getTime() + order.sagaDeadlineMs).toISOString(),
  fingerprint: order.fingerprint,
});

/** `POST /orders/quote`: what the order would cost now; nothing is kept. */
export const quoteOrder =
  (deps: GatherDeps): RequestHandler =>
  async (req, res) => {
    const wish = { ...parse(AskQuote, req.body, 'body'), expectedPrice: null };
    const gathered = await gatherOrder(deps, wish, memberIdOf(res), contextOf(res));
    res.json(quoteOf(gathered));
  };

const quoteOf = ({ lines, price, coupon, member }: Gathered): Quote => ({
  items: [...lines],
  orderPrice: price,
  coupon: coupon && {
    couponId: coupon.couponId,
    couponName: coupon.couponName,
    couponDiscount: price.couponDiscount,
  },
  expectedPrice: price.finalPaymentAmount,
  pointBalance: member.pointBalance,
});
