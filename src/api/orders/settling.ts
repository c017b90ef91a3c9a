import type { OrderStatus } from '../../domain/order/words.ts';
import type { FeedHub } from '../events/feed-hub.ts';
import { refuse } from '../http/refuse.ts';
import type { OrderExecutor, OwnOrder } from './order-deps.ts';

/**
 * Waits until an order is in a state that only its customer can move on, or until the time is over.
 * @returns the order as it is then, settled or not
 */
export type WaitUntilSettled = (
  orderNo: string,
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<OwnOrder>;

const UNDER_WAY: readonly OrderStatus[] = ['PENDING', 'PAYMENT_CONFIRMING', 'CANCEL_REQUESTED'];

/**
 * Looks at the stream when the feed says that the order has moved, so that many waiting clients cost nothing meanwhile;
 * looks once more at the end, in case the read side is behind.
 */
export const settling =
  (orders: Pick<OrderExecutor, 'load'>, hub: Pick<FeedHub, 'listen'>): WaitUntilSettled =>
  async (orderNo, timeoutMs, signal) => {
    const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const moves = movesOf(orderNo, hub);
    try {
      for (;;) {
        const moved = moves.next(until);
        const now = await load(orders, orderNo, signal);
        if (!UNDER_WAY.includes(now.order.status)) return now;
        if (until.aborted) return now;
        await moved;
      }
    } finally {
      moves.end();
    }
  };

const load = async (
  orders: Pick<OrderExecutor, 'load'>,
  orderNo: string,
  signal: AbortSignal,
): Promise<OwnOrder> => {
  const { state, revision, position } = await orders.load(orderNo, signal);
  if (state.status === 'NONE' || revision === 'no-stream')
    return refuse({ code: 'ORDER_NOT_FOUND' });
  return { order: state, revision, position };
};

/** Each `next` resolves at the first move after it was called, or when `until` aborts. */
const movesOf = (orderNo: string, hub: Pick<FeedHub, 'listen'>) => {
  let wake = (): void => undefined;
  const end = hub.listen({ orderNo }, () => wake());
  return {
    end,
    next: (until: AbortSignal) =>
      new Promise<void>((resolve) => {
        wake = resolve;
        if (until.aborted) resolve();
        else until.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
};
