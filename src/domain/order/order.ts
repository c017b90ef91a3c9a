import type { Decider } from '../kernel/decider.ts';
import { decideOrder } from './decide.ts';
import type { OrderEvent } from './events.ts';
import { evolveOrder } from './evolve.ts';
import type { OrderCommand, OrderRejection, OrderState } from './order-types.ts';

/**
 * The order aggregate. Its status is the semantic lock of the saga: whoever moves the status first wins, by the
 * stream's revision. PAYMENT_CONFIRMING is left only by a definite answer of the provider, CANCELED and PAYMENT_FAILED by nothing.
 */
export const order: Decider<OrderState, OrderCommand, OrderEvent, OrderRejection> = {
  initial: { status: 'NONE' },
  evolve: evolveOrder,
  decide: decideOrder,
};
