import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startSandbox } from '../../../sandbox/server.ts';
import { SandboxClient } from './support.ts';

const MAIN = resolve(import.meta.dirname, '../../../sandbox/main.ts');
/** A process start costs half a second on a machine at rest, and several on a busy one. */
const PATIENCE_MS = 60_000;
vi.setConfig({ testTimeout: PATIENCE_MS });
const ORDER = 'ORD-20260301-0000000001';

async function dataDirectory() {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

interface Running {
  readonly client: SandboxClient;
  readonly child: ChildProcess;
  readonly stderr: () => string;
}

async function start(...args: string[]): Promise<Running> {
  const child = fork(MAIN, ['--port', '0', ...args], {
    execArgv: ['--import', 'tsx'],
    silent: true,
  });
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [ready] = await once(child, 'message');
  expect(ready).toMatchObject({ type: 'ready', port: expect.any(Number) });
  return { child, client: new SandboxClient(ready.url), stderr: () => stderr };
}

async function killed({ child }: Running) {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** The ledger without the time of looking and the calls, whose count may lag behind by half a second. */
async function books(client: SandboxClient) {
  const { at: _at, operations, ...rest } = await client.ledger();
  return {
    ...rest,
    operations: operations
      .filter(({ state }: { state: string }) => state !== 'NONE')
      .map(({ calls: _calls, ...operation }: Record<string, unknown>) => operation),
  };
}

test('kill -9 loses nothing that was answered: books, payments, kept answers, faults and clock', async () => {
  const dataDir = await dataDirectory();
  const before = await start('--data-dir', dataDir);
  const { client } = before;
  await client.deduct(ORDER, 12, 4);
  await client.delete('/product/internal/stock-deductions/ORD-TOMBSTONE');
  await client.put(`/coupon/internal/coupons/1/redemptions/${ORDER}`, {
    sagaId: 's',
    userId: 1,
    totalAmount: 60_000,
    discountAmount: 3000,
  });
  await client.put(`/member/internal/users/1/point-uses/${ORDER}`, { sagaId: 's', amount: 700 });
  const paymentKey = await client.openPayment(ORDER, 15_000);
  const key = { 'idempotency-key': 'k1' };
  const approved = await client.confirm(paymentKey, ORDER, 15_000, key);
  const refused = await client.confirm('none', ORDER, 1, { 'idempotency-key': 'k2' });
  await client.put('/faults', { target: 'member', operation: 'getPointUse', mode: 'error' });
  await client.put('/clock', { offsetMs: 1000 });
  const expected = await books(client);
  await killed(before);

  const after = await start('--data-dir', dataDir);
  expect(await books(after.client)).toEqual(expected);
  expect((await after.client.confirm(paymentKey, ORDER, 15_000, key)).body).toEqual(approved.body);
  const again = await after.client.confirm('none', ORDER, 1, { 'idempotency-key': 'k2' });
  expect(again.body).toEqual(refused.body);
  expect((await after.client.deduct('ORD-TOMBSTONE', 12, 1)).status).toBe(410);
  expect((await after.client.get('/faults')).body.faults).toHaveLength(1);
  expect((await after.client.get('/clock')).body.offsetMs).toBe(1000);
});

test('kill -9 under load keeps every deduction that was answered, and each only once', async () => {
  const dataDir = await dataDirectory();
  const answered = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const running = await start('--data-dir', dataDir);
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let n = 0; ; n++) {
        const orderNo = `ORD-${round}-${writer}-${n}`;
        const { status } = await running.client.deduct(orderNo, 1001, 1);
        if (status === 201) answered.add(orderNo);
      }
    }).map((writer) => writer.catch(() => undefined)); // ends when the server is killed
    await expect
      .poll(() => answered.size, { timeout: PATIENCE_MS })
      .toBeGreaterThan(100 * (round + 1));
    await killed(running);
    await Promise.all(writers);
  }
  const { client } = await start('--data-dir', dataDir);
  const { variants, operations } = await client.ledger();
  const bulk = variants.find(
    ({ productVariantId }: { productVariantId: number }) => productVariantId === 1001,
  );
  const kept = new Set(bulk.orders.map(({ orderNo }: { orderNo: string }) => orderNo));
  expect([...answered].filter((orderNo) => !kept.has(orderNo))).toEqual([]);
  expect(bulk.held).toBe(kept.size);
  expect(bulk.orders).toHaveLength(kept.size);
  for (const { state, effects } of operations) expect(effects.do).toBe(state === 'DONE' ? 1 : 0);
});

test('a torn last line is cut off and said so', async () => {
  const dataDir = await dataDirectory();
  const before = await start('--data-dir', dataDir);
  await before.client.deduct(ORDER, 12, 4);
  await killed(before);
  await appendFile(join(dataDir, 'journal.jsonl'), '[{"service":"product","type":"StockRest');
  const after = await start('--data-dir', dataDir);
  expect((await after.client.get('/product/internal/variants/12')).body.stockQuantity).toBe(6);
  expect(after.stderr()).toContain('cut 39 bytes');
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it in good order', async (signal) => {
  const { child } = await start();
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('it ends when whoever started it is gone', async () => {
  const { child } = await start();
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a port that is taken is a clear error', async () => {
  const { client } = await start();
  const { port } = new URL(client.url);
  const child = fork(MAIN, ['--port', port], { execArgv: ['--import', 'tsx'], silent: true });
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(stderr).toContain('EADDRINUSE');
});

test('a stop in good order and a new start on the same directory go on where it was', async () => {
  const dataDir = await dataDirectory();
  const first = await startSandbox({ dataDir });
  await new SandboxClient(first.url).deduct(ORDER, 12, 4);
  await Promise.all([first.stop(), first.stop()]);
  await appendFile(join(dataDir, 'journal.jsonl'), '[{"torn');
  const lines: string[] = [];
  const second = await startSandbox({ dataDir, log: (line) => lines.push(line) });
  onTestFinished(() => second.stop());
  expect((await new SandboxClient(second.url).deduct(ORDER, 12, 4)).status).toBe(200);
  expect(lines).toEqual([expect.stringContaining('cut 7 bytes')]);
  await expect(startSandbox({ port: second.port })).rejects.toThrow('EADDRINUSE');
});

test('when the disk fails, no answer claims what is not stored', async () => {
  const dataDir = await dataDirectory();
  const lines: string[] = [];
  const sandbox = await startSandbox({ dataDir, log: (line) => lines.push(line) });
  onTestFinished(() => sandbox.stop());
  const probe = await open(dataDir, 'r');
  onTestFinished(() => probe.close());
  const datasync = vi
    .spyOn(Object.getPrototypeOf(probe), 'datasync')
    .mockRejectedValueOnce(new Error('no space left'));
  onTestFinished(() => datasync.mockRestore());
  const client = new SandboxClient(sandbox.url);
  const failed = { status: 500, body: { code: 'INTERNAL_ERROR' } };
  expect(await client.deduct(ORDER, 12, 4)).toMatchObject(failed);
  expect(await client.get('/product/internal/variants/12')).toMatchObject(failed);
  expect(lines[0]).toContain('no space left');
  expect((await sandbox.failed).message).toBe('no space left');
});
