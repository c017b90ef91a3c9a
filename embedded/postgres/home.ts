import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, reachableByOthers } from './account.ts';

/** Where an account other than root keeps things that it cannot keep in a private folder of root. */
const sharedRoot = '/var/lib/order-service';

/** Where a cluster and its programs live. */
export type Home = {
  /** Holds the cluster; owned by the account that runs it. */
  readonly folder: string;
  /** A folder for a copy of the programs, when their own place cannot be reached. */
  readonly shelf: string;
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Reads a text file, or makes it with this content, readable by its owner alone. */
const readOrMake = async (path: string, content: () => string): Promise<string> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const text = content();
    await writeFile(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
    return text;
  }
};

/** The password of the cluster in this data directory, made at first start and kept in a file of mode 0600. */
export const passwordIn = (dataDir: string): Promise<string> =>
  readOrMake(join(dataDir, 'postgres-password'), () => randomBytes(24).toString('base64url'));

/** In the data directory: where the home is. */
const noteFile = 'postgres-home';
/** In a home outside: whose it is. */
const ownerFile = 'data-directory';

/** Removes homes whose data directory was deleted: nothing points to them any more. */
const clearAbandoned = async (): Promise<void> => {
  for (const name of await readdir(sharedRoot)) {
    const folder = join(sharedRoot, name);
    const dataDir = await readFile(join(folder, ownerFile), 'utf8').catch(() => undefined);
    if (dataDir === undefined) continue;
    const note = await readFile(join(dataDir, noteFile), 'utf8').catch(() => '');
    if (note.trim() !== folder) await rm(folder, { recursive: true, force: true });
  }
};

/**
 * The home of the cluster is in the data directory. Only where root runs the service in a folder that nobody else may
 * enter (/root, or what `mktemp -d` makes), it is outside, and a file in the data directory says where: its name is
 * random, so that a data directory that was deleted and made anew never meets the old cluster.
 */
export const homeFor = async (dataDir: string, account: Account | undefined): Promise<Home> => {
  await mkdir(dataDir, { recursive: true });
  const inside = join(dataDir, 'postgres');
  if (!account) {
    await mkdir(inside, { recursive: true, mode: 0o700 });
    return { folder: inside, shelf: inside };
  }
  const note = join(dataDir, noteFile);
  const mustBeOutside = (await exists(note)) || !(await reachableByOthers(dataDir));
  const folder = mustBeOutside
    ? await readOrMake(note, () => join(sharedRoot, randomBytes(8).toString('hex')))
    : inside;
  const shelf = sharedRoot;
  await mkdir(shelf, { recursive: true, mode: 0o755 });
  if (mustBeOutside) await clearAbandoned();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chown(folder, account.uid, account.gid);
  if (mustBeOutside) await writeFile(join(folder, ownerFile), dataDir);
  return { folder, shelf };
};
