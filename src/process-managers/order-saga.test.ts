import { describe, expect, test } from 'vitest';
import {
  awaiting,
  cancellationRequested,
  completed,
  confirming,
  declined,
  placed,
  placedData,
  theOrderNo,
} from '../../test/support/order-events.ts';
import {
  allDeducted,
  cancelledByMember,
  couponRedeemed,
  deferred,
  expired,
  failed,
  placedForPoints,
  pointsDeducted,
  started,
  stockDeducted,
} from '../../test/support/saga-events.ts';
import { specifyProcess, testTimes } from '../../test/support/specify-process.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { OrderSagaEvent } from '../domain/saga/events.ts';
import { orderSaga } from './order-saga.ts';
import type { CallAnswer } from './process-manager.ts';

const orderNo = theOrderNo;
const process = orderSaga({ firstResolveMs: 1_000, reviewAfterMs: 900_000 });
const { given } = specifyProcess(process, orderNo);
const expiry = `expire @ ${placedData.sagaDeadline}`;

const done: CallAnswer = { kind: 'done', data: {} };
const timeOut: CallAnswer = { kind: 'unknown', reason: 'time-out' };
const breakerOpen: CallAnswer = { kind: 'not-sent', reason: 'breaker open', retryAfterMs: 7_000 };
const refusal = (code: string, definite = true): CallAnswer => ({
  kind: 'refused',
  code,
  detail: 'no',
  definite,
});
const refused = (
  type: 'StockDeductionRefused' | 'CouponRedemptionRefused' | 'PointsDeductionRefused',
  definite = true,
): OrderSagaEvent => ({
  type,
  data: { orderNo, code: 'X', failureCode: 'SYSTEM_ERROR', reason: 'no', definite },
});

describe('going forward', () => {
  test('an order that nobody placed owes nothing', () => given().owes());

  test('a placed order starts its saga, and would expire at its deadline', () =>
    given(placed).owes(expiry, 'start'));

  test('stock comes first', () => {
    given(placed, started).owes(expiry, 'PRODUCT:do');
    expect(given(placed, started).action('PRODUCT:do')).toEqual({
      kind: 'call',
      call: {
        type: 'DeductStock',
        orderNo,
        memberId: 'member-1',
        items: [
          { productVariantId: 1, quantity: 2 },
          { productVariantId: 2, quantity: 1 },
        ],
      },
    });
  });

  test('then the coupon, with what its discount was computed from', () =>
    expect(given(placed, started, stockDeducted).action('COUPON:do')).toMatchObject({
      call: { type: 'RedeemCoupon', couponId: 7, totalAmount: 23_000, discountAmount: 3_000 },
    }));

  test('then the points', () =>
    expect(given(placed, started, stockDeducted, couponRedeemed).action('USER:do')).toMatchObject({
      call: { type: 'DeductPoints', memberId: 'member-1', amount: 1_000 },
    }));

  test('then the customer may pay', () =>
    given(placed, ...allDeducted).owes(expiry, 'await-payment'));

  test('an order that points pay for completes without a payment', () => {
    const steps = { ...started, data: { ...started.data, steps: ['PRODUCT', 'USER'] } };
    given(placedForPoints).owes(expiry, 'start');
    expect(given(placedForPoints).action('start')).toMatchObject({ events: [steps] });
    given(placedForPoints, steps as OrderSagaEvent, stockDeducted, pointsDeducted).owes(
      expiry,
      'complete',
    );
  });

  test('the steps are those that were planned when the saga started, whatever this release would plan', () => {
    const older = { ...started, data: { ...started.data, steps: ['PRODUCT', 'PAYMENT'] } };
    given(placed, older as OrderSagaEvent, stockDeducted).owes(expiry, 'await-payment');
  });

  test('a payable order waits for its deadline and nothing else', () =>
    given(placed, ...allDeducted, awaiting).owes(`expire @ ${awaiting.data.paymentDeadline}`));

  test('a completed order clears the cart, and only then is the saga finished', () => {
    const paid = given(placed, ...allDeducted, awaiting, confirming, completed);
    paid.owes('clear-cart');
    paid.when('clear-cart', done).thenRecords({ type: 'OrderSagaFinished', data: { orderNo } });
    paid.when('clear-cart', { kind: 'not-sent', reason: 'CONFLICT' }).thenNothing();
    given(placed, ...allDeducted, completed, {
      type: 'OrderSagaFinished',
      data: { orderNo },
    }).owes();
  });

  test('an order that was cancelled after it completed is not compensated: that is the cancellation saga', () =>
    given(placed, ...allDeducted, completed, cancellationRequested('R'), {
      ...cancelledByMember,
      data: { ...cancelledByMember.data, failureCode: null },
    } as typeof cancelledByMember).owes('clear-cart'));
});

