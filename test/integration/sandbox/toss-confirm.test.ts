import { describe, expect, test } from 'vitest';
import { CONFIRM_ERRORS } from '../../../sandbox/toss/confirm-errors.ts';
import { DECLINES } from '../../../sandbox/toss/declines.ts';
import { sandboxForTest, stoppedClock, TOSS_AUTHORIZATION } from './support.ts';

const ORDER = 'ORD-20260301-0000000001';
const MINUTE_MS = 60_000;

test('a confirmed payment is DONE, in Korean words and Korean time', async () => {
  const sandbox = await sandboxForTest({ now: stoppedClock().now });
  const paymentKey = await sandbox.openPayment(ORDER, 15_000, { orderName: '티셔츠 외 1건' });
  const { status, body } = await sandbox.confirm(paymentKey, ORDER, 15_000);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    paymentKey,
    orderId: ORDER,
    orderName: '티셔츠 외 1건',
    status: 'DONE',
    method: '카드',
    currency: 'KRW',
    totalAmount: 15_000,
    balanceAmount: 15_000,
    suppliedAmount: 13_636,
    vat: 1364,
    requestedAt: '2026-03-01T12:00:00+09:00',
    approvedAt: '2026-03-01T12:00:00+09:00',
    cancels: null,
    failure: null,
    isPartialCancelable: true,
    card: { amount: 15_000, installmentPlanMonths: 0 },
  });
  expect(body.lastTransactionKey).toMatch(/^txrd_/);
  expect((await sandbox.payment(paymentKey)).body).toEqual(body);
  expect((await sandbox.toss('GET', `/payments/orders/${ORDER}`)).body).toEqual(body);
});

test.each([
  ['easy-pay', '간편결제', 'easyPay'],
  ['TRANSFER', '계좌이체', 'transfer'],
  ['휴대폰', '휴대폰', 'mobilePhone'],
  ['gift-certificate', '문화상품권', 'giftCertificate'],
])('paying by %s shows the word %s and the field %s', async (method, word, field) => {
  const sandbox = await sandboxForTest();
  const paymentKey = await sandbox.openPayment(ORDER, 15_000, { method });
  const { body } = await sandbox.confirm(paymentKey, ORDER, 15_000);
  expect(body).toMatchObject({ status: 'DONE', method: word, card: null });
  expect(body[field]).not.toBeNull();
});

test('a payment that was confirmed cannot be confirmed again', async () => {
  const sandbox = await sandboxForTest();
  const paymentKey = await sandbox.openPayment(ORDER, 15_000);
  await sandbox.confirm(paymentKey, ORDER, 15_000);
  expect(await sandbox.confirm(paymentKey, ORDER, 15_000)).toMatchObject({
    status: 400,
    body: { code: 'ALREADY_PROCESSED_PAYMENT' },
  });
});

test('an order that was paid cannot be paid with a second payment, not even after a cancellation', async () => {
  const sandbox = await sandboxForTest();
  const first = await sandbox.openPayment(ORDER, 15_000);
  const second = await sandbox.openPayment(ORDER, 15_000);
  await sandbox.confirm(first, ORDER, 15_000);
  const duplicate = { status: 400, body: { code: 'DUPLICATED_ORDER_ID' } };
  expect(await sandbox.confirm(second, ORDER, 15_000)).toMatchObject(duplicate);
  await sandbox.cancel(first, { cancelReason: '변심' });
  expect(await sandbox.confirm(second, ORDER, 15_000)).toMatchObject(duplicate);
  expect((await sandbox.toss('GET', `/payments/orders/${ORDER}`)).body.paymentKey).toBe(first);
});

test.each([
  ['an unknown payment key', { paymentKey: 'tgen_none' }, 404, 'NOT_FOUND_PAYMENT'],
  ['another order', { orderId: 'ORD-OTHER' }, 404, 'NOT_FOUND_PAYMENT_SESSION'],
  ['another amount', { amount: 14_999 }, 400, 'INVALID_REQUEST'],
  ['an amount of nothing', { amount: 0 }, 400, 'BELOW_ZERO_AMOUNT'],
  ['an amount in words', { amount: '15000' }, 400, 'INVALID_REQUEST'],
  ['an order id of five characters', { orderId: 'ORD-1' }, 400, 'INVALID_REQUEST'],
  ['a payment key that is too long', { paymentKey: 'k'.repeat(201) }, 400, 'INVALID_REQUEST'],
])('a confirmation with %s is refused and moves no money', async (_what, change, status, code) => {
  const sandbox = await sandboxForTest();
  const paymentKey = await sandbox.openPayment(ORDER, 15_000);
  const body = { paymentKey, orderId: ORDER, amount: 15_000, ...change };
  const answer = await sandbox.toss('POST', '/payments/confirm', body);
  expect(answer).toMatchObject({ status, body: { code, message: expect.any(String) } });
  expect((await sandbox.payment(paymentKey)).body.status).toBe('IN_PROGRESS');
});

