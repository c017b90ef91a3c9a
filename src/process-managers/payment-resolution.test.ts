import { describe, expect, test } from 'vitest';
import {
  awaiting,
  confirming,
  declined,
  placed,
  theOrderNo,
} from '../../test/support/order-events.ts';
import { allDeducted, deferred, payment } from '../../test/support/saga-events.ts';
import { specifyProcess, testTimes } from '../../test/support/specify-process.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { OrderSagaEvent } from '../domain/saga/events.ts';
import { orderSaga } from './order-saga.ts';
import { PAYMENT_ABSENT } from './order-saga-state.ts';
import type { CallAnswer, Confirmed, Look } from './process-manager.ts';

const orderNo = theOrderNo;
const { given } = specifyProcess(
  orderSaga({ firstResolveMs: 1_000, reviewAfterMs: 900_000 }),
  orderNo,
);

const keyed: OrderEvent = {
  ...confirming,
  data: { ...confirming.data, idempotencyKey: `confirm:${orderNo}:0123456789abcdef:a1` },
};
const history = [placed, ...allDeducted, awaiting, keyed] as const;
const lateRefundId = `${orderNo}-LATELATELA`;

const finding = (
  confirmed: Confirmed | null,
  look: Look | null = null,
  first = false,
): CallAnswer => ({ kind: 'payment-found', confirmed, look, first, lateRefundId });
const looked = (fields: Parameters<typeof payment>[0]): Look => ({
  kind: 'found',
  data: payment(fields),
});
const inProgress = looked({ status: 'IN_PROGRESS' });
const unavailable: Look = { kind: 'unavailable', reason: 'time-out' };
const absent: Look = { kind: 'absent', code: 'NOT_FOUND_PAYMENT' };
const decline = (definite: boolean): Confirmed => ({
  kind: 'declined',
  providerCode: 'REJECT_CARD_PAYMENT',
  failureCode: 'PAYMENT_INSUFFICIENT_BALANCE',
  reason: 'limit',
  definite,
});

const resolve = (answer: CallAnswer, ...more: readonly OrderSagaEvent[]) =>
  given(...history, ...more).when('PAYMENT:do', answer);
const waits = (answer: CallAnswer, reason: string, outcome: 'unknown' | 'not-sent' = 'unknown') => {
  const resolution = resolve(answer);
  resolution.thenCommands();
  resolution.thenRecords(
    deferred('PAYMENT', {
      outcome,
      reason,
      deferredAt: testTimes.now,
      retryAt: testTimes.retryAt(reason === 'WAITING_FOR_DEPOSIT' ? 'deposit' : 'payment', 1),
    }),
  );
};

describe('a confirmation is settled by proof only', () => {
  test('approved: recorded; should the order have ended meanwhile, the money goes back', () => {
    const resolution = resolve(finding({ kind: 'approved', payment: payment() }, null, true));
    expect(resolution.effects).toEqual([
      {
        kind: 'order',
        orderNo,
        command: {
          type: 'RecordApproval',
          paymentKey: 'pay-1',
          amount: 19_000,
          method: 'CARD',
          approvedAt: '2026-03-01T09:01:20.000Z',
          receiptUrl: null,
        },
        ifRefused: {
          type: 'ReportLatePayment',
          refundId: lateRefundId,
          paymentKey: 'pay-1',
          amount: 19_000,
          reason: 'paid after the order had ended',
        },
      },
    ]);
  });

  test('found DONE by a look: recorded', () =>
    resolve(finding(null, looked({}))).thenCommands('RecordApproval'));

  test('already processed, and DONE: the answer to an earlier request was lost', () =>
    resolve(
      finding({ kind: 'already-processed', code: 'ALREADY_PROCESSED_PAYMENT' }, looked({})),
    ).thenCommands('RecordApproval'));

  test.each([
    ['amount', { totalAmount: 18_000, balanceAmount: 18_000 }],
    ['currency', { currency: 'USD' }],
    ['balance', { balanceAmount: 1_000 }],
    ['status PARTIAL_CANCELED', { status: 'PARTIAL_CANCELED', balanceAmount: 1_000 }],
  ] as const)(
    'paid with another %s: a human looks, the order fails, the money goes back',
    (_what, fields) =>
      resolve(finding(null, looked(fields))).thenCommands(
        'FlagForReview',
        'RecordDecline',
        'ReportLatePayment',
      ),
  );

  test('what goes back of a wrong payment is what the provider still holds', () =>
    expect(resolve(finding(null, looked({ balanceAmount: 1_000 }))).effects.at(-1)).toMatchObject({
      command: { type: 'ReportLatePayment', amount: 1_000 },
    }));

  test("another order's payment key declines this order and is not refunded", () =>
    resolve(finding(null, looked({ orderId: 'ORD-20260301-ZZZZZZZZZZ' }))).thenCommands(
      'RecordDecline',
    ));

  test('a definite decline is recorded', () =>
    resolve(finding(decline(true))).thenCommands('RecordDecline'));

  test('a vanished session is a decline when nothing was asked before', () =>
    resolve(finding(decline(false), null, true)).thenCommands('RecordDecline'));

  test('a vanished session after an earlier request is decided by a look', () => {
    resolve(finding(decline(false), looked({}))).thenCommands('RecordApproval');
    waits(finding(decline(false), unavailable), 'time-out', 'not-sent');
  });

  test.each(['ABORTED', 'EXPIRED', 'CANCELED'] as const)('%s at the provider: declined', (status) =>
    resolve(finding(null, looked({ status }))).thenCommands('RecordDecline'),
  );

  test.each(['READY', 'UNKNOWN', 'IN_PROGRESS'] as const)('%s at the provider: waits', (status) =>
    waits(finding(null, looked({ status })), status),
  );

  test('a virtual account without a deposit is not paid', () => {
    waits(finding(null, looked({ status: 'WAITING_FOR_DEPOSIT' })), 'WAITING_FOR_DEPOSIT');
    waits(
      finding({ kind: 'pending-deposit', payment: payment({ status: 'WAITING_FOR_DEPOSIT' }) }),
      'WAITING_FOR_DEPOSIT',
    );
  });

  test('no answer: waits, the same key is used again', () =>
    waits(finding({ kind: 'unknown', reason: 'reset', answered: false }), 'reset'));

  test('not sent: waits', () =>
    waits(finding({ kind: 'not-sent', reason: 'breaker open' }), 'breaker open', 'not-sent'));

  test('a look that fails: waits, and nothing is given back', () =>
    waits(finding(null, unavailable), 'time-out', 'not-sent'));

  test('an answered error while the payment is still to be confirmed: a further attempt under its own key', () => {
    const error: Confirmed = { kind: 'unknown', reason: 'PROVIDER_ERROR', answered: true };
    const resolution = resolve(finding(error, inProgress));
    expect(resolution.effects[0]).toMatchObject({
      command: {
        type: 'RetryConfirmation',
        attempt: 2,
        idempotencyKey: `confirm:${orderNo}:0123456789abcdef:a2`,
      },
    });
    expect(resolution.effects[1]).toMatchObject({ kind: 'record' });
  });

  test('an answered error after which the payment is DONE: it is paid', () =>
    resolve(
      finding({ kind: 'unknown', reason: 'COMMON_ERROR', answered: true }, looked({})),
    ).thenCommands('RecordApproval'));

  test('an answered error without a look: no further attempt before one', () =>
    resolve(
      finding({ kind: 'unknown', reason: 'COMMON_ERROR', answered: true }, unavailable),
    ).thenCommands());

  test('an error of ours is looked up too, and tried again under a new key', () =>
    resolve(
      finding({ kind: 'misconfigured', code: 'UNAUTHORIZED_KEY', reason: '' }, inProgress),
    ).thenCommands('RetryConfirmation'));
});

