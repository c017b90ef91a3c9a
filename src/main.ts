import { createApp } from './app.ts';
import { systemClock } from './platform/clock.ts';
import { ConfigError, loadConfig } from './platform/config.ts';
import { stopOnSignals } from './platform/lifecycle.ts';
import { createLogger } from './platform/logger.ts';

/** Production: everything the service stands on is elsewhere, and named by the environment. */
const main = async (): Promise<void> => {
  const config = loadConfig(process.env);
  const logger = createLogger(config.log);
  const app = createApp(config, { logger, clock: systemClock });
  stopOnSignals(app.stop, { logger });
  await app.start();
  logger.info({ url: app.url(), roles: config.roles }, 'the order service is ready');
};

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : error;
  process.stderr.write(`The order service did not start: ${String(text)}\n`);
  process.exit(1);
});
