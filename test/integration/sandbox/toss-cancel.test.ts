import { describe, expect, test } from 'vitest';
import { CANCEL_ERRORS } from '../../../sandbox/toss/cancel-errors.ts';
import { type SandboxClient, sandboxForTest, stoppedClock } from './support.ts';

const ORDER = 'ORD-20260301-0000000001';
const DAY_MS = 24 * 60 * 60 * 1000;
const REASON = { cancelReason: '고객 변심' };

async function paid(sandbox: SandboxClient, more: Readonly<Record<string, unknown>> = {}) {
  const paymentKey = await sandbox.openPayment(ORDER, 15_000, more);
  await sandbox.confirm(paymentKey, ORDER, 15_000);
  return paymentKey;
}

test('a full cancellation leaves nothing and the status CANCELED', async () => {
  const sandbox = await sandboxForTest({ now: stoppedClock().now });
  const paymentKey = await paid(sandbox);
  const { status, body } = await sandbox.cancel(paymentKey, REASON);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'CANCELED',
    totalAmount: 15_000,
    balanceAmount: 0,
    cancels: [
      {
        cancelAmount: 15_000,
        cancelReason: '고객 변심',
        refundableAmount: 0,
        cancelStatus: 'DONE',
        canceledAt: '2026-03-01T12:00:00+09:00',
      },
    ],
  });
  expect(body.lastTransactionKey).toBe(body.cancels[0].transactionKey);
  expect(await sandbox.cancel(paymentKey, REASON)).toMatchObject({
    status: 400,
    body: { code: 'ALREADY_CANCELED_PAYMENT' },
  });
});

test('cancellations in parts add up, and the last one stays PARTIAL_CANCELED', async () => {
  const sandbox = await sandboxForTest();
  const paymentKey = await paid(sandbox);
  const first = await sandbox.cancel(paymentKey, { ...REASON, cancelAmount: 4000 });
  expect(first.body).toMatchObject({ status: 'PARTIAL_CANCELED', balanceAmount: 11_000 });
  const rest = await sandbox.cancel(paymentKey, REASON);
  expect(rest.body).toMatchObject({ status: 'PARTIAL_CANCELED', balanceAmount: 0 });
  expect(rest.body.cancels.map((cancel: { cancelAmount: number }) => cancel.cancelAmount)).toEqual([
    4000, 11_000,
  ]);
  expect(await sandbox.cancel(paymentKey, REASON)).toMatchObject({
    status: 403,
    body: { code: 'NOT_CANCELABLE_AMOUNT' },
  });
});

test('more than is left cannot be cancelled', async () => {
  const sandbox = await sandboxForTest();
  const paymentKey = await paid(sandbox);
  expect(await sandbox.cancel(paymentKey, { ...REASON, cancelAmount: 15_001 })).toMatchObject({
    status: 403,
    body: { code: 'NOT_CANCELABLE_AMOUNT' },
  });
  expect((await sandbox.payment(paymentKey)).body.balanceAmount).toBe(15_000);
});

test('a refundable amount that is not the balance cancels nothing', async () => {
  const sandbox = await sandboxForTest();
  const paymentKey = await paid(sandbox);
  const body = { ...REASON, cancelAmount: 4000, refundableAmount: 15_000 };
  expect((await sandbox.cancel(paymentKey, body)).status).toBe(200);
  expect(await sandbox.cancel(paymentKey, body)).toMatchObject({
    status: 400,
    body: { code: 'NOT_MATCHES_REFUNDABLE_AMOUNT' },
  });
  expect((await sandbox.payment(paymentKey)).body.balanceAmount).toBe(11_000);
});

test('ten cancellations at once with the same refundable amount take effect once', async () => {
  const sandbox = await sandboxForTest();
  const paymentKey = await paid(sandbox);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      sandbox.cancel(paymentKey, { ...REASON, cancelAmount: 1000, refundableAmount: 15_000 }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect((await sandbox.payment(paymentKey)).body.balanceAmount).toBe(14_000);
});

test.each([
  ['no reason', {}],
  ['an empty reason', { cancelReason: '' }],
  ['a reason that is too long', { cancelReason: '가'.repeat(201) }],
  ['an amount of nothing', { ...REASON, cancelAmount: 0 }],
  ['a negative amount', { ...REASON, cancelAmount: -1 }],
  ['a broken amount', { ...REASON, cancelAmount: 0.5 }],
])('a cancellation with %s is INVALID_REQUEST', async (_what, body) => {
  const sandbox = await sandboxForTest();
  const paymentKey = await paid(sandbox);
  expect(await sandbox.cancel(paymentKey, body)).toMatchObject({
    status: 400,
    body: { code: 'INVALID_REQUEST' },
  });
});

test('what was never paid cannot be cancelled', async () => {
  const sandbox = await sandboxForTest();
  expect((await sandbox.cancel('tgen_none', REASON)).body.code).toBe('NOT_FOUND_PAYMENT');
  for (const outcome of ['ready', 'approve', 'expired', 'aborted']) {
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome });
    expect(await sandbox.cancel(paymentKey, REASON)).toMatchObject({
      status: 403,
      body: { code: 'NOT_CANCELABLE_PAYMENT' },
    });
  }
});

