import { userInfo } from 'node:os';
import { systemClock } from '../platform/clock.ts';
import { ConfigError, type Environment, loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { runCommandLine } from './command-line.ts';

/** Production: everything is elsewhere and named by the environment. Bad news goes beside the answer. */
const main = (environment: Environment): Promise<number> => {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupted.abort(new Error('interrupted')));
  return runCommandLine(process.argv.slice(2), {
    withConfig: (work) => {
      const config = loadConfig(environment);
      return work(config, createLogger({ level: 'warn', format: 'text' }, process.stderr));
    },
    environment,
    print: (line) => process.stdout.write(`${line.trimEnd()}\n`),
    tell: (line) => process.stderr.write(`${line.trimEnd()}\n`),
    clock: systemClock,
    user: environment.USER ?? userInfo().username,
    signal: interrupted.signal,
  });
};

main(process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text =
      error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : error;
    process.stderr.write(`${String(text)}\n`);
    process.exitCode = 1;
  },
);
