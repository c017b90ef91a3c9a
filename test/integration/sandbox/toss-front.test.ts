import { describe, expect, test } from 'vitest';
import { basic, sandboxForTest, stoppedClock } from './support.ts';

const ORDER = 'ORD-20260301-0000000001';
const DAY_MS = 24 * 60 * 60 * 1000;
const REASON = { cancelReason: '고객 변심' };

describe('authentication', () => {
  test.each([
    ['nothing', undefined, 401, 'UNAUTHORIZED_KEY'],
    ['another secret key', basic('test_sk_other'), 401, 'UNAUTHORIZED_KEY'],
    ['a client key', basic('test_ck_sandbox'), 400, 'INVALID_API_KEY'],
    ['a widget client key', basic('test_gck_sandbox'), 400, 'INVALID_API_KEY'],
    ['a bearer token', 'Bearer abc', 403, 'INCORRECT_BASIC_AUTH_FORMAT'],
    [
      'no colon',
      `Basic ${Buffer.from('test_sk_sandbox').toString('base64')}`,
      403,
      'INCORRECT_BASIC_AUTH_FORMAT',
    ],
    [
      'a byte order mark',
      `Basic ${Buffer.from('\uFEFFtest_sk_sandbox:').toString('base64')}`,
      403,
      'INCORRECT_BASIC_AUTH_FORMAT',
    ],
  ])('with %s is refused for reads and writes', async (_what, authorization, status, code) => {
    const sandbox = await sandboxForTest();
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const read = await sandbox.call('GET', '/toss/v1/payments/none', undefined, headers);
    const write = await sandbox.call('POST', '/toss/v1/payments/confirm', {}, headers);
    for (const answer of [read, write]) expect(answer).toMatchObject({ status, body: { code } });
  });
});

test('messages are Korean, and English for those who ask', async () => {
  const sandbox = await sandboxForTest();
  const korean = await sandbox.payment('none');
  const english = await sandbox.toss('GET', '/payments/none', undefined, {
    'accept-language': 'en-US',
  });
  expect(korean).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_PAYMENT' } });
  const post = await sandbox.toss('POST', '/payments/confirm', {}, { 'accept-language': 'en-US' });
  expect(post.body.message).toBe('The request is wrong.');
  expect(korean.body.message).toBe('존재하지 않는 결제 정보 입니다.');
  expect(english.body.code).toBe('NOT_FOUND_PAYMENT');
});

describe('the test code header', () => {
  test('forces an error before anything else is looked at, on any call', async () => {
    const sandbox = await sandboxForTest();
    const forced = { 'tosspayments-test-code': 'REJECT_CARD_COMPANY' };
    for (const answer of [
      await sandbox.confirm('none', ORDER, 1, forced),
      await sandbox.cancel('none', {}, forced),
      await sandbox.toss('GET', '/payments/none', undefined, forced),
    ])
      expect(answer).toMatchObject({ status: 403, body: { code: 'REJECT_CARD_COMPANY' } });
  });

  test('forces codes that are not listed too, and nothing that is no code', async () => {
    const sandbox = await sandboxForTest();
    const code = async (word: string) =>
      (await sandbox.confirm('none', ORDER, 1, { 'tosspayments-test-code': word })).body.code;
    expect(await code('SOME_NEW_CODE')).toBe('SOME_NEW_CODE');
    expect(await code('no code')).toBe('INVALID_REQUEST');
  });

  test('leaves the payment as it is', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    await sandbox.confirm(paymentKey, ORDER, 15_000, {
      'tosspayments-test-code': 'REJECT_CARD_COMPANY',
    });
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000)).body.status).toBe('DONE');
  });

  test('is ignored with a live key', async () => {
    const sandbox = await sandboxForTest({ tossSecretKey: 'live_sk_sandbox' });
    const answer = await sandbox.toss('GET', '/payments/none', undefined, {
      authorization: basic('live_sk_sandbox'),
      'tosspayments-test-code': 'REJECT_CARD_COMPANY',
    });
    expect(answer.body.code).toBe('NOT_FOUND_PAYMENT');
  });
});

