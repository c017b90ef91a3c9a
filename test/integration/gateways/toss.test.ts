import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelCodes } from '../../../src/domain/payment/cancel-codes.ts';
import { confirmCodes } from '../../../src/domain/payment/confirm-codes.ts';
import type { Gateways } from '../../../src/gateways/gateways.ts';
import type { CancelAnswer, ConfirmAnswer } from '../../../src/runtime/payment-gateway-ports.ts';
import { aContext, gatewaysAt } from '../../support/gateways.ts';
import {
  answer,
  hangUp,
  type Script,
  type ScriptedServer,
  saysNothing,
  startScriptedServer,
} from '../../support/scripted-server.ts';

const orderNo = 'ORD-20260101-ABCDEFGHIJ';
const refundId = `${orderNo}-KLMNOPQRST`;
const wanted = { paymentKey: 'tviva/1', orderNo, amount: 15_000, idempotencyKey: 'confirm:1:a1' };
const cancellation = {
  paymentKey: 'tviva/1',
  refundId,
  amount: 5_000,
  refundableAmount: 15_000,
  reason: '변심',
  idempotencyKey: `cancel:${refundId}`,
};
const cancelled = {
  cancelAmount: 5_000,
  cancelReason: `변심 [${refundId}]`,
  transactionKey: 'T2',
  canceledAt: '2026-01-02T09:00:00+09:00',
  cancelStatus: 'DONE',
};
const payment = (change: object = {}) => ({
  paymentKey: 'tviva/1',
  orderId: orderNo,
  status: 'DONE',
  totalAmount: 15_000,
  balanceAmount: 15_000,
  currency: 'KRW',
  method: '카드',
  approvedAt: '2026-01-01T09:00:00+09:00',
  receipt: { url: 'https://receipt.example/1' },
  cancels: null,
  secret: null,
  aFieldOfTomorrow: true,
  ...change,
});
const failure = (code: string) => ({ code, message: `${code} 입니다` });

let server: ScriptedServer;
/** Long enough for a busy machine, except where silence is what is waited for. */
const PATIENT_MS = 10_000;
const HASTY_MS = 200;
let patienceMs = PATIENT_MS;
const play = (script: Script, ms = script === saysNothing ? HASTY_MS : PATIENT_MS): void => {
  server.play(script);
  patienceMs = ms;
};
const withGateways = async <T>(use: (gateways: Gateways) => Promise<T>): Promise<T> => {
  const gateways = gatewaysAt(server.url, { timeoutMs: patienceMs });
  try {
    return await use(gateways);
  } finally {
    await gateways.close();
  }
};
const confirm = (): Promise<ConfirmAnswer> =>
  withGateways(({ payment: toss }) => toss.confirm(wanted, aContext()));
const cancel = (): Promise<CancelAnswer> =>
  withGateways(({ payment: toss }) => toss.cancel(cancellation, aContext()));

beforeAll(async () => {
  server = await startScriptedServer(answer(200, {}));
});
afterAll(() => server.stop());

