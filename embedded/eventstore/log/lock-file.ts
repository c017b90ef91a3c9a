import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const FILE_NAME = 'lock';

/** Who holds a data directory. */
interface Holder {
  readonly pid: number;
  /** What tells the process from a later one with the same number; empty where the system does not say. */
  readonly born: string;
}

/** The data directory belongs to another running process. */
export class DirectoryInUse extends Error {
  constructor(directory: string, pid: number) {
    super(
      `the data directory ${directory} is in use by process ${pid}: stop that one, or choose another directory`,
    );
    this.name = 'DirectoryInUse';
  }
}

/**
 * Makes this process the only one to use the directory. The lock of a process that is no more is
 * taken over. Gives the function that lets go. @throws DirectoryInUse
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const file = path.join(directory, FILE_NAME);
  const mine: Holder = { pid: process.pid, born: await birthOf(process.pid) };
  const text = JSON.stringify(mine);
  for (;;) {
    if (await createOnce(file, text)) return () => rm(file, { force: true });
    const found = await readFile(file, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder && (await isAlive(holder))) throw new DirectoryInUse(directory, holder.pid);
    await removeStale(directory, file, found);
  }
}

/** The file appears with its content or not at all: nobody ever reads half a lock. */
async function createOnce(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Of two that take over at once, one may have made its lock already: that one is put back. */
async function removeStale(directory: string, file: string, stale: string): Promise<void> {
  const aside = path.join(directory, `${FILE_NAME}.stale.${process.pid}`);
  await rename(file, aside).catch(() => undefined);
  const taken = await readFile(aside, 'utf8').catch(() => stale);
  if (taken !== stale) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    return typeof value.pid === 'number' ? { pid: value.pid, born: value.born ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, born }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await birthOf(pid);
  return born === '' || now === '' || now === born;
}

/** Boot and start time of a process where /proc tells them (Linux, proc(5)), else empty. */
async function birthOf(pid: number): Promise<string> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may hold blanks; start time is the 20th field behind it. A zombie is dead.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'dead' : `${boot.trim()}/${fields[19]}`;
  } catch {
    return '';
  }
}
