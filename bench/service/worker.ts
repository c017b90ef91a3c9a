import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of its own that answers one question at a time, so that what it costs is not charged to what is measured. */
export type Worker<Question, Answer> = {
  readonly pid: number;
  readonly ask: (question: Question) => Promise<Answer>;
  readonly stop: () => Promise<void>;
};

type Reply = { readonly answer: unknown } | { readonly error: string };

/** Ends a child and waits for it. */
export const end = (child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill(signal);
  });

/**
 * Starts `workers/<name>.ts`, which calls `answerQuestions`.
 * @param argv further flags for Node, such as `--cpu-prof`
 */
export const startWorker = <Question extends object, Answer>(
  name: string,
  argv: readonly string[] = [],
): Worker<Question, Answer> => {
  const module = fileURLToPath(new URL(`./workers/${name}.ts`, import.meta.url));
  const child = fork(module, [], {
    execArgv: ['--import', 'tsx', ...argv],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    pid: child.pid ?? 0,
    ask: (question) =>
      new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error(`the worker ${name} ended`));
        child.once('exit', onExit);
        child.once('message', (reply: Reply) => {
          child.off('exit', onExit);
          if ('error' in reply) reject(new Error(`${name}: ${reply.error}`));
          else resolve(reply.answer as Answer);
        });
        child.send(question as Serializable);
      }),
    stop: () => end(child),
  };
};

/** Asks a fresh worker one question. */
export const askOnce = async <Question extends object, Answer>(
  name: string,
  question: Question,
): Promise<Answer> => {
  const worker = startWorker<Question, Answer>(name);
  try {
    return await worker.ask(question);
  } finally {
    await worker.stop();
  }
};

/** The worker's side. */
export const answerQuestions = <Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
): void => {
  const send = (reply: Reply): void => {
    process.send?.(reply);
  };
  process.on('message', (question: Question) => {
    answer(question).then(
      (answered) => send({ answer: answered }),
      (error: unknown) =>
        send({ error: error instanceof Error ? String(error.stack) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
};
