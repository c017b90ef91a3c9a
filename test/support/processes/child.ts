import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

/** A program of ours in a process of its own, answering at `url`. */
export type TestChild = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** SIGTERM and wait for the end. */
  readonly stop: () => Promise<void>;
  /** SIGKILL and wait for the end, as a crash would. */
  readonly kill: () => Promise<void>;
  /** What it has written so far. */
  readonly output: () => string;
};

/** The programs that can be started alone. */
export type Program = 'embedded/eventstore/main' | 'embedded/postgres/main' | 'sandbox/main';

const readyWithinMs = 60_000;

/** Whether the program has been built: a new one may not be there yet. */
export const hasProgram = (program: Program): boolean =>
  existsSync(join(root, 'dist', `${program}.js`));

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

const endedBy = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  child.kill(signal);
  await ended(child);
};

/**
 * Starts a built program and waits until it is ready. It ends with the process that started it.
 *
 * @param args such as `['--port', '0', '--data-dir', folder]`
 * @throws Error with what it wrote when it ends or hangs at its start
 */
export const startChild = async (
  program: Program,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TestChild> => {
  const child = fork(join(root, 'dist', `${program}.js`), args, {
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text = (text + String(chunk)).slice(-20_000);
    });
  const { port, url } = await new Promise<{ port: number; url: string }>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${program} ${why}:\n${text}`));
    const timer = setTimeout(() => fail('was not ready in time'), readyWithinMs);
    child.once('exit', (code, signal) => fail(`ended at its start (${signal ?? code})`));
    child.on('message', (message: { type?: string; port: number; url: string }) => {
      if (message.type !== 'ready') return;
      clearTimeout(timer);
      resolve(message);
    });
  });
  return {
    url,
    port,
    pid: child.pid ?? 0,
    stop: () => endedBy(child, 'SIGTERM'),
    kill: () => endedBy(child, 'SIGKILL'),
    output: () => text,
  };
};
