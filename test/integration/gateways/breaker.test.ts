import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { aContext, gatewaysAt } from '../../support/gateways.ts';
import {
  answer,
  hangUp,
  type ScriptedServer,
  saysNothing,
  startScriptedServer,
} from '../../support/scripted-server.ts';

const orderNo = 'ORD-20260101-ABCDEFGHIJ';
const deduction = { sagaId: orderNo, memberId: '7', items: [{ productVariantId: 1, quantity: 2 }] };
const wanted = { paymentKey: 'tviva1', orderNo, amount: 15_000, idempotencyKey: 'confirm:1:a1' };
const outOfStock = answer(409, { code: 'INSUFFICIENT_STOCK', detail: 'none left' });

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const setUp = async (
  changes: { readonly timeoutMs?: number; readonly halfOpenAfterMs?: number } = {},
) => {
  const server = await startScriptedServer(answer(200, { state: 'DEDUCTED' }));
  const gateways = gatewaysAt(server.url, changes);
  cleanUps.push(gateways.close, server.stop);
  const breakerOf = (participant: string) =>
    gateways.status().find((status) => status.participant === participant)?.breaker;
  const deduct = () => gateways.product.deductStock(orderNo, deduction, aContext());
  const deductMany = async (times: number) => {
    const kinds: string[] = [];
    for (let call = 0; call < times; call++) kinds.push((await deduct()).kind);
    return kinds;
  };
  return { server, gateways, breakerOf, deduct, deductMany };
};

const openBreaker = async (server: ScriptedServer, deductMany: (n: number) => Promise<unknown>) => {
  server.play(answer(500, {}));
  await deductMany(5);
};

describe('the breaker of a participant', () => {
  test('stays closed over a hundred refusals', async () => {
    const { server, breakerOf, deductMany } = await setUp();
    server.play(outOfStock);
    expect(new Set(await deductMany(100))).toEqual(new Set(['refused']));
    expect(breakerOf('product')).toBe('closed');
  });

  test.each([
    ['a decline', 'REJECT_CARD_PAYMENT', 403],
    ['a decline with a 5xx status', 'FDS_ERROR', 500],
    ['a vanished session', 'NOT_FOUND_PAYMENT_SESSION', 404],
    ['an earlier confirmation', 'ALREADY_PROCESSED_PAYMENT', 400],
  ])('of the provider stays closed over a hundred times %s', async (_what, code, status) => {
    const { server, gateways, breakerOf } = await setUp();
    server.play(answer(status, { code, message: '거절' }));
    for (let call = 0; call < 100; call++) await gateways.payment.confirm(wanted, aContext());
    expect(breakerOf('toss')).toBe('closed');
    expect(server.seen).toHaveLength(100);
  });

  test.each([
    ['errors', answer(500, {})],
    ['cut connections', hangUp],
    ['silence', saysNothing],
  ])('opens after five times %s, and then sends nothing', async (_what, script) => {
    const timeoutMs = script === saysNothing ? 300 : 10_000;
    const { server, breakerOf, deduct, deductMany } = await setUp({ timeoutMs });
    server.play(script);
    expect(await deductMany(5)).toEqual(Array(5).fill('unknown'));
    expect(breakerOf('product')).toBe('open');
    expect(await deduct()).toEqual({
      kind: 'not-sent',
      reason: 'BREAKER_OPEN',
      retryAfterMs: expect.any(Number),
    });
    expect(server.seen).toHaveLength(5);
  });

  test('opens when nobody listens', async () => {
    const { server, breakerOf, deductMany } = await setUp();
    await server.stop();
    expect(await deductMany(5)).toEqual(Array(5).fill('not-sent'));
    expect(breakerOf('product')).toBe('open');
  });

  test('does not open when callers leave', async () => {
    const { server, gateways, breakerOf } = await setUp();
    for (let call = 0; call < 20; call++) {
      const leaving = new AbortController();
      server.play(() => leaving.abort());
      await gateways.product.deductStock(orderNo, deduction, aContext(leaving.signal));
    }
    expect(breakerOf('product')).toBe('closed');
  });

  test('leaves the other participants alone', async () => {
    const { server, gateways, breakerOf, deductMany } = await setUp();
    await openBreaker(server, deductMany);
    server.play(answer(200, { userName: '김', phoneNumber: '010', pointBalance: 5 }));
    expect(await gateways.member.orderInfo('7', aContext())).toMatchObject({ pointBalance: 5 });
    expect(breakerOf('member')).toBe('closed');
  });

  test('makes a look-up fail at once, telling when to come back', async () => {
    const { server, gateways, deductMany } = await setUp();
    await openBreaker(server, deductMany);
    const failure = await gateways.product.variants([1], aContext()).catch((error) => error);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(failure.retryAfterMs).toBeGreaterThan(50_000);
    expect(server.seen).toHaveLength(5);
  });

  test('tries one call after its pause, and closes when that one comes through', async () => {
    const { server, gateways, breakerOf, deduct, deductMany } = await setUp({
      halfOpenAfterMs: 50,
    });
    await openBreaker(server, deductMany);
    server.play(answer(200, { state: 'DEDUCTED' }));
    await eventually('a call comes through', async () => (await deduct()).kind === 'done');
    expect(breakerOf('product')).toBe('closed');
    const changes = gateways.counted
      .filter(({ name }) => name === 'gateway_breaker_changes_total')
      .map(({ labels }) => labels.breaker);
    expect(changes).toEqual(['open', 'half-open', 'closed']);
  });

  test('opens again when the one call fails too', async () => {
    const { server, breakerOf, deduct, deductMany } = await setUp({ halfOpenAfterMs: 50 });
    await openBreaker(server, deductMany);
    await eventually('a call is tried', async () => (await deduct()).kind === 'unknown');
    expect(server.seen).toHaveLength(6);
    expect(breakerOf('product')).toBe('open');
  });

  test('stays open when the caller of the one call leaves', async () => {
    const { server, gateways, breakerOf, deductMany } = await setUp({ halfOpenAfterMs: 50 });
    await openBreaker(server, deductMany);
    await eventually('a call is tried and left', async () => {
      const leaving = new AbortController();
      server.play(() => leaving.abort());
      const left = await gateways.product.deductStock(orderNo, deduction, aContext(leaving.signal));
      return left.kind === 'unknown' && left.reason === 'ABORTED';
    });
    expect(breakerOf('product')).toBe('open');
  });
});

describe('the limit of a participant', () => {
  test('lets 64 calls through, keeps 256 waiting and sends back the rest', async () => {
    const { server, gateways, deduct } = await setUp();
    const held: (() => void)[] = [];
    server.play((request, response) =>
      held.push(() => answer(200, { state: 'DEDUCTED' })(request, response)),
    );
    const calls = Array.from({ length: 321 }, deduct);
    expect(await calls[320]).toEqual({
      kind: 'not-sent',
      reason: 'BULKHEAD_FULL',
      retryAfterMs: 500,
    });
    await eventually('64 calls have arrived', () => held.length === 64);
    const inFlight = gateways.status().map((status) => [status.participant, status.inFlight]);
    expect(inFlight).toEqual([
      ['product', 64],
      ['coupon', 0],
      ['member', 0],
      ['toss', 0],
    ]);
    server.play(answer(200, { state: 'DEDUCTED' }));
    for (const release of held) release();
    const kinds = (await Promise.all(calls.slice(0, 320))).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['done']));
  });
});
