import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './root.ts';

/** The whole service as `npm start` starts it: the process, its embedded parts, the sandbox. */
export type TestService = {
  readonly apiUrl: string;
  readonly pid: number;
  /** The environment that reaches its parts: EVENTSTORE_URL, DATABASE_URL, TOSS_API_URL, JWT_SECRET … */
  readonly connections: Readonly<Record<string, string>>;
  /** The sandbox's own address, for tokens, payments, faults and the ledger. */
  readonly sandboxUrl: string;
  /** From the spawn to the banner. */
  readonly startedInMs: number;
  /** What it has written so far. */
  readonly output: () => string;
  /** Sends a signal and waits for the end; gives the exit code, or null when it was killed. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
};

/** A start that failed, with what was written. */
export class ServiceDidNotStart extends Error {
  override readonly name = 'ServiceDidNotStart';
  readonly code = 'service-did-not-start';
}

const readyWithinMs = 90_000;

const exitOf = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)));

/** Variables of the shell that runs the tests must not reach the service, or it would use somebody's real parts. */
const bare = (): Record<string, string | undefined> => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
});

/**
 * Starts the service on a data directory, on free ports unless `env` says otherwise.
 *
 * @throws ServiceDidNotStart with everything that it wrote
 */
export const startService = async (
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TestService> => {
  const began = performance.now();
  const ports = { PORT: '0', EVENTSTORE_PORT: '0', DATABASE_PORT: '0', SANDBOX_PORT: '0' };
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
    cwd: root,
    env: { ...bare(), ...ports, DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const apiUrl = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new ServiceDidNotStart(`the service ${why}:\n${text}`));
    };
    const timer = setTimeout(() => fail('was not ready in time'), readyWithinMs);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended at its start (${signal ?? code})`);
    });
    const take = (chunk: unknown) => {
      text = (text + String(chunk)).slice(-100_000);
      const url = /listens on (http\S+)/.exec(text)?.[1];
      if (url === undefined || !text.includes('Ctrl-C')) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
  });
  const startedInMs = performance.now() - began;
  const connections = JSON.parse(await readFile(join(dataDir, 'run', 'environment.json'), 'utf8'));
  return {
    apiUrl,
    pid: child.pid ?? 0,
    connections,
    sandboxUrl: String(connections.TOSS_API_URL).replace(/\/toss$/, ''),
    startedInMs,
    output: () => text,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exitOf(child);
    },
  };
};
