import type { SagaStatus } from '../domain/order/words.ts';

/** One running or ended saga as operators see it; `wakeAt` is what the scheduler polls. */
export type SagaRow = {
  /** The order number, or the refund id of a cancellation. */
  readonly instance: string;
  /** The process manager's name. */
  readonly process: 'orderSaga' | 'orderCancellation';
  readonly orderNo: string;
  readonly memberId: string;
  readonly status: SagaStatus;
  /** The step that is next or under way. */
  readonly step: 'PRODUCT' | 'COUPON' | 'USER' | 'PAYMENT';
  /** As planned when it began; none before. */
  readonly steps: readonly SagaRow['step'][];
  /** In the order in which they were taken. */
  readonly stepsDone: readonly SagaRow['step'][];
  readonly stepsUndone: readonly SagaRow['step'][];
  /** Why the order failed, or the provider's code for a refused refund. */
  readonly failureCode: string | null;
  /** When it must be driven again at the latest, ISO 8601 UTC; null when it has ended. */
  readonly wakeAt: string | null;
  /** A limit that wakes it in any case: of the deductions, or of the payment. */
  readonly deadline: string | null;
  /** Tries put off in a row at the present step. */
  readonly attempts: number;
  /** Since when the present step is put off; what makes a saga count as stuck. */
  readonly deferredSince: string | null;
  readonly lastReason: string | null;
  readonly flaggedForReview: boolean;
  readonly notes: readonly {
    readonly kind: 'retry' | 'compensate' | 'note';
    readonly by: string;
    readonly reason: string;
    readonly at: string;
  }[];
  readonly startedAt: string;
  readonly updatedAt: string;
};