describe('an idempotency key', () => {
  const key = (value: string) => ({ 'idempotency-key': value });

  test('repeats the approval without executing again', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    const first = await sandbox.confirm(paymentKey, ORDER, 15_000, key('k1'));
    expect(await sandbox.confirm(paymentKey, ORDER, 15_000, key('k1'))).toMatchObject({
      status: 200,
      body: first.body,
    });
    expect((await sandbox.ledger(ORDER)).payments[0].confirmations).toBe(1);
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000, key('k2'))).body.code).toBe(
      'ALREADY_PROCESSED_PAYMENT',
    );
  });

  test('repeats a refusal for fifteen days, whatever the body says by then', async () => {
    const clock = stoppedClock();
    const sandbox = await sandboxForTest({ now: clock.now });
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    await sandbox.confirm(paymentKey, ORDER, 15_000);
    const tooMuch = { ...REASON, cancelAmount: 20_000 };
    expect((await sandbox.cancel(paymentKey, tooMuch, key('k1'))).status).toBe(403);
    clock.advance(15 * DAY_MS - 1);
    expect((await sandbox.cancel(paymentKey, REASON, key('k1'))).body.code).toBe(
      'NOT_CANCELABLE_AMOUNT',
    );
    clock.advance(1);
    expect((await sandbox.cancel(paymentKey, REASON, key('k1'))).body.status).toBe('CANCELED');
  });

  test('repeats a bad request, a decline and an internal error alike', async () => {
    const sandbox = await sandboxForTest();
    const declined = await sandbox.openPayment(ORDER, 15_000, { outcome: 'REJECT_CARD_COMPANY' });
    const failing = await sandbox.openPayment(ORDER, 15_000, {
      outcome: ['FAILED_INTERNAL_SYSTEM_PROCESSING', 'approve'],
    });
    for (const [paymentKey, orderId, code] of [
      [declined, ORDER, 'REJECT_CARD_COMPANY'],
      [failing, ORDER, 'FAILED_INTERNAL_SYSTEM_PROCESSING'],
      [failing, '', 'INVALID_REQUEST'],
    ] as const) {
      const repeat = () => sandbox.confirm(paymentKey, orderId, 15_000, key(`repeat ${code}`));
      const first = await repeat();
      expect(first.body.code).toBe(code);
      expect(await repeat()).toMatchObject({ status: first.status, body: first.body });
    }
    expect((await sandbox.payment(failing)).body.status).toBe('IN_PROGRESS');
    expect((await sandbox.confirm(failing, ORDER, 15_000, key('next'))).body.status).toBe('DONE');
  });

  test('belongs to one URL', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    await sandbox.confirm(paymentKey, ORDER, 15_000, key('k1'));
    expect((await sandbox.cancel(paymentKey, REASON, key('k1'))).body.status).toBe('CANCELED');
  });

  test('that is still at work answers 409 and keeps nothing', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: 'slow:300' });
    const confirm = () => sandbox.confirm(paymentKey, ORDER, 15_000, key('k1'));
    const answers = await Promise.all([confirm(), confirm(), confirm()]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(
      answers.filter(({ body }) => body.code === 'IDEMPOTENT_REQUEST_PROCESSING'),
    ).toHaveLength(2);
    expect((await confirm()).body.status).toBe('DONE');
  });

  test('of an answer that was lost gives the answer at the next try', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: 'reset-after-approve' });
    const confirm = () => sandbox.confirm(paymentKey, ORDER, 15_000, key('k1'));
    await expect(confirm()).rejects.toThrow('fetch failed');
    expect(await confirm()).toMatchObject({ status: 200, body: { status: 'DONE' } });
  });

  test('can be simulated as still at work, and that is not kept', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    const forced = {
      ...key('k1'),
      'tosspayments-test-code': 'IDEMPOTENT_REQUEST_PROCESSING',
    };
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000, forced)).status).toBe(409);
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000, key('k1'))).status).toBe(200);
  });

  test('has at most 300 characters', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000, key('k'.repeat(301)))).body.code).toBe(
      'INVALID_IDEMPOTENCY_KEY',
    );
    expect((await sandbox.confirm(paymentKey, ORDER, 15_000, key('k'.repeat(300)))).status).toBe(
      200,
    );
  });
});

