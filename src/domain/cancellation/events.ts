import { z } from 'zod';
import { defineEvents, type EventOf } from '../kernel/events.ts';
import { OrderNo, RefundId, Won } from '../kernel/ids.ts';
import { Deferral } from '../saga/events.ts';

const refund = { refundId: RefundId, orderNo: OrderNo };
const operator = { ...refund, by: z.string(), reason: z.string() };

/** PAYMENT is the pivot; what follows cannot be refused and is retried until done. */
export const CancellationStep = z.enum(['PAYMENT', 'USER', 'COUPON', 'PRODUCT']);
export type CancellationStep = z.output<typeof CancellationStep>;

// Stored shapes. Renaming a field here stops old streams from reading: raise the version instead.
export const cancellationEvents = defineEvents('orderCancellation', {
  CancellationStarted: {
    version: 1,
    data: z.object({ ...refund, steps: z.array(CancellationStep) }),
  },
  PaymentCancelled: {
    version: 1,
    data: z.object({ ...refund, amount: Won, transactionKey: z.string().nullable() }),
  },
  PaymentCancellationRefused: {
    version: 1,
    data: z.object({ ...refund, providerCode: z.string(), reason: z.string() }),
  },
  CancellationPointsRefunded: { version: 1, data: z.object({ ...refund, points: Won }) },
  CancellationCouponReleased: { version: 1, data: z.object({ ...refund, state: z.string() }) },
  CancellationStockReturned: { version: 1, data: z.object(refund) },
  CancellationStepDeferred: {
    version: 1,
    data: z.object({ ...refund, step: CancellationStep, ...Deferral.shape }),
  },
  CancellationFinished: { version: 1, data: z.object(refund) },
  CancellationFailed: { version: 1, data: z.object({ ...refund, providerCode: z.string() }) },
  CancellationRetryRequested: { version: 1, data: z.object(operator) },
  CancellationAnnotated: { version: 1, data: z.object(operator) },
});

export type CancellationEvent = EventOf<typeof cancellationEvents>;
