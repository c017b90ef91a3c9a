import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../support/processes/root.ts';
import { startService } from '../support/processes/service.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

/** Some seconds when the machine is quiet; the other tests may keep it from being so. */
const BUSY_MACHINE_MS = 180_000;

test('the commands of the README work as written', async () => {
  const page = await readFile(join(root, 'README.md'), 'utf8');
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block);
  expect(blocks.length).toBeGreaterThan(4);
  const folder = await temporaryFolder();
  const service = await startService(join(folder.path, 'data'));
  try {
    // Only the addresses differ: the tests take free ports.
    const script = blocks
      .join('\n')
      .replaceAll('http://localhost:3000', service.apiUrl)
      .replaceAll('http://localhost:4000', service.sandboxUrl);
    const { stdout } = await run('bash', ['-eu', '-o', 'pipefail', '-c', script], {
      cwd: folder.path,
      timeout: BUSY_MACHINE_MS,
    });
    // The stream writes beside the commands: each of the two is in order, how they interleave is chance.
    const streamed = [...stdout.matchAll(/"type":"(\w+)"/g)].map(([, type]) => type);
    expect(streamed).toEqual([
      'OrderPlaced',
      'OrderAwaitingPayment',
      'PaymentConfirmationRequested',
      'PaymentApproved',
      'OrderCompleted',
      'OrderPlaced',
      'OrderAwaitingPayment',
      'PaymentConfirmationRequested',
      'PaymentDeclined',
    ]);
    const answered = stdout.match(/^(?:COMPLETED|PAYMENT_DECLINED|PAYMENT_FAILED)$/gm);
    expect(answered).toEqual(['COMPLETED', 'PAYMENT_DECLINED', 'PAYMENT_FAILED']);
    expect(stdout.match(/effects: \{ do: 1, undo: 1/g)).toHaveLength(3);
  } finally {
    await service.stop('SIGINT');
    await folder.remove();
  }
}, 300_000);
