import { describe, expect, test } from 'vitest';
import { cancellationRequested, placed, theOrderNo } from '../../test/support/order-events.ts';
import { specifyProcess, testTimes } from '../../test/support/specify-process.ts';
import type { CancellationEvent } from '../domain/cancellation/events.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import { cancellationSaga, orderNoOf } from './cancellation-saga.ts';
import type { CallAnswer } from './process-manager.ts';

const orderNo = theOrderNo;
const refundId = `${orderNo}-KLMNOPQRST`;
const refund = { orderNo, refundId };
const { given } = specifyProcess(cancellationSaga, refundId);

const requested = cancellationRequested(refundId);
const started: CancellationEvent = {
  type: 'CancellationStarted',
  data: { ...refund, steps: ['PAYMENT', 'USER', 'COUPON', 'PRODUCT'] },
};
const paymentCancelled: CancellationEvent = {
  type: 'PaymentCancelled',
  data: { ...refund, amount: 19_000, transactionKey: 't-1' },
};
const pointsRefunded: CancellationEvent = {
  type: 'CancellationPointsRefunded',
  data: { ...refund, points: 1_000 },
};
const couponReleased: CancellationEvent = {
  type: 'CancellationCouponReleased',
  data: { ...refund, state: 'RELEASED' },
};
const stockReturned: CancellationEvent = { type: 'CancellationStockReturned', data: refund };
const refused: CancellationEvent = {
  type: 'PaymentCancellationRefused',
  data: { ...refund, providerCode: 'EXCEED_MAX_REFUND_DUE', reason: 'too late' },
};
const refusedByOrder: OrderEvent = {
  type: 'CancellationRefused',
  data: { ...refund, providerCode: 'EXCEED_MAX_REFUND_DUE', reason: 'too late' },
};
const failed: CancellationEvent = {
  type: 'CancellationFailed',
  data: { ...refund, providerCode: 'EXCEED_MAX_REFUND_DUE' },
};
const retried: CancellationEvent = {
  type: 'CancellationRetryRequested',
  data: { ...refund, by: 'op', reason: 'asked the provider' },
};
const putOff = (step: 'PAYMENT' | 'USER', attempt = 1): CancellationEvent => ({
  type: 'CancellationStepDeferred',
  data: {
    ...refund,
    step,
    direction: 'do',
    outcome: 'unknown',
    attempt,
    deferredAt: '2026-03-02T09:00:00.000Z',
    retryAt: '2026-03-02T09:00:05.000Z',
    reason: 'time-out',
  },
});
const late: OrderEvent = {
  type: 'LatePaymentFound',
  data: {
    ...refund,
    memberId: 'member-1',
    paymentKey: 'pay-2',
    amount: 19_000,
    reason: 'late',
    foundAt: '2026-03-02T09:00:00.000Z',
  },
};
const lateStarted: CancellationEvent = {
  type: 'CancellationStarted',
  data: { ...refund, steps: ['PAYMENT'] },
};
const done = (data: Record<string, unknown> = {}): CallAnswer => ({ kind: 'done', data });

describe('a cancellation', () => {
  test('is named after its order', () => expect(orderNoOf(refundId)).toBe(orderNo));

  test('owes nothing before the order asks for it, nor for another refund of the order', () => {
    given(placed).owes();
    given(placed, cancellationRequested(`${orderNo}-OTHEROTHER`)).owes();
  });

  test('plans only what there is to give back', () => {
    given(placed, requested).owes('start');
    const pointsOnly: OrderEvent = {
      ...requested,
      data: { ...requested.data, amount: 0, paymentKey: null, releaseCoupon: false },
    };
    expect(given(placed, pointsOnly).action('start')).toMatchObject({
      events: [{ data: { steps: ['USER', 'PRODUCT'] } }],
    });
  });

  test('gives the money back before anything else', () => {
    given(placed, requested, started).owes('PAYMENT');
    expect(given(placed, requested, started).action('PAYMENT')).toMatchObject({
      call: {
        type: 'CancelPayment',
        refundId,
        paymentKey: 'pay-1',
        amount: 19_000,
        refundableBefore: 19_000,
        attempt: 1,
      },
    });
  });

  test('then points, coupon and stock; one that waits does not hold up the others', () => {
    const history = [placed, requested, started, paymentCancelled];
    given(...history).owes('USER', 'COUPON', 'PRODUCT');
    given(...history, putOff('USER')).owes('USER @ 2026-03-02T09:00:05.000Z', 'COUPON', 'PRODUCT');
    given(...history, pointsRefunded, stockReturned).owes('COUPON');
    expect(given(...history).action('USER')).toMatchObject({
      call: { type: 'RefundPointsPart', refundId, amount: 1_000 },
    });
    expect(given(...history).action('COUPON')).toMatchObject({
      call: { type: 'ReleaseCoupon', couponId: 7 },
    });
    expect(given(...history).action('PRODUCT')).toMatchObject({
      call: { type: 'ReturnStock', refundId, items: requested.data.items },
    });
  });

  test('records every step', () => {
    given(placed, requested, started)
      .when('PAYMENT', done({ transactionKey: 't-1' }))
      .thenRecords(paymentCancelled);
    const after = given(placed, requested, started, paymentCancelled);
    after.when('USER', done()).thenRecords(pointsRefunded);
    after.when('COUPON', done({ state: 'RELEASED' })).thenRecords(couponReleased);
    after.when('PRODUCT', done()).thenRecords(stockReturned);
  });

  test('ends with the order saying so, and only then', () => {
    const all = [
      placed,
      requested,
      started,
      paymentCancelled,
      pointsRefunded,
      couponReleased,
      stockReturned,
    ];
    given(...all).owes('finish');
    expect(given(...all).action('finish')).toMatchObject({
      command: { type: 'FinishCancellation', refundId },
    });
    const { items, amount, points, releaseCoupon } = requested.data;
    const cancelled: OrderEvent = {
      type: 'OrderCancelled',
      data: {
        orderNo,
        failureCode: null,
        refund: { refundId, items, amount, points, releaseCoupon },
        reason: 'x',
      },
    };
    given(...all, cancelled).owes('finished');
    given(...all, cancelled, { type: 'CancellationFinished', data: refund }).owes();
  });
});

