import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { anOrder, buy } from '../support/buying.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
const never = new AbortController().signal;
let shop: Shop;
let completed = '';
let held = '';
let audited = { code: -1, output: '' };

/** Two orders are paid, one is held up by a member service that is down; then the service stops, the stores stay. */
beforeAll(async () => {
  shop = await startShop({ QUICK_TRIES: '1', SCHEDULER_INTERVAL_MS: '100' });
  const token = await shop.token(1);
  completed = (await buy(shop, token)).orderNo;
  await buy(shop, token);
  await shop.sandbox('PUT', '/faults', {
    target: 'member',
    operation: 'usePoints',
    mode: 'unavailable',
  });
  const placed = await shop.call('POST', '/orders', {
    token,
    body: anOrder({ pointToUse: 1_000, expectedPrice: 29_000 }),
  });
  held = placed.body.orderNo;
  await eventually('the step to be put off', async () => {
    const { output } = await run('sagas', 'show', held);
    return /"attempts": [1-9]/.test(output);
  });
  // With the projector at work: the audit waits for read models that are behind.
  audited = await run('audit');
  await shop.stopService();
});
afterAll(() => shop.stop());

const run = async (...args: readonly string[]) => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line.trimEnd());
  const code = await runCommandLine(args, {
    withConfig: (work) => work(shop.config, logger),
    environment: { PORT: 'high' },
    print: write,
    tell: write,
    clock: systemClock,
    user: 'operator-1',
    signal: never,
  });
  return { code, output: lines.join('\n') };
};

describe('projections', () => {
  test('are listed with how far they are', async () => {
    const { code, output } = await run('projections', 'list');
    expect(code).toBe(0);
    for (const name of ['carts', 'daily_sales', 'order_feed', 'order_sagas', 'orders'])
      expect(output).toMatch(new RegExp(`^${name} .* live `, 'm'));
    const { projections } = JSON.parse((await run('projections', 'list', '--json')).output);
    expect(projections).toHaveLength(5);
  });

  test('are rebuilt, compared row by row, swapped, and swapped back', async () => {
    const rebuilt = await run('projections', 'rebuild', '--all', '--verify');
    expect(rebuilt.output).toContain('0 differences with the live tables');
    expect(rebuilt.output).toContain('swapped: the rebuilt tables are live');
    expect(rebuilt.code).toBe(0);
    const back = await run('projections', 'rollback', 'orders');
    expect(back).toEqual({ code: 0, output: 'orders: the previous table is live again' });
  });

  test('can be rebuilt without a swap', async () => {
    const { code, output } = await run('projections', 'rebuild', 'orders', '--no-swap');
    expect(output).toContain('not swapped: the live tables stay');
    expect(code).toBe(0);
  });

  test('must be known and named', async () => {
    expect((await run('projections', 'rebuild', 'invoices')).code).toBe(2);
    await expect(run('projections', 'rebuild')).rejects.toThrow('or say --all');
  });
});

describe('sagas', () => {
  test('are listed by status', async () => {
    const finished = await run('sagas', 'list', '--status', 'FINISHED');
    expect(finished.output).toContain(completed);
    expect(finished.output).not.toContain(held);
    const { sagas } = JSON.parse((await run('sagas', 'list', '--json')).output);
    expect(sagas.length).toBeGreaterThanOrEqual(3);
    expect((await run('sagas', 'list', '--status', 'LOST')).code).toBe(2);
  });

  test('are shown with what happened', async () => {
    const { code, output } = await run('sagas', 'show', completed);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ instance: completed, status: 'FINISHED' });
    expect(await run('sagas', 'show', 'ORD-20260101-AAAAAAAAAA')).toEqual({
      code: 1,
      output: 'there is no saga ORD-20260101-AAAAAAAAAA',
    });
  });

  test('take an operator’s note, and his wish to try again', async () => {
    const noted = await run('sagas', 'annotate', held, '--reason', 'member service is down');
    expect(noted).toEqual({ code: 0, output: `annotate recorded for ${held}` });
    const retried = await run('sagas', 'retry', held, '--reason', 'it is back', '--by', 'mina');
    expect(retried).toEqual({ code: 0, output: `retry recorded for ${held}` });
  });

  test('that are over cannot be compensated, and the answer says why', async () => {
    const { code, output } = await run('sagas', 'compensate', completed, '--reason', 'a try');
    expect(code).toBe(1);
    expect(output).toMatch(/^refused: /);
  });

  test('are not touched without a reason', async () =>
    expect((await run('sagas', 'retry', held)).code).toBe(2));
});

describe('what else an operator asks', () => {
  test('no message is parked, and bringing back none is no error', async () => {
    expect((await run('parked', 'list')).output).toBe('(none)');
    expect((await run('parked', 'list', '--json')).output).toBe('[]');
    expect((await run('parked', 'replay')).output).toBe('0 messages brought back');
  });

  test('our books and the provider’s agree about today', async () => {
    const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    const { code, output } = await run('payments', 'reconcile', '--day', today, '--json');
    expect(JSON.parse(output).differences).toEqual([]);
    expect(code).toBe(0);
    expect((await run('payments', 'reconcile', '--day', '2026-13-01')).code).toBe(2);
    expect((await run('payments', 'reconcile')).code).toBe(0);
  });

  // A store given from outside has orders of other tests, whose participants' books are gone.
  const audit = test.skipIf(process.env.EVENTSTORE_URL !== undefined);
  audit('finds that everything holds, in the participants’ books as well', () => {
    expect(audited.output).toContain('3 orders, 2 of them settled');
    expect(audited.output).toContain('everything holds');
    expect(audited.code).toBe(0);
  });

  test('the environment is checked without starting anything', async () => {
    const { code, output } = await run('config', 'check');
    expect(code).toBe(1);
    expect(output).toContain('PORT: must be a whole number');
  });

  test('help is no error, and nonsense is', async () => {
    expect((await run('--help')).output).toContain('Looks after the order service');
    expect((await run('conquer')).code).toBe(2);
  });
});
