import { describe, expect, test } from 'vitest';
import {
  approved,
  awaiting,
  cancellationRequested,
  completed,
  confirming,
  confirmRequest,
  declined,
  placed,
  placedData,
  theOrderNo,
} from '../../../test/support/order-events.ts';
import { specify } from '../../../test/support/specify.ts';
import type { OrderEvent } from './events.ts';
import { order } from './order.ts';
import type { OrderCommand } from './order-types.ts';

const { given } = specify(order);
const paid = [placed, awaiting, confirming, approved, completed] as const;
const expireAt = (at: string): OrderCommand => ({ type: 'Expire', at });
const fail: OrderCommand = {
  type: 'Fail',
  failureCode: 'INSUFFICIENT_STOCK',
  reason: 'variant 1 has 0 left',
};
const failed: OrderEvent = {
  type: 'OrderFailed',
  data: { orderNo: theOrderNo, failureCode: 'INSUFFICIENT_STOCK', reason: 'variant 1 has 0 left' },
};
const late = (paymentKey: string): OrderCommand => ({
  type: 'ReportLatePayment',
  refundId: `${theOrderNo}-LATEPAYMNT`,
  paymentKey,
  amount: 19_000,
  reason: 'DONE at the provider',
  at: '2026-03-01T10:00:00.000Z',
});

describe('placing', () => {
  test('a new order is placed', () =>
    given().when({ type: 'PlaceOrder', order: placedData }).thenRecords(placed));

  test('the same request again is the same order', () =>
    given(placed).when({ type: 'PlaceOrder', order: placedData }).thenNothing());

  test('another request under the same key is refused', () =>
    given(placed)
      .when({ type: 'PlaceOrder', order: { ...placedData, fingerprint: 'other' } })
      .thenRefuses({ code: 'IDEMPOTENCY_KEY_REUSED' }));

  test('nothing can be done with an order that does not exist', () =>
    given().when(fail).thenRefuses({ code: 'ORDER_NOT_FOUND' }));

  test('personal data stays in the event and out of the folded state', () =>
    expect(JSON.stringify(given(placed).state)).not.toContain('010-1234-5678'));
});

describe('waiting for payment', () => {
  test('when all is deducted the order waits for payment until its deadline', () => {
    const command: OrderCommand = {
      type: 'AwaitPayment',
      paymentDeadline: awaiting.data.paymentDeadline,
    };
    given(placed).when(command).thenRecords(awaiting);
    given(placed, awaiting).when(command).thenNothing();
    given(placed, failed).when(command).thenNothing();
  });

  test('an order with nothing to pay completes by itself, paid with points', () => {
    const free = { ...placedData.price, pointDiscount: 19_000, finalPaymentAmount: 0 };
    given({ ...placed, data: { ...placedData, price: free } })
      .when({ type: 'CompleteWithoutPayment', at: completed.data.completedAt })
      .thenRecords({ ...completed, data: { ...completed.data, paidAmount: 0, method: 'POINTS' } });
  });

  test('an order with something to pay does not complete by itself', () =>
    given(placed)
      .when({ type: 'CompleteWithoutPayment', at: completed.data.completedAt })
      .thenNothing());
});

