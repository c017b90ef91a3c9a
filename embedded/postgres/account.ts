import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The ids of the system account that PostgreSQL runs as. */
export type Account = { readonly uid: number; readonly gid: number };

const accountName = 'postgres';

const lookUp = async (): Promise<Account | undefined> => {
  try {
    const [uid, gid] = await Promise.all([
      run('id', ['-u', accountName]),
      run('id', ['-g', accountName]),
    ]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
};

/**
 * PostgreSQL refuses to run as root, so root lends it the account `postgres`, made when there is none.
 *
 * @returns undefined for an ordinary user, who runs PostgreSQL as himself
 * @throws Error when there is no such account and none can be made
 */
export const accountForPostgres = async (): Promise<Account | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const found = await lookUp();
  if (found) return found;
  await run('groupadd', ['--force', accountName]);
  await run('useradd', ['--gid', accountName, '--no-create-home', accountName]);
  const made = await lookUp();
  if (!made) throw new Error(`the account ${accountName} could not be made`);
  return made;
};

const othersMayEnter = 0o001;

/** Whether an account other than the owner may reach this path: every folder above lets others through. */
export const reachableByOthers = async (path: string): Promise<boolean> => {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & othersMayEnter) === 0) return false;
  }
  return true;
};