test.each([
  ['card', 99, 100],
  ['transfer', 199, 200],
])('by %s, %i won are below the minimum and %i are not', async (method, tooLittle, enough) => {
  const sandbox = await sandboxForTest();
  const first = await sandbox.openPayment(ORDER, tooLittle, { method });
  expect(await sandbox.confirm(first, ORDER, tooLittle)).toMatchObject({
    status: 400,
    body: { code: 'BELOW_MINIMUM_AMOUNT' },
  });
  const second = await sandbox.openPayment(ORDER, enough, { method });
  expect((await sandbox.confirm(second, ORDER, enough)).body.status).toBe('DONE');
});

describe('the session', () => {
  test('lasts ten minutes from the authentication, then the payment is EXPIRED', async () => {
    const clock = stoppedClock();
    const sandbox = await sandboxForTest({ now: clock.now });
    const first = await sandbox.openPayment(ORDER, 15_000);
    const second = await sandbox.openPayment('ORD-20260301-0000000002', 15_000);
    clock.advance(10 * MINUTE_MS - 1);
    expect((await sandbox.confirm(first, ORDER, 15_000)).status).toBe(200);
    clock.advance(1);
    const late = await sandbox.confirm(second, 'ORD-20260301-0000000002', 15_000);
    expect(late).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_PAYMENT_SESSION' } });
    expect((await sandbox.payment(second)).body).toMatchObject({
      status: 'EXPIRED',
      approvedAt: null,
      failure: { code: 'EXPIRED_PAYMENT' },
    });
  });

  test('can be run out by moving the clock of a running sandbox', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    await sandbox.put('/clock', { offsetMs: 11 * MINUTE_MS });
    expect((await sandbox.payment(paymentKey)).body.status).toBe('EXPIRED');
    expect((await sandbox.get('/clock')).body.offsetMs).toBe(11 * MINUTE_MS);
  });

  test('of a buyer who does not authenticate is READY for thirty minutes and cannot be confirmed', async () => {
    const clock = stoppedClock();
    const sandbox = await sandboxForTest({ now: clock.now });
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: 'ready' });
    const refused = { status: 404, body: { code: 'NOT_FOUND_PAYMENT_SESSION' } };
    expect(await sandbox.confirm(paymentKey, ORDER, 15_000)).toMatchObject(refused);
    clock.advance(29 * MINUTE_MS);
    expect((await sandbox.payment(paymentKey)).body.status).toBe('READY');
    clock.advance(MINUTE_MS);
    expect((await sandbox.payment(paymentKey)).body.status).toBe('EXPIRED');
  });

  test.each([
    ['expired', 'EXPIRED'],
    ['aborted', 'ABORTED'],
  ])('can be opened %s', async (outcome, status) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome });
    expect((await sandbox.payment(paymentKey)).body.status).toBe(status);
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000)).body.code).toBe(
      'NOT_FOUND_PAYMENT_SESSION',
    );
  });
});

test.each(Object.entries(DECLINES))(
  'the decline %s answers its status, aborts the payment and takes no money',
  async (code, [status, korean]) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: code });
    const answer = await sandbox.confirm(paymentKey, ORDER, 15_000);
    expect(answer).toMatchObject({ status, body: { code, message: korean } });
    expect((await sandbox.payment(paymentKey)).body).toMatchObject({
      status: 'ABORTED',
      approvedAt: null,
      failure: { code },
    });
    expect((await sandbox.ledger(ORDER)).payments[0]).toMatchObject({ netPaid: 0, approvals: 0 });
  },
);

test.each(Object.entries(CONFIRM_ERRORS))(
  'the error %s answers its status and leaves the payment to be confirmed later',
  async (code, [status]) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: [code, 'approve'] });
    const answer = await sandbox.confirm(paymentKey, ORDER, 15_000);
    expect(answer).toMatchObject({ status, body: { code } });
    expect((await sandbox.payment(paymentKey)).body.status).toBe('IN_PROGRESS');
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000)).body.status).toBe('DONE');
  },
);

