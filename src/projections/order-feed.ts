import type { FailureCode } from '../domain/order/words.ts';

/** What an SSE client is told about one order event; nothing personal. */
export type FeedRow = {
  readonly orderNo: string;
  readonly type: string;
  /** When the event was recorded, ISO 8601 UTC. */
  readonly at: string;
  readonly failureCode: FailureCode | null;
  /** Only of the events that know them. */
  readonly orderName?: string;
  readonly finalPaymentAmount?: number;
  readonly paymentDeadline?: string;
  readonly refundId?: string;
  readonly amount?: number;
};