describe('expiry', () => {
  test('not before its deadline', () => {
    given(placed)
      .when(expireAt('2026-03-01T09:09:59.999Z'))
      .thenRefuses({ code: 'NOT_DUE', deadline: '2026-03-01T09:10:00.000Z' });
    given(placed, awaiting)
      .when(expireAt('2026-03-01T09:10:04.999Z'))
      .thenRefuses({ code: 'NOT_DUE', deadline: '2026-03-01T09:10:05.000Z' });
  });

  test('a saga that took too long and a payment that never came end differently', () => {
    given(placed)
      .when(expireAt('2026-03-01T09:10:00.000Z'))
      .thenRecords({
        type: 'OrderExpired',
        data: {
          orderNo: theOrderNo,
          failureCode: 'SAGA_TIMEOUT',
          deadline: '2026-03-01T09:10:00.000Z',
        },
      });
    given(placed, awaiting)
      .when(expireAt('2026-03-01T09:10:05.000Z'))
      .thenRecords({
        type: 'OrderExpired',
        data: {
          orderNo: theOrderNo,
          failureCode: 'PAYMENT_TIMEOUT',
          deadline: '2026-03-01T09:10:05.000Z',
        },
      });
  });

  test('never touches a confirmation under way, nor what has ended', () => {
    const muchLater = expireAt('2027-01-01T00:00:00.000Z');
    given(placed, awaiting, confirming).when(muchLater).thenNothing();
    given(...paid)
      .when(muchLater)
      .thenNothing();
    given(placed, failed).when(muchLater).thenNothing();
  });
});

describe('confirming a payment', () => {
  test('the intent is recorded before the provider is asked', () =>
    given(placed, awaiting).when(confirmRequest).thenRecords(confirming));

  test('the same key again changes nothing, at whatever stage', () => {
    given(placed, awaiting, confirming).when(confirmRequest).thenNothing();
    given(...paid)
      .when(confirmRequest)
      .thenNothing();
    given(placed, awaiting, confirming, declined).when(confirmRequest).thenNothing();
  });

  test('a second tab with another key is refused while the first is under way, and afterwards', () => {
    const other = { ...confirmRequest, paymentKey: 'pay-2' };
    given(placed, awaiting, confirming).when(other).thenRefuses({ code: 'PAYMENT_IN_PROGRESS' });
    given(...paid)
      .when(other)
      .thenRefuses({ code: 'ORDER_NOT_PAYABLE', status: 'COMPLETED', failureCode: null });
  });

  test('another amount than the order’s is refused', () =>
    given(placed, awaiting)
      .when({ ...confirmRequest, amount: 18_999 })
      .thenRefuses({ code: 'PAYMENT_AMOUNT_MISMATCH', expected: 19_000 }));

  test('before the order is payable and after its deadline it is refused', () => {
    given(placed)
      .when(confirmRequest)
      .thenRefuses({ code: 'ORDER_NOT_PAYABLE', status: 'PENDING', failureCode: null });
    given(placed, awaiting)
      .when({ ...confirmRequest, at: '2026-03-01T09:10:05.000Z' })
      .thenRefuses({
        code: 'PAYMENT_DEADLINE_PASSED',
        paymentDeadline: '2026-03-01T09:10:05.000Z',
      });
  });

  test('an approval completes the order, once', () => {
    const { orderNo: _orderNo, ...payment } = approved.data;
    const approve: OrderCommand = {
      type: 'RecordApproval',
      ...payment,
      at: completed.data.completedAt,
    };
    given(placed, awaiting, confirming).when(approve).thenRecords(approved, completed);
    given(...paid)
      .when(approve)
      .thenNothing();
    given(placed, awaiting, confirming)
      .when({ ...approve, amount: 1 })
      .thenRefuses({ code: 'PAYMENT_AMOUNT_MISMATCH', expected: 19_000 });
    given(placed, awaiting, confirming, declined).when(approve).thenRefuses({
      code: 'ORDER_NOT_PAYABLE',
      status: 'PAYMENT_FAILED',
      failureCode: 'PAYMENT_FAILED',
    });
  });

  test('a decline ends the order, and a second one is the same', () => {
    const { orderNo: _orderNo, ...data } = declined.data;
    const decline: OrderCommand = { type: 'RecordDecline', ...data };
    given(placed, awaiting, confirming).when(decline).thenRecords(declined);
    given(placed, awaiting, confirming, declined).when(decline).thenNothing();
    given(placed, awaiting)
      .when(decline)
      .thenRefuses({ code: 'ORDER_NOT_PAYABLE', status: 'PAYMENT_WAITING', failureCode: null });
  });

  test('a further attempt takes the next number and keeps the time of the first', () => {
    const retry: OrderCommand = {
      type: 'RetryConfirmation',
      paymentKey: 'pay-1',
      attempt: 2,
      idempotencyKey: 'confirm:a2',
      at: '2026-03-01T09:02:00.000Z',
    };
    const second: OrderEvent = {
      type: 'PaymentConfirmationRequested',
      data: {
        ...confirming.data,
        attempt: 2,
        idempotencyKey: 'confirm:a2',
        requestedAt: '2026-03-01T09:02:00.000Z',
      },
    };
    given(placed, awaiting, confirming).when(retry).thenRecords(second);
    given(placed, awaiting, confirming, second).when(retry).thenNothing();
    expect(given(placed, awaiting, confirming, second).state).toMatchObject({
      confirmation: { attempt: 2, requestedAt: confirming.data.requestedAt },
    });
  });

  test('while it is unresolved nothing fails it, and review is flagged once', () => {
    const review: OrderCommand = {
      type: 'FlagForReview',
      reason: 'unresolved for 15 minutes',
      at: '2026-03-01T09:20:00.000Z',
    };
    given(placed, awaiting, confirming).when(fail).thenRefuses({
      code: 'ORDER_NOT_PAYABLE',
      status: 'PAYMENT_CONFIRMING',
      failureCode: null,
    });
    const flagged: OrderEvent = {
      type: 'OrderFlaggedForReview',
      data: {
        orderNo: theOrderNo,
        reason: 'unresolved for 15 minutes',
        flaggedAt: '2026-03-01T09:20:00.000Z',
      },
    };
    given(placed, awaiting, confirming).when(review).thenRecords(flagged);
    given(placed, awaiting, confirming, flagged).when(review).thenNothing();
  });
});

