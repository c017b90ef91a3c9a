import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ChildPart, startChildPart } from '../../../embedded/launch/child-part.ts';
import { clearLeftoverChild } from '../../../embedded/launch/leftover-child.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { freePort } from '../../support/processes/free-port.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const programs = '../../test/integration/embedded/programs';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let part: ChildPart | undefined;
let lines: string[] = [];
let port = 0;

const logger = createLogger(
  { level: 'info', format: 'json' },
  { write: (line) => lines.push(line) },
);
const files = () => ({ log: join(folder.path, 'log', 'it.log'), pid: join(folder.path, 'it.pid') });
const start = async (program: string): Promise<ChildPart> => {
  port = await freePort();
  part = await startChildPart(
    {
      name: 'it',
      module: `${programs}/${program}`,
      args: ['--port', String(port)],
      env: process.env,
    },
    files(),
    logger,
  );
  return part;
};

const answerOf = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('data', (text) => resolve(Number(text)));
    socket.once('error', reject);
  });

beforeEach(async () => {
  folder = await temporaryFolder();
  lines = [];
});
afterEach(async () => {
  await part?.stop();
  part = undefined;
  await folder.remove();
});

test('a child answers once it is ready, and no more once it is stopped', async () => {
  const { url, stop } = await start('echo');
  expect(await answerOf(url)).toBeGreaterThan(0);
  await stop();
  await expect(answerOf(url)).rejects.toThrow('ECONNREFUSED');
});

test('a child that is killed is started again on the same port, and the log says so', async () => {
  const { url } = await start('echo');
  const first = await answerOf(url);
  process.kill(first, 'SIGKILL');
  const second = await vi.waitFor(
    async () => {
      const pid = await answerOf(url);
      expect(pid).not.toBe(first);
      return pid;
    },
    { timeout: 15_000 },
  );
  expect(second).toBeGreaterThan(0);
  expect(lines.join('')).toContain('an embedded part died and will be started again');
  await vi.waitFor(() => expect(lines.join('')).toContain('an embedded part runs again'));
});

test('a child that does not start is an error with its last words', async () =>
  expect(start('refuses')).rejects.toThrow('it did not start:\nthe disk is on holiday'));

test('a child that an earlier run left behind is waited for, then asked to stop', async () => {
  const { url } = await start('echo');
  const pid = await answerOf(url);
  expect(JSON.parse(await readFile(files().pid, 'utf8')).pid).toBe(pid);
  const note = join(folder.path, 'note');
  await writeFile(note, await readFile(files().pid));
  await part?.stop();
  await clearLeftoverChild(note);
  await expect(readFile(note)).rejects.toThrow('ENOENT');
});

test('a note of a child that was cut off while it was written is thrown away', async () => {
  const note = join(folder.path, 'note');
  await writeFile(note, '{"pid"');
  await clearLeftoverChild(note);
  await expect(readFile(note)).rejects.toThrow('ENOENT');
});
