import { describe, expect, test } from 'vitest';
import { historyOf, orderNoOf, type Path } from '../../test/support/histories.ts';
import { cancellationRequested } from '../../test/support/order-events.ts';
import { deferred as anyDeferred } from '../../test/support/saga-events.ts';
import { specifyProjection } from '../../test/support/specify-projection.ts';
import type { CancellationEvent } from '../domain/cancellation/events.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { OrderSagaEvent } from '../domain/saga/events.ts';
import { orderSagas } from './order-sagas.ts';

const { given } = specifyProjection(orderSagas);
const orderNo = orderNoOf(1);
const refundId = `${orderNo}-KLMNOPQRST`;
type Some = OrderEvent | OrderSagaEvent | CancellationEvent;

const rowAfter = (path: Path, ...more: readonly Some[]) =>
  given(...historyOf(1, path), ...more.map((event) => ({ stream: 'any-1', event }))).thenRow(
    orderNo,
  );
const operator = { orderNo, by: 'kim', reason: 'customer called' };
const deferral = (...args: Parameters<typeof anyDeferred>): OrderSagaEvent => {
  const event = anyDeferred(...args) as Extract<OrderSagaEvent, { type: 'StepDeferred' }>;
  return { ...event, data: { ...event.data, orderNo } };
};

describe('an order saga is woken', () => {
  test('5 s after the order was placed, in case its message is lost', () => {
    rowAfter('placed').toMatchObject({
      process: 'orderSaga',
      status: 'STARTED',
      step: 'PRODUCT',
      wakeAt: '2026-03-01T09:00:05.000Z',
      memberId: 'member-1',
    });
  });

  test('at the payment deadline while the customer is awaited', () => {
    rowAfter('waiting').toMatchObject({ step: 'PAYMENT', wakeAt: '2026-03-01T09:10:05.000Z' });
  });

  test('a second after a confirmation was asked for', () => {
    const [confirming] = historyOf(1, 'completed')
      .map(({ event }) => event as OrderEvent)
      .filter(({ type }) => type === 'PaymentConfirmationRequested');
    if (!confirming) throw new Error('no confirmation in the history');
    rowAfter('waiting', confirming).toMatchObject({ wakeAt: '2026-03-01T09:01:01.000Z' });
  });

  test('when a step was put off to, and counts the tries since the first', () => {
    const again = deferral('PRODUCT', {
      attempt: 2,
      deferredAt: '2026-03-01T09:01:05.000Z',
      retryAt: '2026-03-01T09:01:07.000Z',
      reason: 'still down',
    });
    rowAfter('placed', deferral('PRODUCT'), again).toMatchObject({
      step: 'PRODUCT',
      attempts: 2,
      deferredSince: '2026-03-01T09:01:00.000Z',
      wakeAt: '2026-03-01T09:01:07.000Z',
      lastReason: 'still down',
    });
  });

  test('at the deadline of the deductions when a step was put off beyond it', () => {
    const late = deferral('PRODUCT', { retryAt: '2026-03-01T10:00:00.000Z' });
    rowAfter('placed', late).toMatchObject({ wakeAt: '2026-03-01T09:10:00.000Z' });
    const undo = deferral('PRODUCT', { direction: 'undo', retryAt: '2026-03-01T10:00:00.000Z' });
    rowAfter('placed', undo).toMatchObject({ wakeAt: '2026-03-01T10:00:00.000Z' });
  });

  test('never again when it has ended', () => {
    rowAfter('completed').toMatchObject({ status: 'FINISHED', wakeAt: null });
    rowAfter('declined').toMatchObject({
      status: 'FAILED',
      wakeAt: null,
      failureCode: 'PAYMENT_FAILED',
      stepsUndone: ['USER', 'COUPON', 'PRODUCT'],
    });
    const late: Some = { type: 'SagaRetryRequested', data: operator };
    rowAfter('completed', late).toMatchObject({ wakeAt: null, notes: [{ kind: 'retry' }] });
  });
});

describe('an order saga', () => {
  test('shows the next step of those that were planned', () => {
    const start = historyOf(1, 'waiting').slice(0, 2);
    const steps = (...planned: readonly ('PRODUCT' | 'USER' | 'PAYMENT')[]) =>
      given(
        ...start.slice(0, 1),
        {
          stream: 's',
          event: {
            type: 'OrderSagaStarted',
            data: { orderNo, memberId: 'member-1', steps: planned },
          },
        },
        { stream: 's', event: { type: 'StockDeducted', data: { orderNo } } },
      ).thenRow(orderNo);
    steps('PRODUCT', 'USER', 'PAYMENT').toMatchObject({ step: 'USER', stepsDone: ['PRODUCT'] });
    steps('PRODUCT').toMatchObject({ step: 'PAYMENT' });
  });

  test('forgets a deferral once the step is done', () => {
    rowAfter('waiting').toMatchObject({ attempts: 0, deferredSince: null, lastReason: null });
  });

  test('says why a step was refused', () => {
    rowAfter('placed', {
      type: 'CouponRedemptionRefused',
      data: {
        orderNo,
        code: 'COUPON_EXPIRED',
        failureCode: 'COUPON_EXPIRED',
        reason: 'yesterday',
        definite: true,
      },
    }).toMatchObject({
      step: 'COUPON',
      failureCode: 'COUPON_EXPIRED',
      lastReason: 'COUPON_EXPIRED: yesterday',
    });
  });

  test('keeps what operators did and said', () => {
    rowAfter(
      'placed',
      deferral('PRODUCT'),
      { type: 'SagaRetryRequested', data: operator },
      { type: 'SagaAnnotated', data: operator },
      { type: 'SagaCompensationRequested', data: operator },
    ).toMatchObject({
      attempts: 0,
      wakeAt: '2026-03-01T09:00:05.000Z',
      notes: ['retry', 'note', 'compensate'].map((kind) => ({ kind, by: 'kim' })),
    });
  });

  test('that waits for the customer is not woken earlier by a retry', () => {
    rowAfter('waiting', { type: 'SagaRetryRequested', data: operator }).toMatchObject({
      wakeAt: '2026-03-01T09:10:05.000Z',
      notes: [{ kind: 'retry' }],
    });
  });

  test('is flagged for review', () => {
    rowAfter('waiting', {
      type: 'OrderFlaggedForReview',
      data: { orderNo, reason: 'x', flaggedAt: '2026-03-01T09:00:00.000Z' },
    }).toMatchObject({ flaggedForReview: true, wakeAt: '2026-03-01T09:10:05.000Z' });
  });
});

