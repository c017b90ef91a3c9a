import { parseArgs } from 'node:util';
import { startPostgres } from '../postgres.ts';

/**
 * The process that keeps the embedded PostgreSQL: it shuts the server down when its parent ends, however that ends,
 * and ends itself when the server does. Says `{type:'ready', port, url}` to its parent.
 */
const keep = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '5433' },
      host: { type: 'string', default: '127.0.0.1' },
      'data-dir': { type: 'string', default: '.data' },
      set: { type: 'string', multiple: true, default: [] },
    },
  });
  const settings = Object.fromEntries(
    values.set.map((text) => [text.split('=', 1)[0] ?? '', text.slice(text.indexOf('=') + 1)]),
  );
  // Heard from the first moment on: a server must not be left behind by a stop that came while it started.
  const stopWanted = new Promise<void>((resolve) => {
    for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(event, () => resolve());
  });
  const postgres = await startPostgres({
    dataDir: values['data-dir'],
    port: Number(values.port),
    host: values.host,
    settings,
    onLog: (text) => process.stderr.write(text),
  });
  process.send?.({ type: 'ready', port: postgres.port, url: postgres.url });
  await Promise.race([stopWanted, postgres.ended]);
  await postgres.stop();
  process.exit(0);
};

keep().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
