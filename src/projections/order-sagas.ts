import type { FailureCode, SagaStatus } from '../domain/order/words.ts';

/** One running or ended saga as operators see it; `wakeAt` is what the scheduler polls. */
export type SagaRow = {
  /** The order number, or the refund id of a cancellation. */
  readonly instance: string;
  readonly process: 'order-saga' | 'cancellation-saga';
  readonly orderNo: string;
  readonly memberId: string | null;
  readonly status: SagaStatus;
  /** The step that is next or under way; `SagaStep` of an order saga, `CancellationStep` of a cancellation. */
  readonly step: 'PRODUCT' | 'COUPON' | 'USER' | 'PAYMENT' | null;
  readonly stepsDone: readonly string[];
  readonly stepsUndone: readonly string[];
  readonly failureCode: FailureCode | string | null;
  /** When it must be driven again at the latest, ISO 8601 UTC; null when it has ended. */
  readonly wakeAt: string | null;
  /** Tries put off in a row at the present step. */
  readonly attempts: number;
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
