import { type ChildProcess, execFile, fork } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A program of ours that is killed and started again. */
export type Program = {
  readonly name: string;
  /** Path of the compiled module. */
  readonly module: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  /** Waits until it can be used; a program without this says so itself, with a message. */
  readonly untilReady?: (signal: AbortSignal) => Promise<void>;
  /** True when what matters is the process that this one keeps, as with PostgreSQL. */
  readonly killsItsChild?: boolean;
};

export type Victim = {
  readonly name: string;
  /** What it said when it was ready for the first time. */
  readonly url: string;
  readonly isUp: () => boolean;
  /** How often it ended without being killed: a defect. */
  readonly deaths: () => number;
  /** `kill -9`; resolves when it is up again, after `pauseMs` and however many starts that takes. */
  readonly kill: (pauseMs: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

const READY_WITHIN_MS = 60_000;
const NEXT_START_MS = 300;
const STARTS = 20;

const run = promisify(execFile);

/** Starts the program and keeps it running until `stop`. */
export const startVictim = async (program: Program): Promise<Victim> => {
  const log = await open(program.logFile, 'a');
  let child = spawn(program, log);
  let stopping = false;
  let up = false;
  let deaths = 0;

  const isReady = (): void => {
    up = true;
    const current = child;
    const revive = async (): Promise<void> => {
      await ended(current);
      if (!up || stopping || current !== child) return;
      up = false;
      deaths += 1;
      await startAgain();
    };
    // What cannot be started again stays down, and the run is not clean.
    revive().catch(() => undefined);
  };

  const startAgain = async (): Promise<void> => {
    for (let start = 1; !stopping; start++) {
      child = spawn(program, log);
      try {
        await untilReady(program, child);
        isReady();
        return;
      } catch (error) {
        await end(child);
        // What the killed process left behind (its port, a lock, shared memory) may take a moment to go.
        if (start === STARTS) throw error;
        await setTimeout(NEXT_START_MS);
      }
    }
  };

  // A run that is cut short leaves nothing behind.
  process.once('exit', () => child.kill());
  const { url } = await untilReady(program, child);
  isReady();
  return {
    name: program.name,
    url,
    isUp: () => up,
    deaths: () => deaths,
    kill: async (pauseMs) => {
      up = false;
      const gone = ended(child);
      process.kill(program.killsItsChild ? await childOf(child) : pidOf(child), 'SIGKILL');
      await gone;
      await setTimeout(pauseMs);
      await startAgain();
    },
    stop: async () => {
      stopping = true;
      await end(child);
      await log.close();
    },
  };
};

const spawn = ({ module, args, env }: Program, log: FileHandle): ChildProcess =>
  fork(module, [...args], {
    env,
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });

const pidOf = ({ pid }: ChildProcess): number => {
  if (pid === undefined) throw new Error('the process was never started');
  return pid;
};

const childOf = async (child: ChildProcess): Promise<number> => {
  const { stdout } = await run('pgrep', ['-P', String(pidOf(child))]);
  return Number(stdout.trim().split('\n')[0]);
};

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once('exit', () => resolve());
  });

const STOP_WITHIN_MS = 20_000;

const end = async (child: ChildProcess): Promise<void> => {
  const gone = ended(child);
  child.kill('SIGTERM');
  const late = new AbortController();
  await Promise.race([
    gone,
    setTimeout(STOP_WITHIN_MS, undefined, { signal: late.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    ),
  ]);
  late.abort();
  await gone;
};

const untilReady = async (
  program: Program,
  child: ChildProcess,
): Promise<{ readonly url: string }> => {
  const over = new AbortController();
  const said = new Promise<{ readonly url: string }>((resolve) => {
    child.on('message', (message) => {
      const { type, url = '' } = message as { readonly type?: string; readonly url?: string };
      if (type === 'ready') resolve({ url });
    });
  });
  const died = ended(child).then((): never => {
    throw new Error(`${program.name} ended at its start; see ${program.logFile}`);
  });
  const late = setTimeout(READY_WITHIN_MS, undefined, { signal: over.signal }).then((): never => {
    throw new Error(`${program.name} was not ready within ${READY_WITHIN_MS} ms`);
  });
  // Both go on being watched by nobody once the race is over.
  for (const loser of [died, late]) loser.catch(() => undefined);
  const ready = program.untilReady?.(over.signal).then(() => ({ url: '' })) ?? said;
  try {
    return await Promise.race([ready, died, late]);
  } finally {
    over.abort();
  }
};
