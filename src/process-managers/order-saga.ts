import { type OrderEvent, orderEvents } from '../domain/order/events.ts';
import type { Confirmation, PlacedOrder } from '../domain/order/order-types.ts';
import type { SagaStep } from '../domain/order/words.ts';
import { type OrderSagaEvent, orderSagaEvents } from '../domain/saga/events.ts';
import { clearCart } from './cart-clearing.ts';
import { after } from './instant.ts';
import { answeredOrderSaga } from './order-saga-answers.ts';
import { operateOrderSaga } from './order-saga-operators.ts';
import {
  evolveOrderSaga,
  initialOrderSaga,
  type OrderSagaState,
  type PlacedSagaState,
  type Progress,
} from './order-saga-state.ts';
import { type Compensatable, plan, steps } from './order-saga-steps.ts';
import type { Action, Call, OrderInstruction, Owed, ProcessManager } from './process-manager.ts';

export type OrderSagaSettings = {
  /** How long the one who asked for a confirmation has it to himself before the resolver looks, in ms. */
  readonly firstResolveMs: number;
  /** An unresolved confirmation is flagged for a human after this, in ms; looking goes on. */
  readonly reviewAfterMs: number;
};

type OwedHere = Owed<OrderSagaEvent>;

/**
 * Stock, coupon, points, then the wait for the customer's payment; on any failure everything that happened, or may
 * have happened, is taken back. The order's status is the lock: the saga proposes, the order decides.
 */
export const orderSaga = (
  settings: OrderSagaSettings,
): ProcessManager<OrderSagaState, OrderEvent | OrderSagaEvent, OrderSagaEvent> => ({
  name: 'orderSaga',
  own: orderSagaEvents,
  wakes: {
    OrderPlaced: orderNoOf,
    PaymentDeclined: orderNoOf,
    OrderCompleted: orderNoOf,
    OrderFailed: orderNoOf,
    OrderExpired: orderNoOf,
    OrderCancelled: orderNoOf,
    SagaRetryRequested: orderNoOf,
    SagaCompensationRequested: orderNoOf,
  },
  streams: (orderNo) => [
    { family: orderEvents, id: orderNo },
    { family: orderSagaEvents, id: orderNo },
  ],
  initial: () => initialOrderSaga,
  evolve: evolveOrderSaga,
  owed: ({ order, progress }) => {
    if (order.status === 'NONE' || progress.ended !== null) return [];
    const state = { order, progress };
    switch (order.status) {
      case 'PENDING':
        return whilePending(state);
      case 'PAYMENT_WAITING':
        return whileAwaitingPayment(state);
      case 'PAYMENT_CONFIRMING':
        return order.confirmation ? whileConfirming(state, order.confirmation, settings) : [];
      case 'COMPLETED':
      case 'CANCEL_REQUESTED':
      case 'PARTIALLY_CANCELED':
        return onceCompleted(state);
      case 'CANCELED':
      case 'PAYMENT_FAILED':
        // A completed order that was cancelled later has a payment: giving that back is another saga's work.
        return order.payment ? onceCompleted(state) : onceFailed(state);
    }
  },
  answered: answeredOrderSaga,
  operated: operateOrderSaga,
});

const orderNoOf = (event: { readonly data: unknown }): string =>
  (event.data as { readonly orderNo: string }).orderNo;

const whilePending = (state: PlacedSagaState): readonly OwedHere[] => {
  const { order, progress } = state;
  const { orderNo, memberId } = order;
  if (progress.giveUp) return [giveUp(order, progress.giveUp.reason)];
  if (progress.refusal) {
    const { failureCode, reason } = progress.refusal;
    return [command(order, 'fail', { type: 'Fail', failureCode, reason })];
  }
  const steps = [...plan(order)];
  return [
    command(order, 'expire', { type: 'Expire' }, order.sagaDeadline),
    progress.steps === null
      ? record('start', { type: 'OrderSagaStarted', data: { orderNo, memberId, steps } })
      : nextStep(state),
  ];
};

const nextStep = ({ order, progress }: PlacedSagaState): OwedHere => {
  const step = upcoming(progress);
  if (step) return call(progress, `${step}:do`, steps[step].do(order));
  return order.price.finalPaymentAmount > 0
    ? command(order, 'await-payment', { type: 'AwaitPayment' })
    : command(order, 'complete', { type: 'CompleteWithoutPayment' });
};

const whileAwaitingPayment = ({ order, progress }: PlacedSagaState): readonly OwedHere[] => [
  progress.giveUp
    ? giveUp(order, progress.giveUp.reason)
    : command(order, 'expire', { type: 'Expire' }, order.paymentDeadline),
];

