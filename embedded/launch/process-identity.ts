import { readFile } from 'node:fs/promises';

/** A process, told apart from a later one that was given the same number. */
export type ProcessIdentity = { readonly pid: number; readonly since: string };

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const ended = 'ended';

/** proc(5): field 22 of /proc/PID/stat is when the process started; the name before it may hold spaces and brackets. */
const startOf = async (pid: number): Promise<string> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended; only its parent has not looked yet.
  return fields[0] === 'Z' ? ended : (fields[19] ?? '');
};

/** The identity of a process that runs now. */
export const identify = async (pid: number): Promise<ProcessIdentity> => ({
  pid,
  since: await startOf(pid),
});

/** Whether this very process still runs. Where there is no /proc, its number decides. */
export const stillRuns = async ({ pid, since }: ProcessIdentity): Promise<boolean> =>
  since !== ended && isAlive(pid) && (await startOf(pid)) === since;
