import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/processes/root.ts';
import { startService, type TestService } from '../support/processes/service.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

/** The lines of the README's first order, in the order in which a newcomer pastes them. */
const firstOrder = (): string => {
  const page = readFileSync(join(root, 'README.md'), 'utf8');
  const chapter = /^## A first order\n([\s\S]*?)^## /m.exec(page)?.[1] ?? '';
  return [...chapter.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, lines]) => lines).join('\n');
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: TestService;

beforeAll(async () => {
  folder = await temporaryFolder();
  service = await startService(join(folder.path, 'data'));
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await folder.remove();
});

test('the first order of the README works as written', async () => {
  const script = firstOrder()
    .replace('http://localhost:3000', service.apiUrl)
    .replace('http://localhost:4000', service.sandboxUrl);
  expect(script).toContain(service.apiUrl);
  const { stdout } = await run('bash', ['-c', script], { timeout: 60_000 });

  const types = [...stdout.matchAll(/"type":"(\w+)"/g)].map(([, type]) => type);
  expect(types.slice(0, 5)).toEqual([
    'OrderPlaced',
    'OrderAwaitingPayment',
    'PaymentConfirmationRequested',
    'PaymentApproved',
    'OrderCompleted',
  ]);
  const answers = stdout.split('\n').filter((line) => /^[A-Z_]+$/.test(line));
  expect(answers).toEqual(['COMPLETED', 'PAYMENT_DECLINED', 'PAYMENT_FAILED']);
}, 120_000);
