import type { OrderSagaEvent } from '../domain/saga/events.ts';
import type { OrderSagaState, Progress } from './order-saga-state.ts';
import { PAYMENT_ABSENT } from './order-saga-state.ts';
import { type Compensatable, stepOf, steps } from './order-saga-steps.ts';
import { commandsFor, judge, latePayment } from './payment-resolution.ts';
import type { AnsweredAt, Call, CallAnswer, Effect } from './process-manager.ts';

type EffectHere = Effect<OrderSagaEvent>;
type Found = Extract<CallAnswer, { kind: 'payment-found' }>;
type Unsettled = Extract<CallAnswer, { kind: 'unknown' | 'not-sent' }>;

/** Turns the answer to one of the order saga's calls into what records it. */
export const answeredOrderSaga = (
  state: OrderSagaState,
  call: Call,
  answer: CallAnswer,
  at: AnsweredAt,
): readonly EffectHere[] => {
  if (call.type === 'SubtractOrdered') return answeredCart(call.orderNo, answer);
  if (call.type === 'ResolvePayment' && answer.kind === 'payment-found')
    return answeredPayment(state, call, answer, at);
  if (call.type === 'LookUpPayment' && answer.kind === 'payment-found')
    return answeredLookUp(state, call, answer, at);
  const taken = stepOf(call);
  return taken ? answeredStep(state, taken.step, taken.direction, answer, at) : [];
};

const answeredStep = (
  { order, progress }: OrderSagaState,
  step: Compensatable,
  direction: 'do' | 'undo',
  answer: CallAnswer,
  at: AnsweredAt,
): readonly EffectHere[] => {
  if (order.status === 'NONE') return [];
  const { orderNo } = order;
  switch (answer.kind) {
    case 'done':
      return direction === 'do'
        ? record(steps[step].done(order))
        : record(steps[step].undone(orderNo, wordOf(answer.data)));
    case 'refused': {
      // An undo has no "no": whatever stands in its way, it is tried again.
      if (direction === 'undo')
        return deferred(
          orderNo,
          step,
          direction,
          progress,
          { kind: 'unknown', reason: answer.code },
          at,
        );
      const before = progress.deferred[`${step}:do`]?.mayHaveHappened ?? false;
      // A mismatch says that something was done under this order's number, so it is no proof of nothing.
      const definite = answer.definite && !before && answer.code !== 'IDEMPOTENCY_MISMATCH';
      const failureCode = steps[step].failureCodes[answer.code] ?? 'SYSTEM_ERROR';
      const { code, detail } = answer;
      return record(steps[step].refused({ orderNo, code, failureCode, reason: detail, definite }));
    }
    case 'unknown':
    case 'not-sent':
      return deferred(orderNo, step, direction, progress, answer, at);
    case 'payment-found':
      return [];
  }
};

const answeredPayment = (
  { order, progress }: OrderSagaState,
  { orderNo, confirmation }: Extract<Call, { type: 'ResolvePayment' }>,
  finding: Found,
  at: AnsweredAt,
): readonly EffectHere[] => {
  const verdict = judge(finding, {
    orderNo,
    confirmation,
    absentAt: progress.paymentAbsentAt,
    now: at.now,
  });
  const commands = commandsFor(verdict, confirmation, finding.lateRefundId).map(
    (each): EffectHere => ({ kind: 'order', orderNo, ...each }),
  );
  if (verdict.kind !== 'open' || order.status !== 'PAYMENT_CONFIRMING') return commands;
  const attempt = (progress.deferred['PAYMENT:do']?.attempt ?? 0) + 1;
  return [
    ...commands,
    ...record({
      type: 'StepDeferred',
      data: {
        orderNo,
        step: 'PAYMENT',
        direction: 'do',
        outcome: verdict.sent ? 'unknown' : 'not-sent',
        attempt,
        deferredAt: at.now,
        retryAt: at.retryAt(verdict.wait, attempt),
        reason: verdict.reason,
      },
    }),
  ];
};

/** Looks for the money of an order that was declined because it was paid wrongly. */
const answeredLookUp = (
  { progress }: OrderSagaState,
  { orderNo }: Extract<Call, { type: 'LookUpPayment' }>,
  { look, lateRefundId }: Found,
  at: AnsweredAt,
): readonly EffectHere[] => {
  if (look?.kind === 'found')
    return [
      {
        kind: 'order',
        orderNo,
        command: latePayment(look.data, lateRefundId, 'amount or currency differs from the order'),
      },
    ];
  const reason = look?.kind === 'absent' ? PAYMENT_ABSENT : (look?.reason ?? 'NO_ANSWER');
  return deferred(orderNo, 'PAYMENT', 'undo', progress, { kind: 'not-sent', reason }, at);
};

const answeredCart = (orderNo: string, answer: CallAnswer): readonly EffectHere[] => {
  switch (answer.kind) {
    case 'done':
    // The cart has nothing to refuse here; should it, an order is not held up by a cart.
    case 'refused':
      return record({ type: 'OrderSagaFinished', data: { orderNo } });
    // The cart lies in our own store: there is nobody to wait for, the next drive tries again.
    case 'unknown':
    case 'not-sent':
    case 'payment-found':
      return [];
  }
};

const deferred = (
  orderNo: string,
  step: Compensatable | 'PAYMENT',
  direction: 'do' | 'undo',
  progress: Progress,
  { kind, reason, retryAfterMs }: Unsettled,
  at: AnsweredAt,
): readonly EffectHere[] => {
  const attempt = (progress.deferred[`${step}:${direction}`]?.attempt ?? 0) + 1;
  return record({
    type: 'StepDeferred',
    data: {
      orderNo,
      step,
      direction,
      outcome: kind,
      attempt,
      deferredAt: at.now,
      retryAt: at.retryAt('step', attempt, retryAfterMs),
      reason,
    },
  });
};

const record = (event: OrderSagaEvent): readonly EffectHere[] => [
  { kind: 'record', events: [event] },
];

const wordOf = (data: Readonly<Record<string, unknown>>): string =>
  typeof data.state === 'string' ? data.state : 'DONE';