describe('answers', () => {
  test.each([
    ['PRODUCT', [started], stockDeducted],
    ['COUPON', [started, stockDeducted], couponRedeemed],
    ['USER', [started, stockDeducted, couponRedeemed], pointsDeducted],
  ] as const)('%s: done is recorded', (step, history, event) => {
    given(placed, ...history)
      .when(`${step}:do`, done)
      .thenRecords(event);
  });

  test.each([
    ['PRODUCT', 'INSUFFICIENT_STOCK', 'INSUFFICIENT_STOCK'],
    ['PRODUCT', 'VARIANT_OUT_OF_STOCK', 'INSUFFICIENT_STOCK'],
    ['PRODUCT', 'VARIANT_NOT_ON_SALE', 'PRODUCT_NOT_ON_SALE'],
    ['PRODUCT', 'VARIANT_NOT_FOUND', 'PRODUCT_NOT_FOUND'],
    ['PRODUCT', 'OPERATION_CANCELED', 'SYSTEM_ERROR'],
    ['PRODUCT', 'HTTP_401', 'SYSTEM_ERROR'],
    ['COUPON', 'COUPON_EXPIRED', 'COUPON_EXPIRED'],
    ['COUPON', 'COUPON_ALREADY_USED', 'INVALID_COUPON'],
    ['COUPON', 'COUPON_MIN_AMOUNT_NOT_MET', 'INVALID_COUPON'],
    ['COUPON', 'COUPON_DISCOUNT_CHANGED', 'INVALID_COUPON'],
    ['COUPON', 'COUPON_NOT_FOUND', 'INVALID_COUPON'],
    ['USER', 'INSUFFICIENT_POINT', 'INSUFFICIENT_POINT'],
    ['USER', 'USER_NOT_FOUND', 'SYSTEM_ERROR'],
  ] as const)('%s: the refusal %s fails the order with %s', (step, code, failureCode) => {
    const before = { PRODUCT: [], COUPON: [stockDeducted], USER: [stockDeducted, couponRedeemed] };
    const type = {
      PRODUCT: 'StockDeductionRefused',
      COUPON: 'CouponRedemptionRefused',
      USER: 'PointsDeductionRefused',
    }[step] as 'StockDeductionRefused';
    const event: OrderSagaEvent = {
      type,
      data: { orderNo, code, failureCode, reason: 'no', definite: true },
    };
    const history = [placed, started, ...before[step]];
    given(...history)
      .when(`${step}:do`, refusal(code))
      .thenRecords(event);
    given(...history, event).owes('fail');
    expect(given(...history, event).action('fail')).toMatchObject({
      command: { type: 'Fail', failureCode },
    });
  });

  test('an unknown outcome is put off, not failed', () => {
    given(placed, started)
      .when('PRODUCT:do', timeOut)
      .thenRecords(
        deferred('PRODUCT', {
          deferredAt: testTimes.now,
          retryAt: testTimes.retryAt('step', 1),
        }),
      );
    given(placed, started, deferred('PRODUCT')).owes(
      expiry,
      'PRODUCT:do @ 2026-03-01T09:01:01.000Z',
    );
  });

  test('an open breaker puts the step off for as long as it stays open', () =>
    given(placed, started, deferred('PRODUCT'))
      .when('PRODUCT:do', breakerOpen)
      .thenRecords(
        deferred('PRODUCT', {
          outcome: 'not-sent',
          attempt: 2,
          deferredAt: testTimes.now,
          retryAt: testTimes.retryAt('step', 2, 7_000),
          reason: 'breaker open',
        }),
      ));

  test('a late answer of a step that was undone meanwhile is not taken for the undoing', () => {
    const compensating = given(placed, started, failed, {
      type: 'CompensationStarted',
      data: { orderNo, failureCode: 'INSUFFICIENT_STOCK', steps: ['PRODUCT'] },
    });
    const { action } = { action: given(placed, started).action('PRODUCT:do') };
    if (action.kind !== 'call') throw new Error('a call was expected');
    // Recorded as what it is; the undoing is still owed.
    const late = compensating.whenLate(action.call, done);
    late.thenRecords(stockDeducted);
    compensating.owes('PRODUCT:undo');
  });
});

