import type { CancellationEvent } from '../domain/cancellation/events.ts';
import type { Recorded } from '../domain/kernel/events.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { OrderSagaEvent } from '../domain/saga/events.ts';
import { after, earlier } from './instant.ts';
import type { Projection } from './projection.ts';
import type { SagaRow } from './saga-row.ts';

type OrderSide = Extract<
  OrderEvent,
  {
    type:
      | 'OrderPlaced'
      | 'OrderAwaitingPayment'
      | 'PaymentConfirmationRequested'
      | 'PaymentDeclined'
      | 'OrderCompleted'
      | 'OrderFailed'
      | 'OrderExpired'
      | 'OrderCancelled'
      | 'OrderFlaggedForReview'
      | 'OrderCancellationRequested'
      | 'LatePaymentFound';
  }
>;
type Relevant = OrderSide | OrderSagaEvent | CancellationEvent;
type Any = Recorded<Relevant>;
type Row = SagaRow | undefined;

/** An unfinished saga is looked at again after this long, even when the message that should drive it is lost. */
const SAFETY_NET_MS = 5_000;
/** The request handler asks the provider itself; the resolver takes over when it did not come back. */
const FIRST_RESOLUTION_MS = 1_000;

const begin = (
  event: Any,
  about: Pick<SagaRow, 'instance' | 'process' | 'orderNo' | 'memberId' | 'step'>,
  since: string,
): SagaRow => ({
  ...about,
  status: 'STARTED',
  steps: [],
  stepsDone: [],
  stepsUndone: [],
  failureCode: null,
  wakeAt: after(since, SAFETY_NET_MS),
  deadline: null,
  attempts: 0,
  deferredSince: null,
  lastReason: null,
  flaggedForReview: false,
  notes: [],
  startedAt: event.at,
  updatedAt: event.at,
});

/** Something went forward: what was put off is no longer, and the next look is the safety net's. */
const progressed = (row: Row, event: Any, change: Partial<SagaRow>): Row =>
  row && {
    ...row,
    // What has ended stays so, whatever is still recorded about it.
    wakeAt: row.wakeAt && after(event.at, SAFETY_NET_MS),
    attempts: 0,
    deferredSince: null,
    lastReason: null,
    ...change,
    updatedAt: event.at,
  };

const done = (row: Row, event: Any, step: SagaRow['step']): Row => {
  if (!row) return row;
  const stepsDone = [...row.stepsDone, step];
  const next = row.steps.find((planned) => !stepsDone.includes(planned));
  const last = row.process === 'orderSaga' ? 'PAYMENT' : step;
  return progressed(row, event, { stepsDone, step: next ?? last });
};

const undone = (row: Row, event: Any, step: SagaRow['step']): Row =>
  row && progressed(row, event, { stepsUndone: [...row.stepsUndone, step], step });

const ended = (row: Row, event: Any, change: Partial<SagaRow>): Row =>
  progressed(row, event, { ...change, wakeAt: null, deadline: null });

type Refused = {
  readonly failureCode: string;
  readonly code: string;
  readonly reason: string;
};
const refused = (row: Row, event: Any, step: SagaRow['step'], data: Refused): Row =>
  progressed(row, event, {
    step,
    failureCode: data.failureCode,
    lastReason: `${data.code}: ${data.reason}`,
  });

type Deferral = {
  readonly step: SagaRow['step'];
  readonly direction: 'do' | 'undo';
  readonly attempt: number;
  readonly deferredAt: string;
  readonly retryAt: string;
  readonly reason: string;
};
const deferred = (row: Row, event: Any, data: Deferral): Row => {
  if (!row) return row;
  // Deductions have a limit; a confirmation under way and an undo have none.
  const limited = row.deadline !== null && data.direction === 'do' && data.step !== 'PAYMENT';
  return {
    ...row,
    step: data.step,
    wakeAt: limited && row.deadline ? earlier(data.retryAt, row.deadline) : data.retryAt,
    attempts: data.attempt,
    deferredSince: row.deferredSince ?? data.deferredAt,
    lastReason: data.reason,
    updatedAt: event.at,
  };
};

type Wish = { readonly by: string; readonly reason: string };
const noted = (
  row: Row,
  event: Any,
  kind: SagaRow['notes'][number]['kind'],
  { by, reason }: Wish,
): Row =>
  row && {
    ...row,
    notes: [...row.notes, { kind, by, reason, at: event.at }],
    updatedAt: event.at,
  };

/** Waiting for the customer: nothing is due before the deadline, whatever an operator wishes. */
const awaitsCustomer = (row: SagaRow): boolean =>
  row.status === 'STARTED' && row.step === 'PAYMENT' && row.wakeAt === row.deadline;

const retryRequested = (row: Row, event: Any, wish: Wish): Row =>
  row && row.wakeAt !== null && !awaitsCustomer(row)
    ? noted(progressed(row, event, {}), event, 'retry', wish)
    : noted(row, event, 'retry', wish);

