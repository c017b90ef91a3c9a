import { OrderNo } from '../../domain/kernel/ids.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import type {
  OrderCommand,
  OrderRejection,
  OrderState,
  PlacedOrder,
} from '../../domain/order/order-types.ts';
import type { Executor } from '../../runtime/execute.ts';
import { refuse } from '../http/refuse.ts';

export type OrderExecutor = Executor<OrderState, OrderCommand, OrderEvent, OrderRejection>;

/** An order that exists and belongs to who asks, as it is now. */
export type OwnOrder = {
  readonly order: PlacedOrder;
  readonly revision: bigint;
  readonly position: bigint | null;
};

/**
 * @throws ProblemError ORDER_NOT_FOUND, alike for an order that does not exist and one of somebody else: who asks must not
 *   learn which
 */
export const ownOrder = async (
  orders: Pick<OrderExecutor, 'load'>,
  orderNo: string,
  memberId: string,
  signal: AbortSignal,
): Promise<OwnOrder> => {
  if (!OrderNo.safeParse(orderNo).success) return refuse({ code: 'ORDER_NOT_FOUND' });
  const { state, revision, position } = await orders.load(orderNo, signal);
  if (state.status === 'NONE' || state.memberId !== memberId || revision === 'no-stream')
    return refuse({ code: 'ORDER_NOT_FOUND' });
  return { order: state, revision, position };
};