describe('a payment that the provider does not know', () => {
  const at = (now: string) => ({ ...testTimes, now });
  const inTime = '2026-03-01T09:05:00.000Z';
  const tooLate = '2026-03-01T09:11:00.000Z';
  const absentAt = (deferredAt: string) =>
    deferred('PAYMENT', { reason: PAYMENT_ABSENT, deferredAt });

  test('may still appear while its session lasts', () => {
    given(...history, absentAt(inTime))
      .when('PAYMENT:do', finding(null, absent), at(inTime))
      .thenCommands();
  });
  test('is not given up on the first look after the session', () => {
    given(...history, absentAt(inTime))
      .when('PAYMENT:do', finding(null, absent), at(tooLate))
      .thenCommands();
  });
  test('is declined on the second one', () => {
    given(...history, absentAt(tooLate))
      .when('PAYMENT:do', finding(null, absent), at(tooLate))
      .thenCommands('RecordDecline');
  });
});

describe('while a confirmation is unresolved', () => {
  test('it is looked at when the last look said so, at first one second after the request', () => {
    given(...history).owes(
      'review @ 2026-03-01T09:16:00.000Z',
      'PAYMENT:do @ 2026-03-01T09:01:01.000Z',
    );
    given(...history, deferred('PAYMENT', { retryAt: '2026-03-01T09:03:00.000Z' })).owes(
      'review @ 2026-03-01T09:16:00.000Z',
      'PAYMENT:do @ 2026-03-01T09:03:00.000Z',
    );
  });

  test('it goes on being looked at after a human was called', () =>
    given(...history, {
      type: 'OrderFlaggedForReview',
      data: { orderNo, reason: 'x', flaggedAt: '2026-03-01T09:16:00.000Z' },
    }).owes('PAYMENT:do @ 2026-03-01T09:01:01.000Z'));

  test('an operator brings the next look forward', () =>
    given(...history, deferred('PAYMENT', { retryAt: '2026-03-01T10:00:00.000Z' }), {
      type: 'SagaRetryRequested',
      data: { orderNo, by: 'op', reason: 'the provider is back' },
    }).owes('review @ 2026-03-01T09:16:00.000Z', 'PAYMENT:do @ 2026-03-01T09:01:01.000Z'));
});

describe('a wrongly paid order whose money was not reported before a crash', () => {
  const mismatch: OrderEvent = {
    ...declined,
    data: { ...declined.data, failureCode: 'PAYMENT_MISMATCH' },
  };
  const compensated: OrderSagaEvent = {
    type: 'CompensationStarted',
    data: { orderNo, failureCode: 'PAYMENT_MISMATCH', steps: [] },
  };
  const stranded = [...history, mismatch, compensated];

  test('is found again before the saga ends', () => {
    given(...stranded).owes('report-payment');
    given(...stranded)
      .when('report-payment', finding(null, looked({ totalAmount: 1, balanceAmount: 1 })))
      .thenCommands('ReportLatePayment');
    given(...stranded, {
      type: 'LatePaymentFound',
      data: {
        orderNo,
        memberId: 'member-1',
        refundId: lateRefundId,
        paymentKey: 'pay-1',
        amount: 1,
        reason: 'x',
        foundAt: testTimes.now,
      },
    }).owes('failed');
  });

  test('is looked for until the provider answers', () =>
    given(...stranded)
      .when('report-payment', finding(null, unavailable))
      .thenRecords(
        deferred('PAYMENT', {
          direction: 'undo',
          outcome: 'not-sent',
          deferredAt: testTimes.now,
          retryAt: testTimes.retryAt('step', 1),
        }),
      ));
});
