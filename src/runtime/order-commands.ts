import type { OrderCommand } from '../domain/order/order-types.ts';
import type { OrderInstruction } from '../process-managers/process-manager.ts';

/**
 * Completes a saga's instruction with the times that only the runtime knows.
 * @param now the clock
 * @param paymentDeadlineMs how long an order may be unpaid
 */
export const commandOf = (
  instruction: OrderInstruction,
  now: Date,
  paymentDeadlineMs: number,
): OrderCommand => {
  const at = now.toISOString();
  switch (instruction.type) {
    case 'AwaitPayment': {
      const paymentDeadline = new Date(now.getTime() + paymentDeadlineMs).toISOString();
      return { ...instruction, paymentDeadline };
    }
    case 'CompleteWithoutPayment':
    case 'Expire':
    case 'RequestConfirmation':
    case 'RetryConfirmation':
    case 'RecordApproval':
    case 'FlagForReview':
    case 'RequestCancellation':
    case 'ReportLatePayment':
      return { ...instruction, at };
    case 'Fail':
    case 'RecordDecline':
    case 'CancelUnpaid':
    case 'FinishCancellation':
    case 'RefuseCancellation':
    case 'RecordLateRefund':
      return instruction;
  }
};