describe('a cancellation', () => {
  const request = cancellationRequested(refundId);
  const requested: Some = { ...request, data: { ...request.data, orderNo } };
  const refund = { refundId, orderNo };
  const cancellation = (...events: readonly Some[]) =>
    given(
      ...historyOf(1, 'completed'),
      ...[requested, ...events].map((event) => ({ stream: 'any-1', event })),
    ).thenRow(refundId);
  const steps = ['PAYMENT', 'USER', 'COUPON', 'PRODUCT'] as const;

  test('has a row of its own beside the finished saga of its order', () => {
    cancellation().toMatchObject({
      instance: refundId,
      process: 'orderCancellation',
      orderNo,
      status: 'STARTED',
      wakeAt: '2026-03-02T09:00:05.000Z',
    });
    rowAfter('completed', requested).toMatchObject({ status: 'FINISHED' });
  });

  test('goes step by step to its end', () => {
    const started: Some = { type: 'CancellationStarted', data: { ...refund, steps: [...steps] } };
    const paid: Some = {
      type: 'PaymentCancelled',
      data: { ...refund, amount: 1, transactionKey: null },
    };
    cancellation(started).toMatchObject({ step: 'PAYMENT' });
    cancellation(started, paid).toMatchObject({ step: 'USER', stepsDone: ['PAYMENT'] });
    cancellation(
      started,
      paid,
      { type: 'CancellationPointsRefunded', data: { ...refund, points: 1 } },
      { type: 'CancellationCouponReleased', data: { ...refund, state: 'RELEASED' } },
      { type: 'CancellationStockReturned', data: refund },
      { type: 'CancellationFinished', data: refund },
    ).toMatchObject({ status: 'FINISHED', wakeAt: null, stepsDone: [...steps] });
  });

  test('that was refused can be tried again by an operator', () => {
    const refused: readonly Some[] = [
      {
        type: 'PaymentCancellationRefused',
        data: { ...refund, providerCode: 'EXCEED_MAX_REFUND_DUE', reason: 'too late' },
      },
      {
        type: 'CancellationFailed',
        data: { ...refund, providerCode: 'EXCEED_MAX_REFUND_DUE' },
      },
    ];
    cancellation(...refused).toMatchObject({ status: 'FAILED', wakeAt: null });
    cancellation(...refused, {
      type: 'CancellationRetryRequested',
      data: { ...refund, by: 'kim', reason: 'called the bank' },
    }).toMatchObject({ status: 'STARTED', wakeAt: '2026-03-01T09:00:05.000Z' });
  });

  test('put off is stuck since the first try', () => {
    cancellation({
      type: 'CancellationStepDeferred',
      data: {
        ...refund,
        step: 'USER',
        direction: 'do',
        outcome: 'not-sent',
        attempt: 1,
        deferredAt: '2026-03-02T09:00:01.000Z',
        retryAt: '2026-03-02T09:00:02.000Z',
        reason: 'breaker open',
      },
    }).toMatchObject({
      step: 'USER',
      deferredSince: '2026-03-02T09:00:01.000Z',
      wakeAt: '2026-03-02T09:00:02.000Z',
    });
  });

  test('of money that came too late is a row as well', () => {
    const late: Some = {
      type: 'LatePaymentFound',
      data: {
        orderNo,
        memberId: 'member-1',
        refundId,
        paymentKey: 'pay-2',
        amount: 1_000,
        reason: 'x',
        foundAt: '2026-03-02T09:00:00.000Z',
      },
    };
    given({ stream: 'any-1', event: late })
      .thenRow(refundId)
      .toMatchObject({ process: 'orderCancellation', wakeAt: '2026-03-02T09:00:05.000Z' });
  });
});

test('the columns are what the scheduler and the operators ask for', () => {
  const { thenColumn } = given(...historyOf(1, 'waiting'));
  thenColumn(orderNo, 'wake_at').toBe('2026-03-01T09:10:05.000Z');
  thenColumn(orderNo, 'order_no').toBe(orderNo);
  thenColumn(orderNo, 'status').toBe('STARTED');
  expect(Object.keys(orderSagas.columns)).toContain('deferred_since');
});
