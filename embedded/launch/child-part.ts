import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../src/platform/logger.ts';
import { identify } from './process-identity.ts';

/** A program that runs beside the service and says `{type:'ready', port, url}` when others may connect. */
export type ChildProgram = {
  readonly name: string;
  /** Path of its module from this folder, without an extension. */
  readonly module: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Where a child's traces go. */
export type ChildFiles = { readonly log: string; readonly pid: string };

/** A running child that is started again when it dies. */
export type ChildPart = { readonly url: string; readonly stop: () => Promise<void> };

type Ready = { readonly type: 'ready'; readonly url: string };

const isReady = (message: unknown): message is Ready =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';

// A first start makes a database, on a slow disk.
const readyWithinMs = 60_000;
const stopWithinMs = 15_000;
const firstPauseMs = 200;
const longestPauseMs = 10_000;
// After this long a death is news again and no part of a series.
const healthyAfterMs = 30_000;

// Compiled modules end in .js; under tsx and in tests this file and its neighbours still end in .ts.
const extension = extname(fileURLToPath(import.meta.url));
const loader = extension === '.ts' ? ['--import', 'tsx'] : [];

const lastWords = async (log: string): Promise<string> => {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-8).join('\n');
};

const spawnChild = (program: ChildProgram, logFd: number): ChildProcess =>
  fork(
    join(dirname(fileURLToPath(import.meta.url)), `${program.module}${extension}`),
    program.args,
    {
      execArgv: loader,
      env: program.env,
      // A group of its own: Ctrl-C reaches the service alone, which stops its children when it no longer needs them.
      detached: true,
      stdio: ['ignore', logFd, logFd, 'ipc'],
    },
  );

const noteChild = async ({ pid }: ChildProcess, path: string): Promise<void> => {
  if (pid !== undefined) await writeFile(path, JSON.stringify(await identify(pid)));
};

const untilReady = (child: ChildProcess, name: string): Promise<Ready> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${name} was not ready within ${readyWithinMs} ms`)),
      readyWithinMs,
    );
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    child.on('message', (message) => isReady(message) && settle(() => resolve(message)));
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code, signal) =>
      settle(() => reject(new Error(`${name} ended at its start (${signal ?? code})`))),
    );
  });

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (hasEnded(child)) {
      resolve();
      return;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });

/**
 * Starts a program as a child that ends with this process. When it dies later it is started again, with the same
 * arguments and growing pauses; the service lives on meanwhile.
 *
 * @throws Error with the child's last words when the first start fails
 */
export const startChildPart = async (
  program: ChildProgram,
  files: ChildFiles,
  logger: Logger,
): Promise<ChildPart> => {
  const { name } = program;
  let stopping = false;
  let pauseMs = firstPauseMs;
  let restart: NodeJS.Timeout | undefined;
  let current: ChildProcess | undefined;
  let starting: Promise<unknown> = Promise.resolve();

  const run = async (): Promise<Ready> => {
    await mkdir(dirname(files.log), { recursive: true });
    const log = await open(files.log, 'a');
    const child = spawnChild(program, log.fd);
    current = child;
    // Listens before anything is awaited: a child may end at once.
    const becomingReady = untilReady(child, name);
    try {
      await Promise.all([becomingReady, log.close(), noteChild(child, files.pid)]);
      if (stopping) throw new Error(`${name} was stopped while it started`);
      watch(child);
      return await becomingReady;
    } catch (error) {
      await end(child);
      throw error;
    }
  };

  const runAgain = () => {
    starting = run().then(
      () => logger.info({ part: name }, 'an embedded part runs again'),
      (error: unknown) => {
        if (stopping) return;
        logger.error({ part: name, err: error }, 'an embedded part could not be started again');
        scheduleRestart();
      },
    );
  };

  const scheduleRestart = () => {
    if (stopping) return;
    restart = setTimeout(runAgain, pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  };

  const watch = (child: ChildProcess) => {
    const startedAt = performance.now();
    const onExit = () => {
      if (stopping) return;
      if (performance.now() - startedAt > healthyAfterMs) pauseMs = firstPauseMs;
      const { exitCode: code, signalCode: signal } = child;
      logger.error(
        { part: name, code, signal, log: files.log, againInMs: pauseMs },
        'an embedded part died and will be started again',
      );
      scheduleRestart();
    };
    if (hasEnded(child)) onExit();
    else child.once('exit', onExit);
  };

  try {
    const { url } = await run();
    return {
      url,
      stop: async () => {
        stopping = true;
        clearTimeout(restart);
        if (current) await end(current);
        await starting;
      },
    };
  } catch (cause) {
    throw new Error(`${name} did not start:\n${await lastWords(files.log)}`, { cause });
  }
};
