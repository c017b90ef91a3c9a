import type { OrderEvent } from '../domain/order/events.ts';
import { evolveOrder } from '../domain/order/evolve.ts';
import type { OrderState, PlacedOrder } from '../domain/order/order-types.ts';
import type { FailureCode, SagaStep } from '../domain/order/words.ts';
import { type OrderSagaEvent, orderSagaEvents } from '../domain/saga/events.ts';

/** A call that was put off: neither done nor refused so far. */
export type Deferred = {
  readonly attempt: number;
  /** Null: at once, an operator asked for it. */
  readonly retryAt: string | null;
  /** True when at least one try may have had its effect. */
  readonly mayHaveHappened: boolean;
};

type Direction = 'do' | 'undo';
/** One way through one step, e.g. `PRODUCT:do`; what is owed for it carries the same id. */
export type Leg = `${SagaStep}:${Direction}`;

/** What the saga's own stream tells. */
export type Progress = {
  /** As planned when the saga started; null before. */
  readonly steps: readonly SagaStep[] | null;
  readonly done: readonly SagaStep[];
  readonly refusal: {
    readonly step: SagaStep;
    readonly failureCode: FailureCode;
    readonly reason: string;
    readonly definite: boolean;
  } | null;
  readonly deferred: Readonly<Partial<Record<Leg, Deferred>>>;
  /** When the provider did not know the payment key, ISO 8601 UTC. */
  readonly paymentAbsentAt: readonly string[];
  /** Still to be undone, in this order; null before compensation. */
  readonly toUndo: readonly SagaStep[] | null;
  /** An operator wants the order given up. */
  readonly giveUp: { readonly by: string; readonly reason: string } | null;
  readonly ended: 'FINISHED' | 'FAILED' | null;
};

/** The order as its own stream tells it, and beside it the saga's progress: nothing orders the two streams. */
export type OrderSagaState = { readonly order: OrderState; readonly progress: Progress };
export type PlacedSagaState = { readonly order: PlacedOrder; readonly progress: Progress };

export const initialOrderSaga: OrderSagaState = {
  order: { status: 'NONE' },
  progress: {
    steps: null,
    done: [],
    refusal: null,
    deferred: {},
    paymentAbsentAt: [],
    toUndo: null,
    giveUp: null,
    ended: null,
  },
};

/** The reason of a deferral that counts as "the provider does not know this payment". */
export const PAYMENT_ABSENT = 'PAYMENT_ABSENT';

const isOwn = (event: OrderEvent | OrderSagaEvent): event is OrderSagaEvent =>
  event.type in orderSagaEvents.definitions;

export const evolveOrderSaga = (
  state: OrderSagaState,
  event: OrderEvent | OrderSagaEvent,
): OrderSagaState =>
  isOwn(event)
    ? { ...state, progress: evolveProgress(state.progress, event) }
    : { ...state, order: evolveOrder(state.order, event) };

const evolveProgress = (progress: Progress, event: OrderSagaEvent): Progress => {
  switch (event.type) {
    case 'OrderSagaStarted':
      return { ...progress, steps: event.data.steps };
    case 'StockDeducted':
      return stepDone(progress, 'PRODUCT');
    case 'CouponRedeemed':
      return stepDone(progress, 'COUPON');
    case 'PointsDeducted':
      return stepDone(progress, 'USER');
    case 'StockDeductionRefused':
      return { ...progress, refusal: refusal('PRODUCT', event.data) };
    case 'CouponRedemptionRefused':
      return { ...progress, refusal: refusal('COUPON', event.data) };
    case 'PointsDeductionRefused':
      return { ...progress, refusal: refusal('USER', event.data) };
    case 'StepDeferred':
      return deferred(progress, event.data);
    case 'CompensationStarted':
      return { ...progress, toUndo: event.data.steps };
    case 'StockRestored':
      return stepUndone(progress, 'PRODUCT');
    case 'CouponReleased':
      return stepUndone(progress, 'COUPON');
    case 'PointsRefunded':
      return stepUndone(progress, 'USER');
    case 'OrderSagaFinished':
      return { ...progress, ended: 'FINISHED' };
    case 'OrderSagaFailed':
      return { ...progress, ended: 'FAILED' };
    case 'SagaRetryRequested':
      return { ...progress, deferred: dueAtOnce(progress.deferred) };
    case 'SagaCompensationRequested':
      return { ...progress, giveUp: { by: event.data.by, reason: event.data.reason } };
    case 'SagaAnnotated':
      return progress;
  }
};

type RefusalData = Extract<OrderSagaEvent, { type: 'StockDeductionRefused' }>['data'];
const refusal = (
  step: SagaStep,
  { failureCode, reason, definite }: RefusalData,
): Progress['refusal'] => ({ step, failureCode, reason, definite });

const stepDone = (progress: Progress, step: SagaStep): Progress =>
  progress.done.includes(step) ? progress : { ...progress, done: [...progress.done, step] };

const stepUndone = (progress: Progress, step: SagaStep): Progress => ({
  ...progress,
  toUndo: progress.toUndo?.filter((each) => each !== step) ?? null,
});

const deferred = (
  progress: Progress,
  data: Extract<OrderSagaEvent, { type: 'StepDeferred' }>['data'],
): Progress => {
  const leg: Leg = `${data.step}:${data.direction}`;
  const { attempt, retryAt, outcome } = data;
  const before = progress.deferred[leg]?.mayHaveHappened ?? false;
  const absent = data.step === 'PAYMENT' && data.reason === PAYMENT_ABSENT;
  return {
    ...progress,
    deferred: {
      ...progress.deferred,
      [leg]: { attempt, retryAt, mayHaveHappened: before || outcome === 'unknown' },
    },
    // Two are enough to decide on; more would only make the state grow.
    paymentAbsentAt: absent
      ? [...progress.paymentAbsentAt, data.deferredAt].slice(-2)
      : progress.paymentAbsentAt,
  };
};

/** Back-off starts anew; what may have happened stays known. */
const dueAtOnce = (all: Progress['deferred']): Progress['deferred'] =>
  Object.fromEntries(
    Object.entries(all).map(([leg, { mayHaveHappened }]) => [
      leg,
      { attempt: 0, retryAt: null, mayHaveHappened },
    ]),
  );