describe('compensation', () => {
  const compensation = (...steps: ('PRODUCT' | 'COUPON' | 'USER')[]): OrderSagaEvent => ({
    type: 'CompensationStarted',
    data: { orderNo, failureCode: 'INSUFFICIENT_STOCK', steps },
  });
  const stepsOf = (...history: readonly (OrderEvent | OrderSagaEvent)[]) => {
    const action = given(...history).action('compensate');
    if (action.kind !== 'record') throw new Error('a record was expected');
    const [event] = action.events;
    return event?.type === 'CompensationStarted' ? event.data.steps : [];
  };

  test('goes backwards over what was done, and takes in the step that may be under way', () =>
    expect(stepsOf(placed, started, stockDeducted, couponRedeemed, failed)).toEqual([
      'USER',
      'COUPON',
      'PRODUCT',
    ]));

  test('takes in a step of unknown outcome', () =>
    expect(stepsOf(placed, started, stockDeducted, deferred('COUPON'), expired)).toEqual([
      'COUPON',
      'PRODUCT',
    ]));

  test.each([true, false])(
    'takes in a step that was refused (for certain: %s): an earlier request may still be on its way',
    (definite) =>
      expect(
        stepsOf(
          placed,
          started,
          stockDeducted,
          refused('CouponRedemptionRefused', definite),
          failed,
        ),
      ).toEqual(['COUPON', 'PRODUCT']),
  );

  test('a refusal after an unknown try, and a mismatch, are no proof that nothing happened', () => {
    given(placed, started, deferred('PRODUCT'))
      .when('PRODUCT:do', refusal('OPERATION_CANCELED'))
      .thenRecords({
        type: 'StockDeductionRefused',
        data: {
          orderNo,
          code: 'OPERATION_CANCELED',
          failureCode: 'SYSTEM_ERROR',
          reason: 'no',
          definite: false,
        },
      });
    expect(
      given(placed, started).when('PRODUCT:do', refusal('IDEMPOTENCY_MISMATCH')).effects,
    ).toMatchObject([{ events: [{ data: { definite: false } }] }]);
  });

  test('of a saga that never started has nothing to undo', () =>
    expect(stepsOf(placed, expired)).toEqual([]));

  test.each([
    ['the member cancelled', cancelledByMember],
    ['the order expired', expired],
    ['a participant refused', failed],
    ['the payment was declined', declined],
  ] as const)('starts when %s', (_why, end) => {
    const history = end === declined ? [awaiting, confirming, declined] : [end];
    given(placed, ...allDeducted, ...history).owes('compensate');
  });

  test('undoes everything that is left, one that waits does not hold up the others', () => {
    given(placed, ...allDeducted, failed, compensation('USER', 'COUPON', 'PRODUCT')).owes(
      'USER:undo',
      'COUPON:undo',
      'PRODUCT:undo',
    );
    given(
      placed,
      ...allDeducted,
      failed,
      compensation('USER', 'COUPON', 'PRODUCT'),
      deferred('USER', { direction: 'undo' }),
      { type: 'CouponReleased', data: { orderNo, state: 'RELEASED' } },
    ).owes('USER:undo @ 2026-03-01T09:01:01.000Z', 'PRODUCT:undo');
  });

  test('records what each undoing found', () => {
    const compensating = given(
      placed,
      ...allDeducted,
      failed,
      compensation('USER', 'COUPON', 'PRODUCT'),
    );
    const found = (state: string): CallAnswer => ({ kind: 'done', data: { state } });
    compensating
      .when('USER:undo', found('REFUNDED'))
      .thenRecords({ type: 'PointsRefunded', data: { orderNo, state: 'REFUNDED' } });
    compensating
      .when('COUPON:undo', found('EXPIRED'))
      .thenRecords({ type: 'CouponReleased', data: { orderNo, state: 'EXPIRED' } });
    compensating
      .when('PRODUCT:undo', found('TOMBSTONED'))
      .thenRecords({ type: 'StockRestored', data: { orderNo, state: 'TOMBSTONED' } });
  });

  test('an undoing that is refused is tried again', () =>
    given(placed, started, failed, compensation('PRODUCT'))
      .when('PRODUCT:undo', refusal('HTTP_403'))
      .thenRecords(
        deferred('PRODUCT', {
          direction: 'undo',
          deferredAt: testTimes.now,
          retryAt: testTimes.retryAt('step', 1),
          reason: 'HTTP_403',
        }),
      ));

  test('ends the saga as failed once everything is undone', () => {
    const undone = [
      placed,
      started,
      failed,
      compensation('PRODUCT'),
      { type: 'StockRestored', data: { orderNo, state: 'TOMBSTONED' } } as const,
    ];
    given(...undone).owes('failed');
    given(...undone, {
      type: 'OrderSagaFailed',
      data: { orderNo, failureCode: 'INSUFFICIENT_STOCK' },
    }).owes();
  });

  test('never begins while a confirmation is unresolved, whatever else is known', () =>
    given(
      placed,
      ...allDeducted,
      refused('StockDeductionRefused'),
      { type: 'SagaCompensationRequested', data: { orderNo, by: 'op', reason: 'x' } },
      awaiting,
      confirming,
    ).owes('review @ 2026-03-01T09:16:00.000Z', 'PAYMENT:do @ 2026-03-01T09:01:01.000Z'));
});

describe('any interleaving of the two streams', () => {
  test('gives the same state', () => {
    const orderSide = [placed, awaiting, confirming, completed];
    const own = [...allDeducted];
    const oneAfterTheOther = given(...orderSide, ...own).state;
    const ownFirst = given(...own, ...orderSide).state;
    const mixed = given(
      placed,
      started,
      stockDeducted,
      awaiting,
      couponRedeemed,
      confirming,
      pointsDeducted,
      completed,
    ).state;
    expect(ownFirst).toEqual(oneAfterTheOther);
    expect(mixed).toEqual(oneAfterTheOther);
  });
});
