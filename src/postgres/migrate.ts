import { join } from 'node:path';
import type pg from 'pg';
import type { Log } from '../runtime/ports.ts';
import type { AnyProjection } from '../runtime/read-store.ts';
import { createClient, locks } from './connections.ts';
import { createLiveTable } from './tables.ts';

const migrations = join(import.meta.dirname, 'migrations');

/** The live tables that are missing are made, empty; the projector fills them. */
const createMissing = async (
  client: pg.Client,
  projections: readonly AnyProjection[],
): Promise<void> => {
  const { rows } = await client.query<{ projection: string }>(
    `select projection from projection_tables where state = 'live'`,
  );
  const live = new Set(rows.map((row) => row.projection));
  for (const projection of projections)
    if (!live.has(projection.name)) {
      await client.query('begin');
      await createLiveTable(client, projection);
      await client.query('commit');
    }
};

/**
 * Brings the schema up to date, forward only. Processes that start together wait for each other on an advisory lock.
 * @throws Error when the database cannot be reached or a migration fails (it is undone then)
 */
export const migrate = async (
  url: string,
  projections: readonly AnyProjection[],
  log: Log,
): Promise<void> => {
  const { runner } = await import('node-pg-migrate');
  const client = createClient(url);
  client.on('error', (error) => log.warn({ reason: error.message }, 'migration connection broke'));
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [locks.migration]);
    await runner({
      dbClient: client,
      dir: migrations,
      direction: 'up',
      migrationsTable: 'schema_migrations',
      // Ours is taken already, and covers the tables made below as well.
      noLock: true,
      verbose: false,
      logger: {
        debug: () => {},
        info: (message) => log.debug({}, String(message)),
        warn: (message) => log.warn({}, String(message)),
        error: (message) => log.error({}, String(message)),
      },
    });
    await createMissing(client, projections);
  } finally {
    // Ends the session, and with it the lock and any transaction left open.
    await client.end();
  }
};
