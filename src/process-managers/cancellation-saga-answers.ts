import type { CancellationEvent } from '../domain/cancellation/events.ts';
import type { CancellationState } from './cancellation-saga-state.ts';
import { cancellationStepOf, stepDone } from './cancellation-saga-steps.ts';
import type { AnsweredAt, Call, CallAnswer, Effect } from './process-manager.ts';

type Recording = readonly Effect<CancellationEvent>[];

/** Turns the answer to one of the cancellation saga's calls into the event that records it. */
export const answeredCancellation = (
  state: CancellationState,
  call: Call,
  answer: CallAnswer,
  at: AnsweredAt,
): Recording => {
  const step = cancellationStepOf(call);
  const { orderNo, refundId, wish, progress } = state;
  if (step === null || wish === null || answer.kind === 'payment-found') return [];
  if (answer.kind === 'done') return record(stepDone(step, state, wish, answer.data));
  if (answer.kind === 'refused' && step === 'PAYMENT')
    return record({
      type: 'PaymentCancellationRefused',
      data: { orderNo, refundId, providerCode: answer.code, reason: answer.detail },
    });
  // Behind the pivot there is no "no": a refusal is tried again too, and shows as stuck.
  const { outcome, reason, retryAfterMs } =
    answer.kind === 'refused'
      ? { outcome: 'unknown' as const, reason: answer.code, retryAfterMs: 0 }
      : { outcome: answer.kind, reason: answer.reason, retryAfterMs: answer.retryAfterMs };
  const attempt = (progress.deferred[step]?.attempt ?? 0) + 1;
  return record({
    type: 'CancellationStepDeferred',
    data: {
      orderNo,
      refundId,
      step,
      direction: 'do',
      outcome,
      attempt,
      deferredAt: at.now,
      retryAt: at.retryAt('step', attempt, retryAfterMs),
      reason,
    },
  });
};

const record = (event: CancellationEvent): Recording => [{ kind: 'record', events: [event] }];
