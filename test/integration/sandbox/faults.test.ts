import { describe, expect, test } from 'vitest';
import { type SandboxClient, sandboxForTest } from './support.ts';

const ORDER = 'ORD-20260301-0000000001';
const stockOf12 = async (sandbox: SandboxClient) =>
  (await sandbox.ledger()).variants.find(
    ({ productVariantId }: { productVariantId: number }) => productVariantId === 12,
  ).available;

describe('a fault', () => {
  test('that errs answers instead of the service, and nothing is done', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', { target: 'product', mode: 'error' });
    expect(await sandbox.deduct('ORD-1', 12, 1)).toMatchObject({
      status: 500,
      body: { code: 'INTERNAL_ERROR' },
    });
    expect(await stockOf12(sandbox)).toBe(10);
  });

  test('that errs after the effect answers an error for work that is done', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', {
      target: 'product',
      operation: 'deductStock',
      mode: 'error-after-effect',
      status: 504,
      code: 'GATEWAY_TIMEOUT',
      times: 1,
    });
    expect(await sandbox.deduct('ORD-1', 12, 1)).toMatchObject({
      status: 504,
      body: { code: 'GATEWAY_TIMEOUT' },
    });
    expect(await stockOf12(sandbox)).toBe(9);
    expect((await sandbox.deduct('ORD-1', 12, 1)).status).toBe(200);
  });

  test.each([
    ['reset', 10],
    ['reset-after-effect', 9],
  ])('that cuts the connection with %s leaves a stock of %i', async (mode, stock) => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', { target: 'product', mode });
    await expect(sandbox.deduct('ORD-1', 12, 1)).rejects.toThrow('fetch failed');
    expect(await stockOf12(sandbox)).toBe(stock);
  });

  test('that is malformed answers half of the JSON for work that is done', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', { target: 'product', mode: 'malformed' });
    await expect(sandbox.deduct('ORD-1', 12, 1)).rejects.toThrow(SyntaxError);
    expect(await stockOf12(sandbox)).toBe(9);
  });

  test.each([
    ['hang', 10],
    ['hang-after-effect', 9],
  ])('that hangs with %s never answers and leaves a stock of %i', async (mode, stock) => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', { target: 'product', mode });
    const givenUp = new AbortController();
    const pending = fetch(`${sandbox.url}/product/internal/stock-deductions/ORD-1`, {
      method: 'PUT',
      body: JSON.stringify({
        sagaId: 's',
        userId: 1,
        items: [{ productVariantId: 12, quantity: 1 }],
      }),
      signal: givenUp.signal,
    }).catch(() => 'given up');
    await expect.poll(async () => (await sandbox.get('/faults')).body.faults[0].fired).toBe(1);
    await expect.poll(() => stockOf12(sandbox)).toBe(stock);
    givenUp.abort();
    expect(await pending).toBe('given up');
  });

  test('that makes a service unavailable answers 503 with Retry-After', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', { target: 'member', mode: 'unavailable' });
    const answer = await sandbox.get('/member/internal/users/1/order-info');
    expect(answer).toMatchObject({ status: 503, body: { code: 'SERVICE_UNAVAILABLE' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await sandbox.get('/product/internal/variants/1')).status).toBe(200);
  });

  test('that slows lets an undo overtake the work, which then finds the tombstone', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', {
      target: 'product',
      operation: 'deductStock',
      mode: 'slow',
      delayMs: 200,
    });
    const late = sandbox.deduct('ORD-1', 12, 1);
    await expect.poll(async () => (await sandbox.get('/faults')).body.faults[0].fired).toBe(1);
    const undo = await sandbox.delete('/product/internal/stock-deductions/ORD-1');
    expect(undo.body.state).toBe('TOMBSTONED');
    expect((await late).status).toBe(410);
    expect(await stockOf12(sandbox)).toBe(10);
  });

  test('that slows after the effect shows the effect before the answer comes', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', { target: 'product', mode: 'slow-after-effect', delayMs: 200 });
    let answered = false;
    const late = sandbox.deduct('ORD-1', 12, 1).finally(() => {
      answered = true;
    });
    await expect.poll(() => stockOf12(sandbox), { interval: 5 }).toBe(9);
    expect(answered).toBe(false);
    expect((await late).status).toBe(201);
  });

  test('at the payment service speaks its language', async () => {
    const sandbox = await sandboxForTest();
    const paymentKey = await sandbox.openPayment(ORDER, 15_000);
    await sandbox.put('/faults', [
      {
        target: 'toss',
        operation: 'confirmPayment',
        mode: 'error',
        code: 'PROVIDER_ERROR',
        times: 1,
      },
      { target: 'toss', operation: 'confirmPayment', mode: 'error-after-effect', times: 1 },
    ]);
    const confirm = () => sandbox.confirm(paymentKey, ORDER, 15_000, { 'idempotency-key': 'k1' });
    expect(await confirm()).toMatchObject({ status: 400, body: { code: 'PROVIDER_ERROR' } });
    expect((await sandbox.payment(paymentKey)).body.status).toBe('IN_PROGRESS');
    expect(await confirm()).toMatchObject({
      status: 500,
      body: { code: 'FAILED_INTERNAL_SYSTEM_PROCESSING' },
    });
    expect((await sandbox.payment(paymentKey)).body.status).toBe('DONE');
    expect((await confirm()).status).toBe(200);
  });
});