describe('money that arrives for an order that ended', () => {
  test('is recorded once and goes back once', () => {
    const { type: _type, ...data } = late('pay-1') as Extract<
      OrderCommand,
      { type: 'ReportLatePayment' }
    >;
    const { at, ...found } = data;
    const event: OrderEvent = {
      type: 'LatePaymentFound',
      data: { orderNo: theOrderNo, memberId: placedData.memberId, ...found, foundAt: at },
    };
    const dead = [placed, awaiting, confirming, declined] as const;
    given(...dead)
      .when(late('pay-1'))
      .thenRecords(event);
    given(...dead, event)
      .when(late('pay-1'))
      .thenNothing();
    const refunded: OrderEvent = {
      type: 'LatePaymentRefunded',
      data: {
        orderNo: theOrderNo,
        refundId: found.refundId,
        paymentKey: 'pay-1',
        amount: 19_000,
      },
    };
    const record: OrderCommand = { type: 'RecordLateRefund', refundId: found.refundId };
    given(...dead, event)
      .when(record)
      .thenRecords(refunded);
    given(...dead, event, refunded)
      .when(record)
      .thenNothing();
  });

  test('is not late while its own confirmation is undecided, nor when it is the order’s payment', () => {
    given(placed, awaiting, confirming).when(late('pay-1')).thenNothing();
    given(...paid)
      .when(late('pay-1'))
      .thenNothing();
  });

  test('a second payment beside the order’s own is late', () => {
    const decision = given(...paid).when(late('pay-2')).decision;
    expect(decision).toMatchObject({ kind: 'accepted', events: [{ type: 'LatePaymentFound' }] });
  });
});

