import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const pidIn = async (cluster: string): Promise<number | undefined> => {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) ? undefined : pid;
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether this process is the PostgreSQL of this cluster and not a stranger that was given its old number. */
const servesCluster = async (pid: number, cluster: string): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    // A postmaster works in its data directory.
    const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    return workingFolder === (await realpath(cluster));
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes(cluster);
};

const goneWithin = async (pid: number, cluster: string, timeoutMs: number): Promise<boolean> => {
  const patience = Date.now() + timeoutMs;
  while (await servesCluster(pid, cluster)) {
    if (Date.now() > patience) return false;
    await pause(20);
  }
  return true;
};

// PostgreSQL, "Shutting Down the Server": SIGINT is a fast shutdown, SIGQUIT an immediate one that recovers at start.
const patienceMs = { SIGINT: 20_000, SIGQUIT: 5_000 } as const;

/**
 * Clears what an earlier run left in a cluster: a server that outlived its parent is shut down, and the pid file of a
 * server that is gone is removed, even if another program has its number now (PostgreSQL would refuse to start).
 *
 * @returns whether a server had to be shut down
 */
export const clearLeftover = async (cluster: string): Promise<boolean> => {
  const pid = await pidIn(cluster);
  if (pid === undefined) return false;
  if (!(await servesCluster(pid, cluster))) {
    await rm(join(cluster, 'postmaster.pid'), { force: true });
    return false;
  }
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    if (await goneWithin(pid, cluster, patienceMs[signal])) return true;
  }
  throw new Error(`PostgreSQL (process ${pid}) still runs on ${cluster} and does not stop`);
};