describe('the provider', () => {
  test('may refuse: the order keeps what it had', () => {
    given(placed, requested, started)
      .when('PAYMENT', {
        kind: 'refused',
        code: 'EXCEED_MAX_REFUND_DUE',
        detail: 'too late',
        definite: true,
      })
      .thenRecords(refused);
    given(placed, requested, started, refused).owes('refuse');
    given(placed, requested, started, refused, refusedByOrder).owes('failed');
    given(placed, requested, started, refused, refusedByOrder, failed).owes();
  });

  test('may stay silent: tried again later, under a key of its own', () => {
    given(placed, requested, started)
      .when('PAYMENT', { kind: 'unknown', reason: 'time-out' })
      .thenRecords({
        ...putOff('PAYMENT'),
        data: {
          ...putOff('PAYMENT').data,
          deferredAt: testTimes.now,
          retryAt: testTimes.retryAt('step', 1),
        },
      } as CancellationEvent);
    expect(given(placed, requested, started, putOff('PAYMENT')).action('PAYMENT')).toMatchObject({
      call: { attempt: 2 },
    });
  });

  test('is never asked under an old key, also when an operator starts the back-off anew', () => {
    const again = given(placed, requested, started, putOff('PAYMENT'), retried);
    again.owes('PAYMENT');
    expect(again.action('PAYMENT')).toMatchObject({ call: { attempt: 2 } });
  });
});

describe('behind the pivot', () => {
  test('a refusal is tried again', () =>
    expect(
      given(placed, requested, started, paymentCancelled).when('USER', {
        kind: 'refused',
        code: 'REFUND_EXCEEDS_USE',
        detail: '',
        definite: true,
      }).effects,
    ).toMatchObject([{ events: [{ type: 'CancellationStepDeferred' }] }]));
});

describe('money that came too late', () => {
  test('goes back, and nothing else does', () => {
    expect(given(placed, late).action('start')).toMatchObject({ events: [lateStarted] });
    given(placed, late, lateStarted).owes('PAYMENT');
    given(placed, late, lateStarted, paymentCancelled).owes('finish');
    expect(given(placed, late, lateStarted, paymentCancelled).action('finish')).toMatchObject({
      command: { type: 'RecordLateRefund' },
    });
  });

  test('that the provider keeps waits for an operator, who may have it tried again', () => {
    given(placed, late, lateStarted, refused).owes('failed');
    given(placed, late, lateStarted, refused, failed).owes();
    given(placed, late, lateStarted, refused, failed, retried).owes('PAYMENT');
    given(placed, late, lateStarted, refused, failed, retried, refused).owes('failed');
  });
});

describe('an operator', () => {
  const wish = (type: 'retry' | 'compensate' | 'annotate') => ({ type, by: 'op', reason: 'why' });

  test('may retry what has not ended', () =>
    expect(given(placed, requested, started).asked(wish('retry'))).toMatchObject({
      kind: 'accepted',
      events: [{ type: 'CancellationRetryRequested', data: { by: 'op', reason: 'why' } }],
    }));

  test('cannot retry what the order has taken as refused, and it would change nothing', () => {
    const over = given(placed, requested, started, refused, refusedByOrder, failed);
    expect(over.asked(wish('retry'))).toMatchObject({ rejection: { code: 'SAGA_FINISHED' } });
    given(placed, requested, started, refused, refusedByOrder, failed, retried).owes('failed');
  });

  test('cannot compensate a cancellation', () =>
    expect(given(placed, requested).asked(wish('compensate'))).toMatchObject({
      rejection: { code: 'COMPENSATION_NOT_ALLOWED' },
    }));

  test('may annotate; a cancellation that does not exist cannot be', () => {
    expect(given(placed, requested).asked(wish('annotate'))).toMatchObject({
      events: [{ type: 'CancellationAnnotated' }],
    });
    expect(given(placed).asked(wish('annotate'))).toMatchObject({
      rejection: { code: 'SAGA_NOT_FOUND' },
    });
  });
});
