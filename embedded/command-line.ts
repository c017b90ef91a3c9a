import { userInfo } from 'node:os';
import { runCommandLine } from '../src/cli/command-line.ts';
import { systemClock } from '../src/platform/clock.ts';
import { type Config, type Environment, readSettings } from '../src/platform/config.ts';
import { createLogger, type Logger } from '../src/platform/logger.ts';
import { isForPeople } from './launch/errors.ts';
import { attach } from './launch.ts';

const quiet: Environment = { LOG_LEVEL: 'warn', LOG_FORMAT: 'text' };

/** Works on the parts of the service that runs here, or on parts started for the occasion. */
const withConfigFrom =
  (environment: Environment) =>
  async <T>(work: (config: Config, logger: Logger) => Promise<T>): Promise<T> => {
    const settings = readSettings({ ...quiet, ...environment });
    const logger = createLogger(settings.log, process.stderr);
    const { config, stop } = await attach(settings, environment, logger);
    try {
      return await work(config, logger);
    } finally {
      await stop();
    }
  };

const run = (environment: Environment): Promise<number> => {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopping.abort(new Error('interrupted')));
  return runCommandLine(process.argv.slice(2), {
    withConfig: withConfigFrom(environment),
    environment,
    print: (line) => process.stdout.write(`${line.trimEnd()}\n`),
    tell: (line) => process.stderr.write(`${line.trimEnd()}\n`),
    clock: systemClock,
    user: userInfo().username,
    signal: stopping.signal,
  });
};

run(process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text = isForPeople(error) ? error.message : error instanceof Error ? error.stack : error;
    process.stderr.write(`${String(text)}\n`);
    process.exitCode = 1;
  },
);
