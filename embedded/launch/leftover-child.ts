import { readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessIdentity, stillRuns } from './process-identity.ts';

const goneWithin = async (child: ProcessIdentity, timeoutMs: number): Promise<boolean> => {
  const patience = Date.now() + timeoutMs;
  while (await stillRuns(child)) {
    if (Date.now() > patience) return false;
    await pause(20);
  }
  return true;
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
};

/**
 * Waits until the child of an earlier run has ended. A child stops by itself when its parent is gone, so this is short;
 * one that hangs is asked to stop, then killed: all of them survive that without loss.
 *
 * @param pidFile where the earlier run noted its child
 */
export const clearLeftoverChild = async (pidFile: string): Promise<void> => {
  const text = await readFile(pidFile, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const child: ProcessIdentity | undefined = (() => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  })();
  if (child && !(await goneWithin(child, 5_000))) {
    send(child.pid, 'SIGTERM');
    if (!(await goneWithin(child, 10_000))) send(child.pid, 'SIGKILL');
    await goneWithin(child, 5_000);
  }
  await rm(pidFile, { force: true });
};
