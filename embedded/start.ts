import { systemClock } from '../src/platform/clock.ts';
import { type Environment, readSettings } from '../src/platform/config.ts';
import { createLifecycle, type Part, stopOnSignals } from '../src/platform/lifecycle.ts';
import { createLogger } from '../src/platform/logger.ts';
import { banner } from './launch/banner.ts';
import { isForPeople } from './launch/errors.ts';
import { type Launched, launch } from './launch.ts';

const bannerFor = ({ config, sandboxUrl, movedPorts }: Launched, apiUrl: string): string =>
  banner({
    apiUrl,
    roles: config.roles,
    dataDir: config.dataDir,
    eventStore: config.eventStore.url,
    database: config.database.url,
    sandboxUrl,
    sandboxTokens: config.auth.key.kind === 'secret',
    movedPorts,
  });

/** Starts what is not configured elsewhere, then the service on top of it, all in this process and its children. */
const start = async (environment: Environment): Promise<void> => {
  const terminal = process.stdout.isTTY ? { LOG_FORMAT: 'text' } : {};
  const settings = readSettings({ ...terminal, ...environment });
  const logger = createLogger(settings.log);
  const loadingApp = import('../src/app.ts');
  let launched: Launched | undefined;
  let apiUrl = '';

  const embedded: Part = {
    name: 'embedded parts',
    start: async () => {
      launched = await launch(settings, environment, logger);
    },
    stop: () => launched?.stop(),
  };
  const service = (() => {
    let stop: (() => Promise<void>) | undefined;
    return {
      name: 'service',
      start: async () => {
        if (!launched) throw new Error('the embedded parts were not started');
        const { createApp } = await loadingApp;
        const app = createApp(launched.config, { logger, clock: systemClock });
        stop = app.stop;
        await app.start();
        apiUrl = app.url();
      },
      stop: () => stop?.(),
    } satisfies Part;
  })();

  const lifecycle = createLifecycle([embedded, service], {
    logger,
    // The service bounds each of its parts itself; this is for what it does not foresee.
    stopTimeoutMs: 4 * settings.timers.shutdownTimeoutMs,
  });
  stopOnSignals(lifecycle.stop, { logger });
  await lifecycle.start();
  if (launched && apiUrl !== '') process.stdout.write(bannerFor(launched, apiUrl));
};

start(process.env).catch((error: unknown) => {
  const text = isForPeople(error) ? error.message : error instanceof Error ? error.stack : error;
  process.stderr.write(`The order service did not start: ${text}\n`);
  process.exit(1);
});