/** Nothing is given back here, whatever the clock says: only the provider's word leads out. */
const whileConfirming = (
  { order, progress }: PlacedSagaState,
  confirmation: Confirmation,
  { firstResolveMs, reviewAfterMs }: OrderSagaSettings,
): readonly OwedHere[] => {
  const resolve: Call = { type: 'ResolvePayment', orderNo: order.orderNo, confirmation };
  const review: OwedHere = command(
    order,
    'review',
    { type: 'FlagForReview', reason: 'the payment provider has not settled the payment' },
    after(confirmation.requestedAt, reviewAfterMs),
  );
  return [
    ...(order.flaggedForReview ? [] : [review]),
    {
      id: 'PAYMENT:do',
      action: { kind: 'call', call: resolve },
      notBefore:
        progress.deferred['PAYMENT:do']?.retryAt ?? after(confirmation.requestedAt, firstResolveMs),
    },
  ];
};

/** Past the pivot everything goes forward: the cart is cleared, and only then is the saga finished. */
const onceCompleted = ({ order }: PlacedSagaState): readonly OwedHere[] => [
  { id: 'clear-cart', action: { kind: 'call', call: clearCart(order) }, notBefore: null },
];

const onceFailed = ({ order, progress }: PlacedSagaState): readonly OwedHere[] => {
  const { orderNo } = order;
  const failureCode = order.failureCode ?? 'SYSTEM_ERROR';
  const toUndo = progress.toUndo?.filter(isCompensatable);
  if (!toUndo)
    return [
      record('compensate', {
        type: 'CompensationStarted',
        data: { orderNo, failureCode, steps: [...mayHaveHappened(progress)].reverse() },
      }),
    ];
  const rest = [
    ...unreportedPayment(order, progress),
    ...toUndo.map((step) => call(progress, `${step}:undo`, steps[step].undo(order))),
  ];
  return rest.length > 0
    ? rest
    : [record('failed', { type: 'OrderSagaFailed', data: { orderNo, failureCode } })];
};

/**
 * A wrongly paid order is declined first and its money reported next; should the service die in between, this finds the
 * money again. The saga does not end before it has.
 */
const unreportedPayment = (
  { orderNo, failureCode, confirmation, latePayments }: PlacedOrder,
  progress: Progress,
): readonly OwedHere[] => {
  if (failureCode !== 'PAYMENT_MISMATCH' || !confirmation) return [];
  const { paymentKey } = confirmation;
  return latePayments.some((late) => late.paymentKey === paymentKey)
    ? []
    : [
        call(
          progress,
          'PAYMENT:undo',
          { type: 'LookUpPayment', orderNo, paymentKey },
          'report-payment',
        ),
      ];
};

const giveUp = (order: PlacedOrder, reason: string): OwedHere =>
  command(order, 'give-up', { type: 'Fail', failureCode: 'CANCELED_BY_OPERATOR', reason });

/** The step that is called next, or was last: all before it are done. */
const upcoming = (progress: Progress): Compensatable | undefined =>
  progress.steps?.filter(isCompensatable).find((step) => !progress.done.includes(step));

/**
 * Every step done, and the one that is next or was last called, in the order they were taken. Also when that one was
 * refused: an earlier request for it may still hang in the network, and the undo's tombstone keeps it out for good.
 */
const mayHaveHappened = (progress: Progress): readonly Compensatable[] => {
  const next = upcoming(progress);
  return (progress.steps ?? [])
    .filter(isCompensatable)
    .filter((step) => progress.done.includes(step) || step === next);
};

const isCompensatable = (step: SagaStep): step is Compensatable => step !== 'PAYMENT';

const record = (id: string, event: OrderSagaEvent): OwedHere => ({
  id,
  action: { kind: 'record', events: [event] },
  notBefore: null,
});

const command = (
  { orderNo }: PlacedOrder,
  id: string,
  instruction: OrderInstruction,
  notBefore: string | null = null,
): OwedHere => {
  const action: Action<OrderSagaEvent> = { kind: 'order', orderNo, command: instruction };
  return { id, action, notBefore };
};

/** A call, not before the time it was put off to. */
const call = (
  progress: Progress,
  leg: keyof Progress['deferred'],
  wanted: Call,
  id: string = leg,
): OwedHere => ({
  id,
  action: { kind: 'call', call: wanted },
  notBefore: progress.deferred[leg]?.retryAt ?? null,
});
