import { type CancellationEvent, cancellationEvents } from '../domain/cancellation/events.ts';
import { type OrderEvent, orderEvents } from '../domain/order/events.ts';
import { answeredCancellation } from './cancellation-saga-answers.ts';
import { operateCancellation } from './cancellation-saga-operators.ts';
import {
  type CancellationState,
  evolveCancellation,
  initialCancellation,
  type Wish,
} from './cancellation-saga-state.ts';
import { callFor, planCancellation } from './cancellation-saga-steps.ts';
import type { OrderInstruction, Owed, ProcessManager } from './process-manager.ts';

type OwedHere = Owed<CancellationEvent>;

/**
 * Gives back what a completed order (or a payment that came too late) took: the money first, as only the provider may
 * refuse; then points, coupon and stock, which cannot be refused and are tried until done.
 */
export const cancellationSaga: ProcessManager<
  CancellationState,
  OrderEvent | CancellationEvent,
  CancellationEvent
> = {
  name: 'orderCancellation',
  own: cancellationEvents,
  wakes: {
    OrderCancellationRequested: refundIdOf,
    LatePaymentFound: refundIdOf,
    CancellationRetryRequested: refundIdOf,
  },
  streams: (refundId) => [
    { family: orderEvents, id: orderNoOf(refundId) },
    { family: cancellationEvents, id: refundId },
  ],
  initial: (refundId) => initialCancellation(orderNoOf(refundId), refundId),
  evolve: evolveCancellation,
  owed: (state) => {
    const { wish, progress } = state;
    if (wish === null || progress.ended !== null) return [];
    if (progress.steps === null) return [start(state, wish)];
    if (progress.refusal && !(progress.again && wish.late)) return refused(state, wish);
    const left = progress.steps.filter((step) => !progress.done.includes(step));
    if (left.length === 0) return finish(state, wish);
    // The money is the pivot: nothing else moves before it has. Behind it, one that waits does not hold up the others.
    const now = left.includes('PAYMENT') ? (['PAYMENT'] as const) : left;
    return now.map((step) => ({
      id: step,
      action: { kind: 'call', call: callFor(step, state, wish) },
      notBefore: progress.deferred[step]?.retryAt ?? null,
    }));
  },
  answered: answeredCancellation,
  operated: operateCancellation,
};

function refundIdOf(event: { readonly data: unknown }): string {
  return (event.data as { readonly refundId: string }).refundId;
}

/** A refund's id is the order's number, a dash and ten or more base32 characters. */
export const orderNoOf = (refundId: string): string =>
  refundId.slice(0, Math.max(refundId.lastIndexOf('-'), 0));

const start = ({ orderNo, refundId }: CancellationState, wish: Wish): OwedHere =>
  record('start', {
    type: 'CancellationStarted',
    data: { orderNo, refundId, steps: [...planCancellation(wish)] },
  });

const finish = (state: CancellationState, wish: Wish): readonly OwedHere[] => {
  const { orderNo, refundId, settled } = state;
  const done: OrderInstruction = wish.late
    ? { type: 'RecordLateRefund', refundId }
    : { type: 'FinishCancellation', refundId };
  return settled
    ? [record('finished', { type: 'CancellationFinished', data: { orderNo, refundId } })]
    : [command(state, 'finish', done)];
};

/** The provider refused: the order is free again and keeps what it had. A late payment waits for an operator. */
const refused = (state: CancellationState, wish: Wish): readonly OwedHere[] => {
  const { orderNo, refundId, settled, progress } = state;
  const providerCode = progress.refusal?.providerCode ?? '';
  const reason = progress.refusal?.reason ?? '';
  return settled || wish.late
    ? [
        record('failed', {
          type: 'CancellationFailed',
          data: { orderNo, refundId, providerCode },
        }),
      ]
    : [command(state, 'refuse', { type: 'RefuseCancellation', refundId, providerCode, reason })];
};

const record = (id: string, event: CancellationEvent): OwedHere => ({
  id,
  action: { kind: 'record', events: [event] },
  notBefore: null,
});

const command = (
  { orderNo }: CancellationState,
  id: string,
  instruction: OrderInstruction,
): OwedHere => ({
  id,
  action: { kind: 'order', orderNo, command: instruction },
  notBefore: null,
});
