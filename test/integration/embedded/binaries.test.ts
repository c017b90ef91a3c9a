import { chmod, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountForPostgres, reachableByOthers } from '../../../embedded/postgres/account.ts';
import { copyFor, findBinaries, makeLinks } from '../../../embedded/postgres/binaries.ts';
import { homeFor } from '../../../embedded/postgres/home.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let carrier = '';

/** What an npm package of PostgreSQL looks like before its install script has run. */
beforeEach(async () => {
  folder = await temporaryFolder();
  carrier = join(folder.path, 'linux-x64');
  await mkdir(join(carrier, 'native', 'lib'), { recursive: true });
  await writeFile(join(carrier, 'package.json'), JSON.stringify({ version: '18.4.0' }));
  await writeFile(join(carrier, 'native', 'lib', 'libpq.so.5.18'), 'library');
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' }];
  await writeFile(join(carrier, 'native', 'pg-symlinks.json'), JSON.stringify(links));
});
afterEach(() => folder.remove());

const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

test('the links that npm cannot carry are made, once', async () => {
  await makeLinks(carrier);
  await makeLinks(carrier);
  expect(await readlink(join(carrier, 'native', 'lib', 'libpq.so'))).toBe('libpq.so.5.18');
});

test('a package without a list of links is left as it is', async () => {
  const empty = join(folder.path, 'empty');
  await mkdir(empty);
  await makeLinks(empty);
  expect(await readdir(empty)).toEqual([]);
});

test('a copy keeps the links, is named after the version, and is made once', async () => {
  await makeLinks(carrier);
  const copy = await copyFor(me, carrier, folder.path);
  expect(copy).toBe(join(folder.path, 'linux-x64-18.4.0'));
  expect(await readFile(join(copy, 'lib', 'libpq.so'), 'utf8')).toBe('library');
  expect(await readlink(join(copy, 'lib', 'libpq.so'))).toBe('libpq.so.5.18');
  const { mtimeMs } = await stat(copy);
  await copyFor(me, carrier, folder.path);
  expect((await stat(copy)).mtimeMs).toBe(mtimeMs);
});

test('two that copy at the same time end with one copy and no drafts', async () => {
  await Promise.all([copyFor(me, carrier, folder.path), copyFor(me, carrier, folder.path)]);
  expect((await readdir(folder.path)).toSorted()).toEqual(['linux-x64', 'linux-x64-18.4.0']);
});

test('the programs of this machine are found', async () => {
  const { initdb, postgres } = await findBinaries(undefined, folder.path);
  expect((await stat(initdb)).isFile()).toBe(true);
  expect((await stat(postgres)).isFile()).toBe(true);
});

test('a folder that only its owner may enter cannot be reached by another account', async () => {
  expect(await reachableByOthers(folder.path)).toBe(true);
  await chmod(folder.path, 0o700);
  expect(await reachableByOthers(join(folder.path, 'linux-x64'))).toBe(false);
});

test('the cluster lives in the data directory', async () => {
  const home = await homeFor(join(folder.path, 'data'), undefined);
  expect(home.folder).toBe(join(folder.path, 'data', 'postgres'));
});

test.runIf(process.getuid?.() === 0)(
  'where root keeps the data directory to itself, the cluster lives outside and a note says where',
  async () => {
    const account = await accountForPostgres();
    await chmod(folder.path, 0o700);
    const dataDir = join(folder.path, 'data');
    const first = await homeFor(dataDir, account);
    expect(first.folder).toMatch(/^\/var\/lib\/order-service\/[0-9a-f]{16}$/);
    expect((await stat(first.folder)).uid).toBe(account?.uid);
    await chmod(folder.path, 0o711);
    expect((await homeFor(dataDir, account)).folder).toBe(first.folder);

    await chmod(folder.path, 0o700);
    await rm(dataDir, { recursive: true });
    const second = await homeFor(dataDir, account);
    expect(second.folder).not.toBe(first.folder);
    await expect(stat(first.folder)).rejects.toThrow('ENOENT');
    await rm(second.folder, { recursive: true, force: true });
  },
);