test('two confirmations at once under different keys take the money once', async () => {
  const sandbox = await sandboxForTest();
  const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: 'slow:50' });
  const answers = await Promise.all(
    ['k1', 'k2', 'k3'].map((value) =>
      sandbox.confirm(paymentKey, ORDER, 15_000, { 'idempotency-key': value }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ body }) => body.code === 'ALREADY_PROCESSED_PAYMENT')).toHaveLength(2);
  expect((await sandbox.ledger(ORDER)).payments[0].approvals).toBe(1);
});

describe('the transactions', () => {
  const list = '/transactions?startDate=2026-03-01T00:00:00&endDate=2026-03-01T23:59:59';

  async function threeOrders() {
    const clock = stoppedClock();
    const sandbox = await sandboxForTest({ now: clock.now });
    const keys: string[] = [];
    for (const orderId of ['ORD-A00001', 'ORD-B00001', 'ORD-C00001']) {
      const paymentKey = await sandbox.openPayment(orderId, 15_000);
      await sandbox.confirm(paymentKey, orderId, 15_000);
      keys.push(paymentKey);
    }
    await sandbox.cancel(keys[1] ?? '', { ...REASON, cancelAmount: 5000 });
    return { sandbox, clock, keys };
  }

  test('of a Korean day show approvals and, negative, cancellations', async () => {
    const { sandbox, keys } = await threeOrders();
    const { body } = await sandbox.toss('GET', list);
    expect(
      body.map(({ orderId, status, amount }: Record<string, unknown>) => [orderId, status, amount]),
    ).toEqual([
      ['ORD-A00001', 'DONE', 15_000],
      ['ORD-B00001', 'DONE', 15_000],
      ['ORD-C00001', 'DONE', 15_000],
      ['ORD-B00001', 'PARTIAL_CANCELED', -5000],
    ]);
    expect(body[0]).toMatchObject({
      paymentKey: keys[0],
      method: '카드',
      currency: 'KRW',
      useEscrow: false,
      transactionAt: '2026-03-01T12:00:00+09:00',
    });
  });

  test('come in pages', async () => {
    const { sandbox } = await threeOrders();
    const first = await sandbox.toss('GET', `${list}&limit=3`);
    const last = first.body.at(-1).transactionKey;
    const second = await sandbox.toss('GET', `${list}&limit=3&startingAfter=${last}`);
    expect([first.body.length, second.body.length]).toEqual([3, 1]);
    expect(await sandbox.toss('GET', `${list}&startingAfter=none`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_TRANSACTION_KEY' },
    });
  });

  test('of another day are not there', async () => {
    const { sandbox, clock } = await threeOrders();
    clock.advance(DAY_MS);
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    await sandbox.confirm(paymentKey, ORDER, 15_000);
    const { body } = await sandbox.toss(
      'GET',
      '/transactions?startDate=2026-03-02&endDate=2026-03-03',
    );
    expect(body).toMatchObject([{ orderId: ORDER }]);
  });

  test.each([
    '',
    '?startDate=2026-03-01',
    '?startDate=a&endDate=b',
    '?startDate=2026-03-01&endDate=2026-03-02&limit=0',
  ])('asked for with "%s" are INVALID_REQUEST', async (query) => {
    const sandbox = await sandboxForTest();
    expect(await sandbox.toss('GET', `/transactions${query}`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
  });
});