describe('a confirmation', () => {
  test('sends what the order says, under its own key, with the secret key as Basic user', async () => {
    play(answer(200, payment()));
    await confirm();
    expect(server.seen.at(-1)).toMatchObject({
      method: 'POST',
      path: '/toss/v1/payments/confirm',
      headers: {
        // The colon after the key is part of it.
        authorization: `Basic ${Buffer.from('test_sk_sandbox:').toString('base64')}`,
        'idempotency-key': 'confirm:1:a1',
      },
      body: { paymentKey: 'tviva/1', orderId: orderNo, amount: 15_000 },
    });
  });

  test('that is done is approved, in our words and in UTC', async () => {
    play(answer(200, payment()));
    expect(await confirm()).toEqual({
      kind: 'approved',
      payment: {
        paymentKey: 'tviva/1',
        orderId: orderNo,
        status: 'DONE',
        totalAmount: 15_000,
        balanceAmount: 15_000,
        currency: 'KRW',
        method: 'CARD',
        approvedAt: '2026-01-01T00:00:00.000Z',
        receiptUrl: 'https://receipt.example/1',
        cancels: [],
      },
    });
  });

  test.each([
    ['amount', { totalAmount: 15_001, balanceAmount: 15_001 }],
    ['order', { orderId: 'ORD-20260101-ZZZZZZZZZZ' }],
    ['currency', { currency: 'USD' }],
  ])('that is done for another %s is a mismatch', async (_what, change) => {
    play(answer(200, payment(change)));
    expect(await confirm()).toMatchObject({ kind: 'mismatch', payment: change });
  });

  test('that only issues a virtual account is not paid', async () => {
    play(answer(200, payment({ status: 'WAITING_FOR_DEPOSIT', method: '가상계좌', secret: 's' })));
    expect(await confirm()).toMatchObject({
      kind: 'pending-deposit',
      payment: { method: 'VIRTUAL_ACCOUNT', secret: 's' },
    });
  });

  test.each(['IN_PROGRESS', 'READY', 'ABORTED', 'EXPIRED', 'CANCELED', 'A_NEW_WORD'])(
    'that succeeds with status %s is unknown',
    async (status) => {
      play(answer(200, payment({ status })));
      expect(await confirm()).toMatchObject({ kind: 'unknown', answered: true });
    },
  );

  test.each([
    ['no JSON', '{"paymentKey"'],
    ['no payment', '{}'],
  ])('that succeeds with %s is unknown', async (_what, body) => {
    play(answer(200, body));
    expect(await confirm()).toEqual({
      kind: 'unknown',
      reason: 'UNREADABLE_ANSWER',
      answered: true,
    });
  });

  // The status of an error says nothing, so each code is tried with several.
  const cases = Object.entries(confirmCodes).flatMap(([code, verdict]) =>
    [400, 403, 404, 409, 500].map((status) => ({ code, status, verdict })),
  );
  test.each(cases)('$code with $status', async ({ code, status, verdict }) => {
    play(answer(status, failure(code)));
    const found = await confirm();
    switch (verdict.kind) {
      case 'declined':
      case 'session-gone':
        return expect(found).toEqual({
          kind: 'declined',
          providerCode: code,
          failureCode: verdict.failureCode,
          reason: `${code} 입니다`,
          definite: verdict.kind === 'declined',
        });
      case 'already-processed':
        return expect(found).toEqual({ kind: 'already-processed', code });
      case 'misconfigured':
        return expect(found).toMatchObject({ kind: 'misconfigured', code });
      case 'unknown':
        return expect(found).toEqual({ kind: 'unknown', reason: code, answered: true });
      case 'still-running':
        return expect(found).toEqual({ kind: 'unknown', reason: code, answered: false });
    }
  });

  test.each([
    ['a code nobody listed', 400, failure('A_NEW_CODE'), 'A_NEW_CODE'],
    ['too many requests', 429, {}, 'HTTP_429'],
    ['a page of a proxy', 502, '<html>Bad gateway</html>', 'HTTP_502'],
  ])('answered with %s is unknown', async (_what, status, body, reason) => {
    play(answer(status, body));
    expect(await confirm()).toEqual({ kind: 'unknown', reason, answered: true });
  });

  test.each([
    ['silence', saysNothing],
    ['a cut connection', hangUp],
  ])('met by %s is unknown, and may be repeated with the same key', async (_what, script) => {
    play(script);
    expect(await confirm()).toMatchObject({ kind: 'unknown', answered: false });
  });

  test('that nobody takes is not sent', async () => {
    const gone = await startScriptedServer(answer(200, {}));
    await gone.stop();
    const gateways = gatewaysAt(gone.url);
    expect(await gateways.payment.confirm(wanted, aContext())).toEqual({
      kind: 'not-sent',
      reason: 'ECONNREFUSED',
    });
    await gateways.close();
  });
});

describe('a look at a payment', () => {
  const byKey = () => withGateways(({ payment: toss }) => toss.byKey('tviva/1', aContext()));

  test('finds it by its key and by its order', async () => {
    play(answer(200, payment({ cancels: [cancelled], balanceAmount: 10_000 })));
    expect(await byKey()).toMatchObject({
      kind: 'found',
      data: {
        balanceAmount: 10_000,
        cancels: [{ amount: 5_000, canceledAt: '2026-01-02T00:00:00.000Z', done: true }],
      },
    });
    expect(server.seen.at(-1)?.path).toBe('/toss/v1/payments/tviva%2F1');
    await withGateways(({ payment: toss }) => toss.byOrder(orderNo, aContext()));
    expect(server.seen.at(-1)?.path).toBe(`/toss/v1/payments/orders/${orderNo}`);
  });

  test('finds nothing only when the provider says so', async () => {
    play(answer(404, failure('NOT_FOUND_PAYMENT')));
    expect(await byKey()).toEqual({ kind: 'absent', code: 'NOT_FOUND_PAYMENT' });
  });

  test.each([
    ['another 404', answer(404, failure('NOT_FOUND_MERCHANT')), 'NOT_FOUND_MERCHANT'],
    ['a wrong key', answer(401, failure('UNAUTHORIZED_KEY')), 'UNAUTHORIZED_KEY'],
    ['an error', answer(500, failure('COMMON_ERROR')), 'COMMON_ERROR'],
    ['silence', saysNothing, 'TIMED_OUT'],
  ])('learns nothing from %s', async (_what, script, reason) => {
    play(script);
    expect(await byKey()).toEqual({ kind: 'unavailable', reason });
  });
});

