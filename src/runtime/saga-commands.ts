import { randomUUID } from 'node:crypto';
import type { CartCommand, CartRejection, CartState } from '../domain/cart/cart.ts';
import type { CartEvent } from '../domain/cart/events.ts';
import type { AnyEvent } from '../domain/kernel/events.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { OrderCommand, OrderRejection, OrderState } from '../domain/order/order-types.ts';
import type { Effect } from '../process-managers/process-manager.ts';
import type { Executor, Outcome } from './execute.ts';
import { commandOf } from './order-commands.ts';
import type { Clock, Context } from './ports.ts';

export type Orders = Executor<OrderState, OrderCommand, OrderEvent, OrderRejection>;
export type Carts = Executor<CartState, CartCommand, CartEvent, CartRejection>;
type OrderOutcome = Outcome<OrderState, OrderEvent, OrderRejection>;
type OrderEffect = Extract<Effect<AnyEvent>, { kind: 'order' }>;

/** Sagas give commands as everybody does: the aggregate decides. */
export type SagaCommands = {
  /** Gives `ifRefused` when the first command is refused; the outcome is then that one's. */
  readonly order: (effect: OrderEffect, context: Context) => Promise<OrderOutcome>;
};

export const sagaCommands = (options: {
  readonly orders: Orders;
  readonly clock: Clock;
  readonly paymentDeadlineMs: number;
}): SagaCommands => {
  const { orders, clock, paymentDeadlineMs } = options;
  const give = (
    orderNo: string,
    instruction: OrderEffect['command'],
    context: Context,
  ): Promise<OrderOutcome> => {
    const command = commandOf(instruction, clock.now(), paymentDeadlineMs);
    // A new id each time, as for the saga's own events: the decider recognises a repeat by its state.
    return orders.execute(orderNo, command, { commandId: randomUUID(), context });
  };
  return {
    order: async ({ orderNo, command, ifRefused }, context) => {
      const outcome = await give(orderNo, command, context);
      return outcome.kind === 'rejected' && ifRefused ? give(orderNo, ifRefused, context) : outcome;
    },
  };
};
