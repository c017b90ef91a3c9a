import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { buy, confirm, placeOrder } from '../support/buying.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
let member: string;
beforeAll(async () => {
  shop = await startShop();
  member = await shop.token(1);
});
afterAll(() => shop.stop());

describe('the command line', () => {
  const run = async (...args: string[]) => {
    const printed: string[] = [];
    const told: string[] = [];
    const code = await runCommandLine(args, {
      withConfig: (work) => work(shop.config, createLogger(shop.config.log)),
      environment: { PORT: 'x' },
      print: (line) => printed.push(line),
      tell: (line) => told.push(line),
      clock: { now: () => new Date() },
      user: 'tester',
      signal: new AbortController().signal,
    });
    return { code, printed: printed.join('\n'), told: told.join('\n') };
  };

  test('rebuilds all read models to the same rows, and goes back', async () => {
    const { orderNo } = await buy(shop, member);
    await eventually('the order to be projected', async () => {
      const { body } = await shop.call('GET', `/orders/${orderNo}`, { token: member });
      return body.saga?.status === 'FINISHED';
    });
    const rebuilt = await run('projections', 'rebuild', '--all', '--verify');
    expect(rebuilt).toMatchObject({ code: 0, printed: expect.stringContaining('0 differences') });
    expect(rebuilt.told).toContain('100%');
    const after = await shop.call('GET', `/orders/${orderNo}`, { token: member });
    expect(after.body.status).toBe('COMPLETED');
    expect(await run('projections', 'rollback', 'orders')).toMatchObject({ code: 0 });
    expect(await run('projections', 'rebuild', 'orders', '--no-swap', '--verify')).toMatchObject({
      code: 0,
    });
    const listed = await run('projections', 'list');
    expect(listed).toMatchObject({ code: 0, printed: expect.stringContaining('order_feed') });
    expect(
      JSON.parse((await run('projections', 'list', '--json')).printed).projections.length,
    ).toBeGreaterThan(4);
  });

  test('lists, shows and works on sagas', async () => {
    const { orderNo } = await placeOrder(shop, member);
    await eventually(
      'the saga to be listed',
      async () => (await run('sagas', 'show', orderNo)).code === 0,
    );
    expect((await run('sagas', 'list', '--status', 'running')).printed).toContain(orderNo);
    expect((await run('sagas', 'list', '--json')).printed).toContain(orderNo);
    expect(await run('sagas', 'annotate', orderNo, '--reason', 'seen')).toMatchObject({ code: 0 });
    expect(
      await run('sagas', 'compensate', orderNo, '--reason', 'test', '--by', 'kim'),
    ).toMatchObject({ code: 0 });
    expect(
      await run('sagas', 'retry', 'ORD-20260301-AAAAAAAAAAAAAAAA', '--reason', 'x'),
    ).toMatchObject({
      code: 1,
      told: expect.stringContaining('SAGA_NOT_FOUND'),
    });
    expect(await run('sagas', 'show', 'nonsense')).toMatchObject({ code: 1 });
  });

  test('compares the books, and finds everything in order', async () => {
    const { orderNo } = await placeOrder(shop, member);
    const paymentKey = await shop.pay(orderNo, 30_000);
    await confirm(shop, member, { orderNo, paymentKey, amount: 30_000 });
    const day = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    const reconciled = await eventually('the books to agree', async () => {
      const result = await run('payments', 'reconcile', '--day', day);
      return result.code === 0 && result;
    });
    expect(reconciled.printed).toContain('no differences');
    const audited = await eventually('the sagas to rest', async () => {
      const result = await run('audit');
      return result.code === 0 && result;
    });
    expect(audited.printed).toContain('everything holds');
    expect((await run('audit', '--no-ledger', '--json')).printed).toContain('"broken": []');
  });

  test('lists parked messages, checks the configuration, and says what it does not understand', async () => {
    expect(await run('parked', 'list')).toMatchObject({ code: 0, printed: '(none)' });
    expect(await run('parked', 'replay')).toMatchObject({ code: 0 });
    expect(await run('config', 'check')).toMatchObject({
      code: 1,
      told: expect.stringContaining('PORT'),
    });
    expect(await run('nonsense')).toMatchObject({ code: 2 });
    expect(await run('projections', 'rebuild', 'nonsense')).toMatchObject({ code: 2 });
    expect(await run('projections', 'rebuild')).toMatchObject({ code: 2 });
    expect(await run('payments', 'reconcile', '--day', 'today')).toMatchObject({ code: 2 });
    expect(await run('--help')).toMatchObject({
      code: 0,
      printed: expect.stringContaining('projections'),
    });
  });
});
