import pg from 'pg';
import {
  type Commit,
  FencedError,
  RejectedRowsError,
  type StoredRow,
  type TableWriter,
  type Target,
} from '../runtime/read-store.ts';
import { inTransaction } from './connections.ts';
import { writeRows } from './write-rows.ts';

const q = pg.escapeIdentifier;

/** Wakes everybody who waits for the read side: payload is the position reached. */
export const READ_SIDE_CHANNEL = 'order_feed';

/** A target, and the number that proves that we are still its one writer. */
export type Fenced = Target & { readonly fence: bigint };

/**
 * Moves the checkpoints, refusing when a fence has been raised. First in the transaction: the row locks taken here make
 * a swap wait for this commit, or this commit find out about the swap.
 */
const moveCheckpoints = async (
  client: pg.ClientBase,
  targets: ReadonlyMap<string, Fenced>,
  commit: Commit,
): Promise<void> => {
  const entries = commit.positions.map(({ table, position }) => ({
    table_name: table,
    position: String(position),
    fence: String(targets.get(table)?.fence ?? -1n),
    last_event_at: commit.lastEventAt,
  }));
  const { rows } = await client.query<{ table_name: string }>({
    name: 'move checkpoints',
    text: `update projection_tables t
     set position = x.position, poison = null, updated_at = now(),
         last_event_at = coalesce(x.last_event_at, t.last_event_at)
     from json_to_recordset($1::json)
       as x(table_name text, position bigint, fence bigint, last_event_at timestamptz)
     where t.table_name = x.table_name and t.fence = x.fence
     returning t.table_name`,
    values: [JSON.stringify(entries)],
  });
  if (rows.length === entries.length) return;
  const moved = new Set(rows.map((row) => row.table_name));
  throw new FencedError(entries.find((entry) => !moved.has(entry.table_name))?.table_name ?? '');
};

const markPoisoned = async (
  client: pg.ClientBase,
  targets: ReadonlyMap<string, Fenced>,
  commit: Commit,
): Promise<void> => {
  for (const { table, poison } of commit.poisoned)
    await client.query(
      `update projection_tables set poison = $3, updated_at = now() where table_name = $1 and fence = $2`,
      [
        table,
        targets.get(table)?.fence ?? -1n,
        JSON.stringify(poison, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      ],
    );
};

/** Classes 22 (data exception), 23 (constraint) and 54 (program limit): https://www.postgresql.org/docs/current/errcodes-appendix.html */
const isAboutData = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && /^(22|23|54)/.test(error.code ?? '');

/**
 * Told is how far all live tables are, not only those written now: one that was just swapped in may still be behind.
 * A poisoned one does not count, it would hold everybody back.
 */
const announce = async (client: pg.ClientBase): Promise<void> => {
  await client.query({
    name: 'announce',
    text: `select pg_notify($1, coalesce(min(coalesce(position, -1)), -1)::text)
     from projection_tables where state = 'live' and poison is null`,
    values: [READ_SIDE_CHANNEL],
  });
};

/** Writes batches into `targets`, each commit one transaction; `announce` tells the readers about it. */
export const createTableWriter = (
  pool: pg.Pool,
  targets: readonly Fenced[],
  options: { readonly announce: boolean },
): TableWriter => {
  const byTable = new Map(targets.map((target) => [target.table, target]));
  return {
    targets,
    rows: async (table, keys) => {
      const { rows } = await pool.query<{ key: string } & StoredRow>(
        `select key, row, position from ${q(table)} where key = any($1)`,
        [keys],
      );
      return new Map(rows.map(({ key, row, position }) => [key, { row, position }]));
    },
    commit: (commit) =>
      inTransaction(pool, async (client) => {
        if (commit.positions.length > 0) await moveCheckpoints(client, byTable, commit);
        for (const { table, rows } of commit.changes) {
          const target = byTable.get(table);
          if (!target) throw new FencedError(table);
          await writeRows(client, table, target.projection, rows).catch((error: unknown) => {
            throw isAboutData(error) ? new RejectedRowsError(table, error) : error;
          });
        }
        await markPoisoned(client, byTable, commit);
        if (options.announce) await announce(client);
      }),
  };
};
