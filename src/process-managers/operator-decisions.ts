import type { CancellationState } from './cancellation-saga-state.ts';
import type { OrderSagaState } from './order-saga-state.ts';

/** What an operator may ask of a saga. */
export type OperatorWish = 'retry' | 'compensate';

/** Why an operator's wish was not taken; each code has one problem (docs/problems.md). */
export type OperatorRejection =
  | { readonly code: 'SAGA_NOT_FOUND' }
  /** It has ended: there is nothing to try again. */
  | { readonly code: 'SAGA_ENDED' }
  /** A payment is being confirmed: giving anything back now could take goods from a customer who has paid. */
  | { readonly code: 'SAGA_PAYMENT_UNRESOLVED' }
  /** Completed: from here on it is a cancellation. */
  | { readonly code: 'SAGA_NOT_COMPENSATABLE' };

/** Whether an operator's wish makes sense for an order's saga; null when it may be recorded. */
export const refuseForOrder = (
  wish: OperatorWish,
  { order, progress }: OrderSagaState,
): OperatorRejection | null => {
  if (order.status === 'NONE') return { code: 'SAGA_NOT_FOUND' };
  if (progress.ended !== null) return { code: 'SAGA_ENDED' };
  if (wish === 'retry') return null;
  switch (order.status) {
    case 'PENDING':
    case 'PAYMENT_WAITING':
      return null;
    case 'PAYMENT_CONFIRMING':
      return { code: 'SAGA_PAYMENT_UNRESOLVED' };
    case 'COMPLETED':
    case 'CANCEL_REQUESTED':
    case 'PARTIALLY_CANCELED':
      return { code: 'SAGA_NOT_COMPENSATABLE' };
    case 'CANCELED':
    case 'PAYMENT_FAILED':
      // Compensation runs already; a completed order that was cancelled since is past it.
      return order.payment ? { code: 'SAGA_NOT_COMPENSATABLE' } : null;
  }
};

/** The same for a cancellation; a refused refund of a late payment may be tried again after it has failed. */
export const refuseForCancellation = (
  wish: OperatorWish,
  { wish: refund, progress }: CancellationState,
): OperatorRejection | null => {
  if (refund === null) return { code: 'SAGA_NOT_FOUND' };
  if (wish === 'compensate') return { code: 'SAGA_NOT_COMPENSATABLE' };
  return progress.ended === 'FINISHED' || (progress.ended === 'FAILED' && !refund.late)
    ? { code: 'SAGA_ENDED' }
    : null;
};
