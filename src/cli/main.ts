import { userInfo } from 'node:os';
import { systemClock } from '../platform/clock.ts';
import { ConfigError, loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { runCommandLine } from './command-line.ts';

/** The command line in production: everything is elsewhere, and named by the environment. */
const main = (): Promise<number> => {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopping.abort(new Error('interrupted')));
  return runCommandLine(process.argv.slice(2), {
    withConfig: async (work) => {
      const config = loadConfig(process.env);
      return work(config, createLogger(config.log, process.stderr));
    },
    environment: process.env,
    print: (line) => process.stdout.write(`${line.trimEnd()}\n`),
    tell: (line) => process.stderr.write(`${line.trimEnd()}\n`),
    clock: systemClock,
    user: userInfo().username,
    signal: stopping.signal,
  });
};

main().then(
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
