import {
  type CancellationEvent,
  type CancellationStep,
  cancellationEvents,
} from '../domain/cancellation/events.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { Item } from '../domain/order/order-types.ts';

/** What is to be given back, as the order asked for it. Money in won. */
export type Wish = {
  /** True for money that arrived after its order had ended. */
  readonly late: boolean;
  readonly memberId: string;
  readonly paymentKey: string | null;
  readonly amount: number;
  readonly refundableBefore: number;
  readonly points: number;
  /** Null: no coupon comes back. */
  readonly couponId: number | null;
  readonly items: readonly Item[];
  readonly reason: string;
};

export type CancellationProgress = {
  readonly steps: readonly CancellationStep[] | null;
  readonly done: readonly CancellationStep[];
  readonly deferred: Readonly<
    Partial<Record<CancellationStep, { readonly attempt: number; readonly retryAt: string | null }>>
  >;
  /** How often the money was asked back without an answer that counts; never falls, as each try has its own key. */
  readonly paymentTries: number;
  readonly refusal: { readonly providerCode: string; readonly reason: string } | null;
  /** An operator wants a refused refund tried again. */
  readonly again: boolean;
  readonly ended: 'FINISHED' | 'FAILED' | null;
};

/** The order's side (`wish`, `settled`) and the saga's own (`progress`), kept apart: nothing orders the two streams. */
export type CancellationState = {
  readonly orderNo: string;
  readonly refundId: string;
  readonly wish: Wish | null;
  /** The order has recorded the outcome of this refund. */
  readonly settled: boolean;
  readonly progress: CancellationProgress;
};

export const initialCancellation = (orderNo: string, refundId: string): CancellationState => ({
  orderNo,
  refundId,
  wish: null,
  settled: false,
  progress: {
    steps: null,
    done: [],
    deferred: {},
    paymentTries: 0,
    refusal: null,
    again: false,
    ended: null,
  },
});

const isOwn = (event: OrderEvent | CancellationEvent): event is CancellationEvent =>
  event.type in cancellationEvents.definitions;

export const evolveCancellation = (
  state: CancellationState,
  event: OrderEvent | CancellationEvent,
): CancellationState =>
  isOwn(event)
    ? { ...state, progress: evolveProgress(state.progress, event) }
    : evolveOrderSide(state, event);

/** Of all that happens to the order, only what concerns this refund. */
const evolveOrderSide = (state: CancellationState, event: OrderEvent): CancellationState => {
  if (event.type === 'OrderCancelled')
    return event.data.refund?.refundId === state.refundId ? { ...state, settled: true } : state;
  if (!('refundId' in event.data) || event.data.refundId !== state.refundId) return state;
  if (event.type === 'OrderCancellationRequested') {
    const { memberId, paymentKey, amount, refundableBefore, points, items, reason } = event.data;
    const couponId = event.data.releaseCoupon ? event.data.couponId : null;
    const wish: Wish = {
      late: false,
      memberId,
      paymentKey,
      amount,
      refundableBefore,
      points,
      couponId,
      items,
      reason,
    };
    return { ...state, wish };
  }
  if (event.type === 'LatePaymentFound') {
    const { memberId, paymentKey, amount, reason } = event.data;
    const wish: Wish = {
      late: true,
      memberId,
      paymentKey,
      amount,
      refundableBefore: amount,
      points: 0,
      couponId: null,
      items: [],
      reason,
    };
    return { ...state, wish };
  }
  // OrderLinesCancelled, CancellationRefused, LatePaymentRefunded: each is the end of the refund it names.
  return { ...state, settled: true };
};

const evolveProgress = (
  progress: CancellationProgress,
  event: CancellationEvent,
): CancellationProgress => {
  switch (event.type) {
    case 'CancellationStarted':
      return { ...progress, steps: event.data.steps };
    case 'PaymentCancelled':
      return done(progress, 'PAYMENT');
    case 'PaymentCancellationRefused': {
      const { providerCode, reason } = event.data;
      return { ...progress, refusal: { providerCode, reason }, again: false };
    }
    case 'CancellationPointsRefunded':
      return done(progress, 'USER');
    case 'CancellationCouponReleased':
      return done(progress, 'COUPON');
    case 'CancellationStockReturned':
      return done(progress, 'PRODUCT');
    case 'CancellationStepDeferred': {
      const { step, attempt, retryAt } = event.data;
      return {
        ...progress,
        deferred: { ...progress.deferred, [step]: { attempt, retryAt } },
        paymentTries: progress.paymentTries + (step === 'PAYMENT' ? 1 : 0),
      };
    }
    case 'CancellationFinished':
      return { ...progress, ended: 'FINISHED' };
    case 'CancellationFailed':
      return { ...progress, ended: 'FAILED' };
    case 'CancellationRetryRequested':
      return progress.ended === 'FINISHED'
        ? progress
        : { ...progress, deferred: {}, again: true, ended: null };
    case 'CancellationAnnotated':
      return progress;
  }
};

const done = (progress: CancellationProgress, step: CancellationStep): CancellationProgress =>
  progress.done.includes(step) ? progress : { ...progress, done: [...progress.done, step] };