/** Sagas under way and ended: the operators' monitor, and the scheduler's list of when to drive what. */
export const orderSagas: Projection<SagaRow, Relevant> = {
  name: 'order_sagas',
  version: 1,
  columns: {
    process: { type: 'text', of: (row) => row.process },
    order_no: { type: 'text', of: (row) => row.orderNo },
    status: { type: 'text', of: (row) => row.status },
    wake_at: { type: 'timestamptz', of: (row) => row.wakeAt },
    deferred_since: { type: 'timestamptz', of: (row) => row.deferredSince },
    started_at: { type: 'timestamptz', of: (row) => row.startedAt },
  },
  indexes: [['wake_at'], ['order_no'], ['status', 'key']],
  key: ({ data }) => ('refundId' in data ? data.refundId : data.orderNo),
  on: {
    OrderPlaced: (_none, event) => {
      const { orderNo, memberId, placedAt, sagaDeadline } = event.data;
      const about = { instance: orderNo, process: 'orderSaga', orderNo, memberId } as const;
      return { ...begin(event, { ...about, step: 'PRODUCT' }, placedAt), deadline: sagaDeadline };
    },
    OrderAwaitingPayment: (row, event) => {
      const { paymentDeadline } = event.data;
      const waiting = {
        step: 'PAYMENT',
        wakeAt: paymentDeadline,
        deadline: paymentDeadline,
      } as const;
      return progressed(row, event, waiting);
    },
    PaymentConfirmationRequested: (row, event) =>
      progressed(row, event, {
        step: 'PAYMENT',
        wakeAt: after(event.data.requestedAt, FIRST_RESOLUTION_MS),
        deadline: null,
      }),
    PaymentDeclined: (row, { data, ...event }) =>
      progressed(
        row,
        { data, ...event },
        { failureCode: data.failureCode, lastReason: data.reason, deadline: null },
      ),
    OrderCompleted: (row, event) => progressed(row, event, { deadline: null }),
    OrderFailed: (row, event) =>
      progressed(row, event, { failureCode: event.data.failureCode, deadline: null }),
    OrderExpired: (row, event) =>
      progressed(row, event, { failureCode: event.data.failureCode, deadline: null }),
    // With a refund it is the end of a cancellation, which has a row of its own.
    OrderCancelled: (row, event) =>
      event.data.refund
        ? row
        : progressed(row, event, { failureCode: event.data.failureCode, deadline: null }),
    OrderFlaggedForReview: (row, event) =>
      row && { ...row, flaggedForReview: true, updatedAt: event.at },
    OrderCancellationRequested: (_none, event) => {
      const { orderNo, memberId, refundId, requestedAt } = event.data;
      const about = { process: 'orderCancellation', orderNo, memberId, step: 'PAYMENT' } as const;
      return begin(event, { instance: refundId, ...about }, requestedAt);
    },
    LatePaymentFound: (_none, event) => {
      const { orderNo, memberId, refundId, foundAt } = event.data;
      const about = { process: 'orderCancellation', orderNo, memberId, step: 'PAYMENT' } as const;
      return begin(event, { instance: refundId, ...about }, foundAt);
    },

    OrderSagaStarted: (row, event) => progressed(row, event, { steps: event.data.steps }),
    StockDeducted: (row, event) => done(row, event, 'PRODUCT'),
    CouponRedeemed: (row, event) => done(row, event, 'COUPON'),
    PointsDeducted: (row, event) => done(row, event, 'USER'),
    StockDeductionRefused: (row, event) => refused(row, event, 'PRODUCT', event.data),
    CouponRedemptionRefused: (row, event) => refused(row, event, 'COUPON', event.data),
    PointsDeductionRefused: (row, event) => refused(row, event, 'USER', event.data),
    StepDeferred: (row, event) => deferred(row, event, event.data),
    CompensationStarted: (row, event) =>
      progressed(row, event, { status: 'COMPENSATING', failureCode: event.data.failureCode }),
    PointsRefunded: (row, event) => undone(row, event, 'USER'),
    CouponReleased: (row, event) => undone(row, event, 'COUPON'),
    StockRestored: (row, event) => undone(row, event, 'PRODUCT'),
    OrderSagaFinished: (row, event) => ended(row, event, { status: 'FINISHED' }),
    OrderSagaFailed: (row, event) =>
      ended(row, event, { status: 'FAILED', failureCode: event.data.failureCode }),
    SagaRetryRequested: (row, event) => retryRequested(row, event, event.data),
    SagaCompensationRequested: (row, event) =>
      noted(progressed(row, event, {}), event, 'compensate', event.data),
    SagaAnnotated: (row, event) => noted(row, event, 'note', event.data),

    CancellationStarted: (row, event) =>
      progressed(row, event, {
        steps: event.data.steps,
        step: event.data.steps[0] ?? 'PAYMENT',
      }),
    PaymentCancelled: (row, event) => done(row, event, 'PAYMENT'),
    CancellationPointsRefunded: (row, event) => done(row, event, 'USER'),
    CancellationCouponReleased: (row, event) => done(row, event, 'COUPON'),
    CancellationStockReturned: (row, event) => done(row, event, 'PRODUCT'),
    PaymentCancellationRefused: (row, event) =>
      progressed(row, event, {
        failureCode: event.data.providerCode,
        lastReason: event.data.reason,
      }),
    CancellationStepDeferred: (row, event) => deferred(row, event, event.data),
    CancellationFinished: (row, event) => ended(row, event, { status: 'FINISHED' }),
    CancellationFailed: (row, event) =>
      ended(row, event, { status: 'FAILED', failureCode: event.data.providerCode }),
    // A refused refund may be tried again; a finished one is over.
    CancellationRetryRequested: (row, event) =>
      row?.status === 'FAILED'
        ? noted(
            progressed(row, event, {
              status: 'STARTED',
              wakeAt: after(event.at, SAFETY_NET_MS),
            }),
            event,
            'retry',
            event.data,
          )
        : retryRequested(row, event, event.data),
    CancellationAnnotated: (row, event) => noted(row, event, 'note', event.data),
  },
};