test('an order is declined on one payment and paid with the next', async () => {
  const sandbox = await sandboxForTest();
  const declined = await sandbox.openPayment(ORDER, 15_000, { outcome: 'REJECT_CARD_COMPANY' });
  await sandbox.confirm(declined, ORDER, 15_000);
  const next = await sandbox.openPayment(ORDER, 15_000);
  expect((await sandbox.confirm(next, ORDER, 15_000)).body.status).toBe('DONE');
  expect((await sandbox.toss('GET', `/payments/orders/${ORDER}`)).body.paymentKey).toBe(next);
});

describe('a virtual account', () => {
  test('waits for the deposit after the confirmation and is DONE after it', async () => {
    const sandbox = await sandboxForTest({ now: stoppedClock().now });
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: 'virtual-account' });
    const waiting = await sandbox.confirm(paymentKey, ORDER, 15_000);
    expect(waiting).toMatchObject({
      status: 200,
      body: {
        status: 'WAITING_FOR_DEPOSIT',
        method: '가상계좌',
        approvedAt: null,
        virtualAccount: { dueDate: '2026-03-02T12:00:00', expired: false },
      },
    });
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000)).body.code).toBe(
      'ALREADY_PROCESSED_PAYMENT',
    );
    const paid = await sandbox.post(`/payments/${paymentKey}/deposit`, {});
    expect(paid).toMatchObject({ status: 200, body: { status: 'DONE', balanceAmount: 15_000 } });
    expect((await sandbox.post(`/payments/${paymentKey}/deposit`, {})).body).toEqual(paid.body);
    expect((await sandbox.ledger(ORDER)).payments[0].approvals).toBe(1);
  });

  test('takes no deposit before the confirmation, nor for a payment that does not exist', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { method: 'virtual-account' });
    expect((await sandbox.post(`/payments/${paymentKey}/deposit`, {})).body.code).toBe(
      'NOT_WAITING_FOR_DEPOSIT',
    );
    expect((await sandbox.post('/payments/none/deposit', {})).status).toBe(404);
  });
});

describe('an answer that lies', () => {
  test.each([
    ['approve-other-amount', { totalAmount: 15_001 }],
    ['approve-other-order', { orderId: `${ORDER}-OTHER` }],
    ['approve-other-currency', { currency: 'USD' }],
  ])('%s shows %j now and at every look-up', async (outcome, wrong) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome });
    const { body } = await sandbox.confirm(paymentKey, ORDER, 15_000);
    expect(body).toMatchObject({ status: 'DONE', ...wrong });
    expect((await sandbox.payment(paymentKey)).body).toMatchObject(wrong);
  });
});

describe('an answer that does not arrive', () => {
  test.each([
    ['reset-after-approve', 'DONE'],
    ['reset-before-approve', 'IN_PROGRESS'],
  ])('%s cuts the connection and leaves the payment %s', async (outcome, status) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome });
    await expect(sandbox.confirm(paymentKey, ORDER, 15_000)).rejects.toThrow('fetch failed');
    expect((await sandbox.payment(paymentKey)).body.status).toBe(status);
  });

  test('malformed-after-approve answers 200 with half of the JSON', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, {
      outcome: 'malformed-after-approve',
    });
    await expect(sandbox.confirm(paymentKey, ORDER, 15_000)).rejects.toThrow(SyntaxError);
    expect((await sandbox.payment(paymentKey)).body.status).toBe('DONE');
  });

  test('error-after-approve answers 500 although the payment is DONE', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: 'error-after-approve' });
    expect(await sandbox.confirm(paymentKey, ORDER, 15_000)).toMatchObject({
      status: 500,
      body: { code: 'FAILED_INTERNAL_SYSTEM_PROCESSING' },
    });
    expect((await sandbox.payment(paymentKey)).body.status).toBe('DONE');
  });

  test('timeout-after-approve never answers although the payment is DONE', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, {
      outcome: 'timeout-after-approve',
    });
    const givenUp = new AbortController();
    const pending = fetch(`${sandbox.url}/toss/v1/payments/confirm`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: TOSS_AUTHORIZATION },
      body: JSON.stringify({ paymentKey, orderId: ORDER, amount: 15_000 }),
      signal: givenUp.signal,
    }).catch(() => 'given up');
    await expect.poll(async () => (await sandbox.payment(paymentKey)).body.status).toBe('DONE');
    givenUp.abort();
    expect(await pending).toBe('given up');
  });
});
