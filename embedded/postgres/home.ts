import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
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
  const note = join(dataDir, 'postgres-home');
  const mustBeOutside = (await exists(note)) || !(await reachableByOthers(dataDir));
  const folder = mustBeOutside
    ? await readOrMake(note, () => join(sharedRoot, randomBytes(8).toString('hex')))
    : inside;
  const shelf = sharedRoot;
  await mkdir(shelf, { recursive: true, mode: 0o755 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chown(folder, account.uid, account.gid);
  return { folder, shelf };
};
