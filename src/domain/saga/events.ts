import { z } from 'zod';
import { defineEvents, type EventOf } from '../kernel/events.ts';
import { Instant, MemberId, OrderNo, Won } from '../kernel/ids.ts';
import { FailureCode, SagaStep } from '../order/words.ts';

const order = { orderNo: OrderNo };
const refusal = z.object({
  ...order,
  /** The participant's own code, e.g. INSUFFICIENT_STOCK. */
  code: z.string(),
  failureCode: FailureCode,
  reason: z.string(),
  /** False when the answer was an error of ours (400, 401 …): the step is undone too, to be sure. */
  definite: z.boolean(),
});
/** What an undo found: something to take back, or nothing (a tombstone keeps a late forward call out). */
const undone = z.object({ ...order, state: z.string() });
const operator = { ...order, by: z.string(), reason: z.string() };

/** Of one call that neither happened for certain nor was refused. */
export const Deferral = z.object({
  direction: z.enum(['do', 'undo']),
  /** `unknown`: the call may have had its effect. `not-sent`: it cannot have. */
  outcome: z.enum(['unknown', 'not-sent']),
  /** How often this call has been put off so far, this time included. */
  attempt: z.int().positive(),
  deferredAt: Instant,
  retryAt: Instant,
  reason: z.string(),
});

// Stored shapes. Renaming a field here stops old streams from reading: raise the version instead.
export const orderSagaEvents = defineEvents('orderSaga', {
  OrderSagaStarted: {
    version: 1,
    data: z.object({ ...order, memberId: MemberId, steps: z.array(SagaStep).min(1) }),
  },
  StockDeducted: { version: 1, data: z.object(order) },
  StockDeductionRefused: { version: 1, data: refusal },
  CouponRedeemed: { version: 1, data: z.object(order) },
  CouponRedemptionRefused: { version: 1, data: refusal },
  PointsDeducted: { version: 1, data: z.object({ ...order, amount: Won }) },
  PointsDeductionRefused: { version: 1, data: refusal },
  /** The call is made again at `retryAt`, with the same key; meanwhile nothing waits for it. */
  StepDeferred: {
    version: 1,
    data: z.object({ ...order, step: SagaStep, ...Deferral.shape }),
  },
  CompensationStarted: {
    version: 1,
    data: z.object({ ...order, failureCode: FailureCode, steps: z.array(SagaStep) }),
  },
  StockRestored: { version: 1, data: undone },
  CouponReleased: { version: 1, data: undone },
  PointsRefunded: { version: 1, data: undone },
  OrderSagaFinished: { version: 1, data: z.object(order) },
  OrderSagaFailed: { version: 1, data: z.object({ ...order, failureCode: FailureCode }) },
  SagaRetryRequested: { version: 1, data: z.object(operator) },
  SagaCompensationRequested: { version: 1, data: z.object(operator) },
  SagaAnnotated: { version: 1, data: z.object(operator) },
});

export type OrderSagaEvent = EventOf<typeof orderSagaEvents>;
