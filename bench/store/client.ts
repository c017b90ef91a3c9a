import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Target } from './target.ts';
import type { Done, Task } from './tasks.ts';

/** What a task gave, and what the server spent on it. */
export type Measured = Done & {
  /** Per second. */
  readonly rate: number;
  /** The server's CPU per operation, in microseconds. */
  readonly serverCpu: number;
};

export type Client = {
  readonly target: Target;
  readonly measure: (task: Task) => Promise<Measured>;
  readonly stop: () => void;
};

/** Starts the real client in a process of its own. */
export const startClient = async (target: Target): Promise<Client> => {
  const module = fileURLToPath(new URL('./workers/client.ts', import.meta.url));
  const child = fork(module, [target.url], { execArgv: ['--import', 'tsx'] });
  await new Promise((resolve) => child.once('message', resolve));
  const ask = (task: Task): Promise<Done> =>
    new Promise((resolve, reject) => {
      child.once('message', (reply: { done?: Done; error?: string }) =>
        reply.done ? resolve(reply.done) : reject(new Error(`${task.kind}: ${reply.error}`)),
      );
      child.send(task);
    });
  return {
    target,
    measure: async (task) => {
      const before = target.cpu();
      const done = await ask(task);
      const serverCpu = (target.cpu() - before) / done.operations;
      return { ...done, rate: (done.operations / done.ms) * 1000, serverCpu };
    },
    stop: () => void child.kill(),
  };
};