describe('the list of faults', () => {
  test('is replaced by a list, and a single fault replaces the one of its scope', async () => {
    const sandbox = await sandboxForTest();
    const modes = async () =>
      (await sandbox.get('/faults')).body.faults.map(
        ({ target, mode }: Record<string, unknown>) => `${target} ${mode}`,
      );
    await sandbox.put('/faults', { target: 'product', mode: 'error' });
    await sandbox.put('/faults', { target: 'member', mode: 'error' });
    await sandbox.put('/faults', { target: 'product', mode: 'reset' });
    expect(await modes()).toEqual(['member error', 'product reset']);
    await sandbox.put('/faults', { faults: [{ target: 'toss', mode: 'hang' }] });
    expect(await modes()).toEqual(['toss hang']);
    await sandbox.delete('/faults');
    expect(await modes()).toEqual([]);
  });

  test.each([
    { target: 'nobody', mode: 'error' },
    { target: 'product', mode: 'strange' },
    { target: 'product', mode: 'error', probability: 2 },
    { target: 'product', mode: 'error', unknown: true },
    { target: 'product' },
  ])('does not take %j', async (fault) => {
    const sandbox = await sandboxForTest();
    expect((await sandbox.put('/faults', fault)).status).toBe(400);
  });

  test('strikes one order and spares the others', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', { target: 'product', orderNo: 'ORD-1', mode: 'error' });
    expect((await sandbox.deduct('ORD-1', 12, 1)).status).toBe(500);
    expect((await sandbox.deduct('ORD-2', 12, 1)).status).toBe(201);
  });

  test('with a seed strikes the same calls every time', async () => {
    const run = async () => {
      const sandbox = await sandboxForTest();
      await sandbox.put('/faults', { target: 'product', mode: 'error', probability: 0.5, seed: 7 });
      const statuses: number[] = [];
      for (let index = 0; index < 30; index++)
        statuses.push((await sandbox.get('/product/internal/variants/1')).status);
      return statuses;
    };
    const statuses = await run();
    expect(await run()).toEqual(statuses);
    expect(new Set(statuses)).toEqual(new Set([200, 500]));
  });

  test('without a seed strikes some calls of many', async () => {
    const sandbox = await sandboxForTest();
    await sandbox.put('/faults', { target: 'product', mode: 'error', probability: 0.5 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => sandbox.get('/product/internal/variants/1')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 500]));
  });
});
