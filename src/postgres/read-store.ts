import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../runtime/ports.ts';
import type { AnyProjection, ReadStore } from '../runtime/read-store.ts';
import { createClient, inTransaction, locks } from './connections.ts';
import { createTableWriter, type Fenced } from './table-writer.ts';
import type { Registered } from './tables.ts';

/** How often a standing-by projector tries for the lock: the longest gap when the active one dies. */
const STANDBY_POLL_MS = 500;

/** A session-level lock, held by a connection of its own. `lost` aborts when the connection breaks. */
export const takeLock = async (
  url: string,
  lock: readonly [number, number] | readonly [number],
  signal: AbortSignal,
): Promise<{ readonly lost: AbortSignal; readonly release: () => Promise<void> } | undefined> => {
  const client = createClient(url);
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  await client.connect();
  const release = async (): Promise<void> => {
    await client.end().catch(() => {});
  };
  try {
    for (;;) {
      const { rows } = await client.query<{ got: boolean }>(
        `select pg_try_advisory_lock(${lock.length === 2 ? '$1::int, $2::int' : '$1::bigint'}) as got`,
        [...lock],
      );
      if (rows[0]?.got) return { lost: lost.signal, release };
      await sleep(STANDBY_POLL_MS, undefined, { signal });
    }
  } catch (error) {
    await release();
    if (signal.aborted) return undefined;
    throw error;
  }
};

/** Takes the live tables over: from now on commits with the older numbers are refused. */
const takeOver = (pool: pg.Pool, projections: readonly AnyProjection[]): Promise<Fenced[]> =>
  inTransaction(pool, async (client) => {
    const { rows } = await client.query<Registered>(
      `update projection_tables set fence = fence + 1, updated_at = now()
       where state = 'live' and projection = any($1)
       returning table_name, projection, version, state, position, fence`,
      [projections.map(({ name }) => name)],
    );
    return projections.flatMap((projection): Fenced[] => {
      const row = rows.find((candidate) => candidate.projection === projection.name);
      // A table of another version is filled by the release that understands it, or rebuilt.
      if (!row || row.version !== projection.version) return [];
      const { table_name: table, position, fence } = row;
      // A poisoned one is tried again: what was wrong may have been mended since.
      return [{ projection, table, position: position ?? 'start', poison: null, fence }];
    });
  });

/** The live tables: one projector over all processes, by an advisory lock; a zombie is kept out by the fence. */
export const createReadStore = (url: string, pool: pg.Pool, log: Log): ReadStore => ({
  outdated: async (projections) => {
    const { rows } = await pool.query<Registered>(
      `select projection, version from projection_tables where state = 'live'`,
    );
    return projections
      .filter(({ name, version }) =>
        rows.some((row) => row.projection === name && row.version < version),
      )
      .map(({ name }) => name);
  },
  asProjector: async (projections, work, signal) => {
    const lock = await takeLock(url, [locks.projector], signal);
    if (!lock) return;
    log.info({}, 'this process is the projector now');
    try {
      const targets = await takeOver(pool, projections);
      const writer = createTableWriter(pool, targets, { announce: true });
      await work(writer, AbortSignal.any([signal, lock.lost]));
    } finally {
      await lock.release();
    }
  },
});
