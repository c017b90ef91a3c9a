import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../../support/processes/root.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Packages = Readonly<Record<string, { version: string; optional?: boolean }>>;

const script = pathToFileURL(join(root, 'scripts', 'install.mjs')).href;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder.path, 'node_modules'));
});
afterEach(() => folder.remove());

const lock = (packages: Packages) =>
  writeFile(join(folder.path, 'package-lock.json'), JSON.stringify({ packages }));
const installed = (packages: Packages) =>
  writeFile(join(folder.path, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
const isInstalled = (): boolean => {
  const program = `import { isInstalled } from ${JSON.stringify(script)};
    process.stdout.write(String(isInstalled(process.argv[1])));`;
  const args = ['--input-type=module', '-e', program, folder.path];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }) === 'true';
};

const pg = { 'node_modules/pg': { version: '8.23.1' } };

test('what npm wrote down as installed is compared with the lockfile', async () => {
  await lock(pg);
  await installed(pg);
  expect(isInstalled()).toBe(true);
});

test('an install that was cut off wrote nothing down', async () => {
  await lock(pg);
  expect(isInstalled()).toBe(false);
});

test('another version in the lockfile makes it stale', async () => {
  await lock({ 'node_modules/pg': { version: '8.24.0' } });
  await installed(pg);
  expect(isInstalled()).toBe(false);
});

test('a package that is new in the lockfile makes it stale', async () => {
  await lock({ ...pg, 'node_modules/uuid': { version: '14.0.3' } });
  await installed(pg);
  expect(isInstalled()).toBe(false);
});

test('packages for other machines may be missing', async () => {
  await lock({ ...pg, 'node_modules/for-windows': { version: '1.0.0', optional: true } });
  await installed(pg);
  expect(isInstalled()).toBe(true);
});