describe('cancelling', () => {
  const unpaid: OrderCommand = {
    type: 'CancelUnpaid',
    reason: 'changed my mind',
    failureCode: 'CANCELED_BY_MEMBER',
  };
  const cancelled: OrderEvent = {
    type: 'OrderCancelled',
    data: {
      orderNo: theOrderNo,
      failureCode: 'CANCELED_BY_MEMBER',
      refund: null,
      reason: 'changed my mind',
    },
  };

  test('before payment it ends the order at once, and twice is once', () => {
    given(placed).when(unpaid).thenRecords(cancelled);
    given(placed, awaiting).when(unpaid).thenRecords(cancelled);
    given(placed, cancelled).when(unpaid).thenNothing();
  });

  test('during a confirmation it is refused', () =>
    given(placed, awaiting, confirming)
      .when(unpaid)
      .thenRefuses({ code: 'ORDER_NOT_CANCELABLE', status: 'PAYMENT_CONFIRMING' }));

  const request = (
    refundId: string,
    items: { productVariantId: number; quantity: number }[] | null,
  ): Extract<OrderCommand, { type: 'RequestCancellation' }> => ({
    type: 'RequestCancellation',
    refundId,
    items,
    reason: 'does not fit',
    by: { kind: 'member', id: 'member-1' },
    restoreCoupon: true,
    at: '2026-03-02T09:00:00.000Z',
  });

  test('after completion it locks the order with what will be given back', () =>
    given(...paid)
      .when(request('R1', null))
      .thenRecords(cancellationRequested('R1')));

  test('a second cancellation waits for the first; the same one again is the same', () => {
    const running = [...paid, cancellationRequested('R1')] as const;
    given(...running)
      .when(request('R1', null))
      .thenNothing();
    given(...running)
      .when(request('R2', null))
      .thenRefuses({ code: 'CANCELLATION_IN_PROGRESS', refundId: 'R1' });
  });

  test('more than is left is refused', () =>
    given(...paid)
      .when(request('R1', [{ productVariantId: 1, quantity: 3 }]))
      .thenRefuses({ code: 'CANCELLATION_EXCEEDS_ORDER', productVariantId: 1, left: 2 }));

  test('a refusal of the provider opens the lock again', () => {
    const refuse: OrderCommand = {
      type: 'RefuseCancellation',
      refundId: 'R1',
      providerCode: 'NOT_CANCELABLE_PAYMENT',
      reason: 'too old',
    };
    const refused: OrderEvent = {
      type: 'CancellationRefused',
      data: {
        orderNo: theOrderNo,
        refundId: 'R1',
        providerCode: 'NOT_CANCELABLE_PAYMENT',
        reason: 'too old',
      },
    };
    given(...paid, cancellationRequested('R1'))
      .when(refuse)
      .thenRecords(refused);
    expect(given(...paid, cancellationRequested('R1'), refused).state.status).toBe('COMPLETED');
    given(...paid, cancellationRequested('R1'), refused)
      .when(request('R1', null))
      .thenNothing();
  });

  test('any series of partial cancellations gives back exactly what was paid, and then nothing is left', () => {
    let history: OrderEvent[] = [...paid];
    let refunded = 0;
    let points = 0;
    for (const [id, variant] of [
      ['R1', 1],
      ['R2', 2],
      ['R3', 1],
    ] as const) {
      const decision = given(...history).when(
        request(id, [{ productVariantId: variant, quantity: 1 }]),
      ).decision;
      if (decision.kind === 'rejected') throw new Error(decision.rejection.code);
      history = [...history, ...decision.events];
      const finish = given(...history).when({ type: 'FinishCancellation', refundId: id }).decision;
      if (finish.kind === 'rejected') throw new Error(finish.rejection.code);
      history = [...history, ...finish.events];
      const state = given(...history).state;
      if (state.status === 'NONE') throw new Error('the order is gone');
      refunded = state.refunds.reduce((sum, refund) => sum + refund.amount, 0);
      points = state.refunds.reduce((sum, refund) => sum + refund.points, 0);
    }
    expect([refunded, points]).toEqual([19_000, 1_000]);
    expect(given(...history).state).toMatchObject({
      status: 'CANCELED',
      refunds: [{ releaseCoupon: false }, { releaseCoupon: false }, { releaseCoupon: true }],
    });
    given(...history)
      .when(request('R4', null))
      .thenRefuses({ code: 'ORDER_NOT_CANCELABLE', status: 'CANCELED' });
  });
});
