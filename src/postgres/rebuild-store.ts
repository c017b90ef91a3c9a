import pg from 'pg';
import type { Log } from '../runtime/ports.ts';
import type { AnyProjection, RebuildStore, Target } from '../runtime/read-store.ts';
import { compareTables } from './compare-tables.ts';
import { createClient, inTransaction, locks } from './connections.ts';
import { takeLock } from './read-store.ts';
import { createTableWriter, type Fenced } from './table-writer.ts';
import { createIndexes, dropTable, pointView, type Registered, registerTable } from './tables.ts';

const q = pg.escapeIdentifier;

/** How long a swap waits for readers of the view before it tries again, so that they do not queue behind it. */
const SWAP_LOCK_TIMEOUT = '2s';

const SWAP_TRIES = 10;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const LOCK_NOT_AVAILABLE = '55P03';

/** The unfinished build of this version, or a new one; builds of other versions are dropped. */
const openBuild = (pool: pg.Pool, projection: AnyProjection, restart: boolean): Promise<Fenced> =>
  inTransaction(pool, async (client) => {
    const { rows } = await client.query<Registered>(
      `update projection_tables set fence = fence + 1
       where projection = $1 and state = 'building'
       returning table_name, version, position, fence`,
      [projection.name],
    );
    const unfinished = rows[0];
    if (unfinished && unfinished.version === projection.version && !restart) {
      const { table_name: table, position, fence } = unfinished;
      return { projection, table, position: position ?? 'start', poison: null, fence };
    }
    if (unfinished) await dropTable(client, unfinished.table_name);
    const table = await registerTable(client, projection, 'building');
    return { projection, table, position: 'start', poison: null, fence: 0n };
  });

/** Gives two tables of one projection each other's place; both fences rise, so their writers look again. */
const exchange = async (
  client: pg.ClientBase,
  name: string,
  next: 'building' | 'previous',
): Promise<void> => {
  const { rows } = await client.query<Registered>(
    `select table_name, state from projection_tables where projection = $1 order by table_name for update`,
    [name],
  );
  const tableIn = (state: string): string | undefined =>
    rows.find((row) => row.state === state)?.table_name;
  const chosen = tableIn(next);
  const older = tableIn('previous');
  if (chosen === undefined) throw new Error(`${name} has no ${next} table`);
  if (next === 'building' && older !== undefined) await dropTable(client, older);
  await client.query(
    `update projection_tables
     set fence = fence + 1, updated_at = now(),
         state = case when table_name = $2 then 'live' else 'previous' end
     where projection = $1 and (table_name = $2 or state = 'live')`,
    [name, chosen],
  );
  await pointView(client, name, chosen);
};

type Both = Parameters<Parameters<RebuildStore['atSamePosition']>[2]>[0];

/** One transaction in which the live table stands still: it ends with a swap or without a trace. */
const holdingLive = async <T>(
  url: string,
  log: Log,
  target: Target,
  catchUp: (live: bigint) => Promise<void>,
  then: (both: Both) => Promise<T>,
): Promise<T> => {
  const client = createClient(url);
  client.on('error', (error) => log.warn({ reason: error.message }, 'swap connection broke'));
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`set local lock_timeout = '${SWAP_LOCK_TIMEOUT}'`);
    const { rows } = await client.query<Registered>(
      `select table_name, position from projection_tables
       where projection = $1 and state = 'live' for update`,
      [target.projection.name],
    );
    const live = rows[0];
    if (live?.position != null) await catchUp(live.position);
    const result = await then({
      compare: (limit) =>
        live
          ? compareTables(client, target, live.table_name, live.position, limit)
          : Promise.resolve([]),
      swap: () => exchange(client, target.projection.name, 'building'),
    });
    await client.query('commit');
    return result;
  } finally {
    // Ends the session, and with it a transaction that did not come to its end.
    await client.end().catch(() => {});
  }
};

/** Tables built beside the live ones, and their change of places. */
export const createRebuildStore = (url: string, pool: pg.Pool, log: Log): RebuildStore => ({
  build: async (projections, { restart }) => {
    // One lock for all rebuilds: two at once would only halve each other's speed.
    const impatient = AbortSignal.timeout(1_000);
    const lock = await takeLock(url, [locks.rebuild], impatient);
    if (!lock) throw new Error('another process is rebuilding; wait for it or stop it');
    const targets: Fenced[] = [];
    for (const projection of projections) targets.push(await openBuild(pool, projection, restart));
    return { ...createTableWriter(pool, targets, { announce: false }), close: lock.release };
  },

  livePosition: async (name) => {
    const { rows } = await pool.query<{ position: bigint | null }>(
      `select position from projection_tables where projection = $1 and state = 'live'`,
      [name],
    );
    return rows[0]?.position ?? 'start';
  },

  index: async ({ table, projection }) => {
    await createIndexes(pool, table, projection);
    await pool.query(`analyze ${q(table)}`);
  },

  atSamePosition: async (target, catchUp, then) => {
    for (let tries = 1; ; tries++)
      try {
        return await holdingLive(url, log, target, catchUp, then);
      } catch (error) {
        const busy = error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;
        if (!busy || tries === SWAP_TRIES) throw error;
        log.info({ name: target.projection.name, tries }, 'the swap lets a reader finish first');
      }
  },

  discard: async (targets: readonly Target[]) => {
    for (const { table } of targets)
      await inTransaction(pool, (client) => dropTable(client, table));
  },

  rollback: (name) => inTransaction(pool, (client) => exchange(client, name, 'previous')),
});
