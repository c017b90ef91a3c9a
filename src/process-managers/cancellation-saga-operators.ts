import type { CancellationEvent } from '../domain/cancellation/events.ts';
import { accept, type Decision, reject } from '../domain/kernel/decider.ts';
import type { CancellationState } from './cancellation-saga-state.ts';
import type { OperatorRejection, OperatorWish } from './process-manager.ts';

/**
 * Whether an operator's wish makes sense for a cancellation, and the event that records it. A refused refund of a late
 * payment may be tried again after it has failed: its money still lies at the provider.
 */
export const operateCancellation = (
  { type, by, reason }: OperatorWish,
  { orderNo, refundId, wish, progress }: CancellationState,
): Decision<CancellationEvent, OperatorRejection> => {
  if (wish === null) return reject({ code: 'SAGA_NOT_FOUND' });
  const data = { orderNo, refundId, by, reason };
  if (type === 'annotate') return accept({ type: 'CancellationAnnotated', data });
  if (type === 'compensate')
    return reject({ code: 'COMPENSATION_NOT_ALLOWED', status: 'CANCEL_REQUESTED' });
  const { ended } = progress;
  return ended === 'FINISHED' || (ended === 'FAILED' && !wish.late)
    ? reject({ code: 'SAGA_FINISHED', status: ended })
    : accept({ type: 'CancellationRetryRequested', data });
};
