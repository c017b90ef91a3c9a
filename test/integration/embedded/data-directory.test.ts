import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  DataDirectoryBusyError,
  holderOf,
  jwtSecretIn,
  lockDataDirectory,
} from '../../../embedded/launch/data-directory.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataDir = '';

beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'data');
});
afterEach(() => folder.remove());

test('a data directory has one service at a time, and the second is told whom to stop', async () => {
  const unlock = await lockDataDirectory(dataDir);
  const second = lockDataDirectory(dataDir);
  await expect(second).rejects.toThrow(DataDirectoryBusyError);
  await expect(second).rejects.toThrow(`in use by process ${process.pid}`);
  await unlock();
  await (await lockDataDirectory(dataDir))();
});

test('the holder of a data directory is known while it runs', async () => {
  const unlock = await lockDataDirectory(dataDir);
  expect((await holderOf(dataDir))?.pid).toBe(process.pid);
  await unlock();
  expect(await holderOf(dataDir)).toBeUndefined();
});

test.each([
  ['of a process that was killed', { pid: 2 ** 22 + 1, since: '1' }],
  ['whose number another process has now', { pid: process.pid, since: 'long ago' }],
])('a lock %s is taken over', async (_, holder) => {
  await (await lockDataDirectory(dataDir))();
  await writeFile(join(dataDir, 'lock'), JSON.stringify(holder));
  await lockDataDirectory(dataDir);
  expect(JSON.parse(await readFile(join(dataDir, 'lock'), 'utf8')).pid).toBe(process.pid);
});

test('a lock that was cut off while it was written is taken over', async () => {
  await (await lockDataDirectory(dataDir))();
  await writeFile(join(dataDir, 'lock'), '{"pid":');
  await (await lockDataDirectory(dataDir))();
});

test('the token key is made once, has 256 bits, and is for the owner alone', async () => {
  await (await lockDataDirectory(dataDir))();
  const secret = await jwtSecretIn(dataDir);
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  expect(await jwtSecretIn(dataDir)).toBe(secret);
  expect((await stat(join(dataDir, 'jwt-secret'))).mode & 0o777).toBe(0o600);
});
