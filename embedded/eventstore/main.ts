import { parseArgs } from 'node:util';
import { jsonLogger, type Logger } from './logger.ts';
import { startEventStore } from './server.ts';
import { openStore } from './streams/open-store.ts';

const DEFAULT_PORT = 2113;

/**
 * Runs the server as a process of its own: `main.ts --port 2113 --data-dir .data/eventstore`. With
 * `--scavenge` it frees the space of truncated and deleted events of a stopped server, and ends.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      host: { type: 'string', default: '127.0.0.1' },
      'data-dir': { type: 'string', default: '.data/eventstore' },
      'max-append-size': { type: 'string' },
      scavenge: { type: 'boolean', default: false },
    },
  });
  const logger = jsonLogger();
  if (values.scavenge) return scavenge(values['data-dir'], logger);
  const maxAppendSize = values['max-append-size'];
  const server = await startEventStore({
    port: Number(values.port),
    host: values.host,
    dataDir: values['data-dir'],
    logger,
    ...(maxAppendSize === undefined ? {} : { maxAppendSize: Number(maxAppendSize) }),
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the event store did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Started by another process: its end, however it comes, is ours.
  process.on('disconnect', stop);
  // Whoever started it may have stopped listening; that is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.stdout.write(`${server.url}\n`);
  process.send?.({ type: 'ready', port: server.port, url: server.url });
}

async function scavenge(dataDir: string, logger: Logger): Promise<void> {
  const store = await openStore({ dataDir, logger });
  const { eventsRemoved, bytesFreed } = await store.scavenger.start().done;
  await store.close();
  process.stdout.write(`${eventsRemoved} events removed, ${bytesFreed} bytes freed\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