describe('a virtual account', () => {
  const account = { bank: '88', accountNumber: '110123456789', holderName: '김민준' };
  const open = async (sandbox: SandboxClient) => paid(sandbox, { method: 'virtual-account' });

  test('is cancelled as a whole before the deposit, without an account', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await open(sandbox);
    expect((await sandbox.cancel(paymentKey, { ...REASON, cancelAmount: 1 })).body.code).toBe(
      'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT',
    );
    expect((await sandbox.cancel(paymentKey, REASON)).body.status).toBe('CANCELED');
    expect((await sandbox.ledger(ORDER)).payments[0].netPaid).toBe(0);
  });

  test.each([
    ['no account', undefined, 'INVALID_REFUND_ACCOUNT_INFO'],
    [
      'letters for a number',
      { ...account, accountNumber: '110-123' },
      'INVALID_REFUND_ACCOUNT_NUMBER',
    ],
    ['a bank that is none', { ...account, bank: '?' }, 'INVALID_BANK'],
  ])('is not refunded after the deposit to %s', async (_what, refundReceiveAccount, code) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await open(sandbox);
    await sandbox.post(`/payments/${paymentKey}/deposit`, {});
    const answer = await sandbox.cancel(paymentKey, { ...REASON, refundReceiveAccount });
    expect(answer).toMatchObject({ status: 400, body: { code } });
  });

  test('is refunded after the deposit to the account that is named', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await open(sandbox);
    await sandbox.post(`/payments/${paymentKey}/deposit`, {});
    const answer = await sandbox.cancel(paymentKey, { ...REASON, refundReceiveAccount: account });
    expect(answer.body).toMatchObject({
      status: 'CANCELED',
      virtualAccount: { refundStatus: 'COMPLETED' },
    });
  });
});

test.each([{ useEscrow: true }, { taxExemptionAmount: 1000 }])(
  'a payment with %j is refunded as a whole only',
  async (more) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await paid(sandbox, more);
    expect((await sandbox.cancel(paymentKey, { ...REASON, cancelAmount: 1 })).body.code).toBe(
      'NOT_ALLOWED_PARTIAL_REFUND',
    );
    expect((await sandbox.cancel(paymentKey, REASON)).body.status).toBe('CANCELED');
  },
);

test.each([
  ['mobile', 31, 'EXCEED_MAX_REFUND_DUE'],
  ['mobile', 30, undefined],
  ['transfer', 181, 'EXCEED_MAX_REFUND_DUE'],
  ['transfer', 180, undefined],
  ['card', 364, undefined],
])('a payment by %s after %i days: %s', async (method, days, code) => {
  const clock = stoppedClock();
  const sandbox = await sandboxForTest({ now: clock.now });
  const paymentKey = await paid(sandbox, { method });
  clock.advance(days * DAY_MS);
  expect((await sandbox.cancel(paymentKey, REASON)).body.code).toBe(code);
});

test('a deposit is refunded for 365 days', async () => {
  const clock = stoppedClock();
  const sandbox = await sandboxForTest({ now: clock.now });
  const paymentKey = await paid(sandbox, { method: 'virtual-account' });
  await sandbox.post(`/payments/${paymentKey}/deposit`, {});
  clock.advance(366 * DAY_MS);
  expect((await sandbox.cancel(paymentKey, REASON)).body.code).toBe('EXCEED_MAX_REFUND_DUE');
});

test.each(Object.entries(CANCEL_ERRORS))(
  'the error %s answers its status and cancels nothing',
  async (code, [status, korean]) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await paid(sandbox, { cancelOutcome: [code, 'cancel'] });
    expect(await sandbox.cancel(paymentKey, REASON)).toMatchObject({
      status,
      body: { code, message: korean },
    });
    expect((await sandbox.payment(paymentKey)).body.balanceAmount).toBe(15_000);
    expect((await sandbox.cancel(paymentKey, REASON)).body.balanceAmount).toBe(0);
  },
);

describe('an answer that does not arrive', () => {
  test('error-after-cancel answers 500 although the money is back', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await paid(sandbox, { cancelOutcome: 'error-after-cancel' });
    expect((await sandbox.cancel(paymentKey, REASON)).status).toBe(500);
    expect((await sandbox.payment(paymentKey)).body.status).toBe('CANCELED');
  });

  test.each([
    ['reset-after-cancel', 0],
    ['reset-before-cancel', 15_000],
  ])('%s cuts the connection and leaves %i won', async (cancelOutcome, balance) => {
    const sandbox = await sandboxForTest();
    const paymentKey = await paid(sandbox, { cancelOutcome });
    await expect(sandbox.cancel(paymentKey, REASON)).rejects.toThrow('fetch failed');
    expect((await sandbox.payment(paymentKey)).body.balanceAmount).toBe(balance);
  });
});
