import { accept, type Decision, reject } from '../domain/kernel/decider.ts';
import type { OrderSagaEvent } from '../domain/saga/events.ts';
import type { OrderSagaState, PlacedSagaState } from './order-saga-state.ts';
import type { OperatorRejection, OperatorWish } from './process-manager.ts';

/** Whether an operator's wish makes sense for an order's saga, and the event that records it. */
export const operateOrderSaga = (
  { type, by, reason }: OperatorWish,
  { order, progress }: OrderSagaState,
): Decision<OrderSagaEvent, OperatorRejection> => {
  if (order.status === 'NONE') return reject({ code: 'SAGA_NOT_FOUND' });
  const data = { orderNo: order.orderNo, by, reason };
  if (type === 'annotate') return accept({ type: 'SagaAnnotated', data });
  if (progress.ended !== null) return reject({ code: 'SAGA_FINISHED', status: progress.ended });
  if (type === 'retry') return accept({ type: 'SagaRetryRequested', data });
  return mayBeGivenUp({ order, progress })
    ? accept({ type: 'SagaCompensationRequested', data })
    : reject({ code: 'COMPENSATION_NOT_ALLOWED', status: order.status });
};

const mayBeGivenUp = ({ order }: PlacedSagaState): boolean => {
  switch (order.status) {
    case 'PENDING':
    case 'PAYMENT_WAITING':
      return true;
    // Giving back now could take the goods from a customer who has paid.
    case 'PAYMENT_CONFIRMING':
    // Past the pivot it is a cancellation, with its own rules.
    case 'COMPLETED':
    case 'CANCEL_REQUESTED':
    case 'PARTIALLY_CANCELED':
      return false;
    case 'CANCELED':
    case 'PAYMENT_FAILED':
      // Compensation runs already, unless the order had completed before it was cancelled.
      return order.payment === null;
  }
};
