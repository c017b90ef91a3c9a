import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identify, type ProcessIdentity, stillRuns } from './process-identity.ts';

/** Another service runs on the data directory. */
export class DataDirectoryBusyError extends Error {
  override readonly name = 'DataDirectoryBusyError';
  readonly code = 'data-directory-busy';
}

const readIdentity = async (path: string): Promise<ProcessIdentity | undefined> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * Takes a data directory for this process, making it when there is none. A lock whose process is gone is taken over.
 *
 * @returns what gives it back
 * @throws DataDirectoryBusyError when another service holds it
 */
export const lockDataDirectory = async (dataDir: string): Promise<() => Promise<void>> => {
  await mkdir(dataDir, { recursive: true });
  const lock = join(dataDir, 'lock');
  const draft = `${lock}.${process.pid}`;
  await writeFile(draft, JSON.stringify(await identify(process.pid)));
  try {
    for (;;) {
      try {
        // A link appears with its content or not at all, and never over another.
        await link(draft, lock);
        return () => rm(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readIdentity(lock);
      if (holder && (await stillRuns(holder)))
        throw new DataDirectoryBusyError(
          `${dataDir} is in use by process ${holder.pid}: stop that one, or set DATA_DIR to another directory`,
        );
      await rm(lock, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
};

/** The process that holds a data directory, if one does. */
export const holderOf = async (dataDir: string): Promise<ProcessIdentity | undefined> => {
  const holder = await readIdentity(join(dataDir, 'lock'));
  return holder && (await stillRuns(holder)) ? holder : undefined;
};

/** The HS256 key of a data directory: 256 random bits, made at first start, in a file of mode 0600. */
export const jwtSecretIn = async (dataDir: string): Promise<string> => {
  const path = join(dataDir, 'jwt-secret');
  try {
    await writeFile(path, `${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(path, 'utf8')).trim();
};
