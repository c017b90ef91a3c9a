import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own, with what it costs. */
export type Target = {
  readonly name: 'store' | 'floor';
  readonly url: string;
  /** CPU time so far in microseconds. */
  readonly cpu: () => number;
  /** Memory in bytes. */
  readonly rss: () => number;
  readonly stop: () => Promise<void>;
};

/** Linux counts CPU time in hundredths of a second (proc(5), clock ticks). */
const MICROSECONDS_PER_TICK = 10_000;

const statusOf = (pid: number): readonly string[] => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

const target = async (name: Target['name'], child: ChildProcess): Promise<Target> => {
  const pid = child.pid ?? 0;
  const { url } = await new Promise<{ url: string }>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error(`the ${name} did not start`)));
  });
  return {
    name,
    url,
    cpu: () => {
      const fields = statusOf(pid);
      return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
    },
    rss: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
};

/** The embedded store as it is built. */
export const startStore = (dataDir: string): Promise<Target> => {
  const main = fileURLToPath(new URL('../../dist/embedded/eventstore/main.js', import.meta.url));
  const args = ['--port', '0', '--data-dir', dataDir];
  return target(
    'store',
    fork(main, args, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  );
};

export const startFloor = (): Promise<Target> => {
  const module = fileURLToPath(new URL('./workers/floor.ts', import.meta.url));
  return target('floor', fork(module, [], { execArgv: ['--import', 'tsx'] }));
};