describe('a cancellation', () => {
  test('names its refund in the reason and what it believes is left', async () => {
    play(answer(200, payment({ cancels: [cancelled], balanceAmount: 10_000 })));
    expect(await cancel()).toEqual({
      kind: 'cancelled',
      transactionKey: 'T2',
      balanceAmount: 10_000,
    });
    expect(server.seen.at(-1)).toMatchObject({
      path: '/toss/v1/payments/tviva%2F1/cancel',
      headers: { 'idempotency-key': `cancel:${refundId}` },
      body: {
        cancelReason: `변심 [${refundId}]`,
        cancelAmount: 5_000,
        refundableAmount: 15_000,
      },
    });
  });

  test.each([
    ['does not list it', [], 'CANCEL_NOT_LISTED'],
    ['still works on it', [{ ...cancelled, cancelStatus: 'IN_PROGRESS' }], 'CANCEL_IN_PROGRESS'],
  ])('whose success %s needs a look', async (_what, cancels, code) => {
    play(answer(200, payment({ cancels })));
    expect(await cancel()).toEqual({ kind: 'look-up', code });
  });

  const cases = Object.entries(cancelCodes).flatMap(([code, verdict]) =>
    [400, 403, 500].map((status) => ({ code, status, verdict })),
  );
  test.each(cases)('$code with $status', async ({ code, status, verdict }) => {
    play(answer(status, failure(code)));
    const found = await cancel();
    switch (verdict) {
      case 'already-cancelled':
      case 'concurrent':
        return expect(found).toEqual({ kind: 'look-up', code });
      case 'refused':
      case 'misconfigured':
        return expect(found).toEqual({ kind: verdict, code, reason: `${code} 입니다` });
      case 'unknown':
        return expect(found).toEqual({ kind: 'unknown', reason: code, answered: true });
      case 'still-running':
        return expect(found).toEqual({ kind: 'unknown', reason: code, answered: false });
    }
  });

  test.each([
    ['a code nobody listed', answer(400, failure('A_NEW_CODE')), true],
    ['a page of a proxy', answer(502, '<html></html>'), true],
    ['no payment', answer(200, '{}'), true],
    ['silence', saysNothing, false],
    ['a cut connection', hangUp, false],
  ])('met by %s is unknown', async (_what, script, answered) => {
    play(script);
    expect(await cancel()).toMatchObject({ kind: 'unknown', answered });
  });
});

describe("a day's transactions", () => {
  const day = (lines: readonly object[]) =>
    answer(
      200,
      lines.map((line) => ({ paymentKey: 'tviva/1', orderId: orderNo, currency: 'KRW', ...line })),
    );

  test('come in UTC, cancellations below zero', async () => {
    play(
      day([
        {
          transactionKey: 'T1',
          status: 'DONE',
          amount: 15_000,
          transactionAt: '2026-01-01T09:00:00+09:00',
        },
        {
          transactionKey: 'T2',
          status: 'PARTIAL_CANCELED',
          amount: 5_000,
          transactionAt: '2026-01-01T10:00:00',
        },
      ]),
    );
    const found = await withGateways(({ payment: toss }) =>
      toss.transactions('2026-01-01', aContext()),
    );
    expect(found.map(({ amount, transactionAt }) => [amount, transactionAt])).toEqual([
      [15_000, '2026-01-01T00:00:00.000Z'],
      [-5_000, '2026-01-01T01:00:00.000Z'],
    ]);
    expect(server.seen.at(-1)?.path).toBe(
      '/toss/v1/transactions?startDate=2026-01-01T00%3A00%3A00&endDate=2026-01-01T23%3A59%3A59&limit=1000',
    );
  });

  test('are asked for page by page', async () => {
    const line = (index: number) => ({
      transactionKey: `T${index}`,
      status: 'DONE',
      amount: 100,
      transactionAt: '2026-01-01T09:00:00+09:00',
    });
    play((request, response) => {
      const after = new URL(request.path, server.url).searchParams.get('startingAfter');
      const lines =
        after === 'T999' ? [line(1_000)] : Array.from({ length: 1_000 }, (_, i) => line(i));
      day(lines)(request, response);
    });
    const found = await withGateways(({ payment: toss }) =>
      toss.transactions('2026-01-01', aContext()),
    );
    expect(found).toHaveLength(1_001);
  });

  test('fail loudly when they cannot be had', async () => {
    play(answer(500, {}));
    await expect(
      withGateways(({ payment: toss }) => toss.transactions('2026-01-01', aContext())),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', participant: 'toss' });
  });
});
