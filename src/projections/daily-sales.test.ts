import { test } from 'vitest';
import { historyOf } from '../../test/support/histories.ts';
import { specifyProjection } from '../../test/support/specify-projection.ts';
import { dailySales } from './daily-sales.ts';

const { given } = specifyProjection(dailySales);

test('counts what was completed on its day and what was cancelled on another', () => {
  const later = historyOf(3, 'partly-cancelled').map((step) =>
    step.event.type === 'OrderLinesCancelled' ? { ...step, at: '2026-03-05T23:59:59.999Z' } : step,
  );
  given(...historyOf(1, 'completed'), ...historyOf(2, 'completed'), ...later)
    .thenRows()
    .toEqual({
      '2026-03-01': {
        day: '2026-03-01',
        completedCount: 3,
        completedAmount: 57_000,
        cancelledCount: 0,
        cancelledAmount: 0,
      },
      '2026-03-05': {
        day: '2026-03-05',
        completedCount: 0,
        completedAmount: 0,
        cancelledCount: 1,
        cancelledAmount: 4_131,
      },
    });
});

test('a cancellation of all that is left counts with its money', () => {
  const orderNo = 'ORD-20260301-ABCDEFGHIJ';
  const refund = {
    refundId: `${orderNo}-X`,
    items: [{ productVariantId: 1, quantity: 1 }],
    amount: 500,
    points: 0,
    releaseCoupon: true,
  };
  const event = {
    type: 'OrderCancelled',
    data: { orderNo, failureCode: null, refund, reason: 'x' },
  };
  given({ stream: `order-${orderNo}`, event, at: '2026-03-02T00:00:00.000Z' })
    .thenRow('2026-03-02')
    .toMatchObject({ cancelledCount: 1, cancelledAmount: 500 });
});

test('orders that were never paid for sell nothing', () => {
  given(...historyOf(1, 'declined'), ...historyOf(2, 'expired'), ...historyOf(3, 'refused'))
    .thenRows()
    .toEqual({});
  const event = {
    type: 'OrderCancelled',
    data: {
      orderNo: 'ORD-20260301-ABCDEFGHIJ',
      failureCode: 'CANCELED_BY_MEMBER',
      refund: null,
      reason: 'x',
    },
  };
  given({ stream: 'order-1', event }).thenRows().toEqual({});
});
