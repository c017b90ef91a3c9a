import pg from 'pg';
import type { Difference, Target } from '../runtime/read-store.ts';
import { columnsOf } from './tables.ts';

const q = pg.escapeIdentifier;

type Compared = {
  readonly key: string;
  readonly live: unknown;
  readonly rebuilt: unknown;
  readonly in_live: boolean;
  readonly in_rebuilt: boolean;
};

/**
 * Rows that the live table and the rebuilt one do not agree on: column by column, and the JSON by its meaning.
 * @param upTo where the live table stands; rows that either side has already taken further are left out
 */
export const compareTables = async (
  client: pg.ClientBase,
  rebuilt: Target,
  liveTable: string,
  upTo: bigint | null,
  limit: number,
): Promise<readonly Difference[]> => {
  const unlike = columnsOf(rebuilt.projection)
    .filter(({ name }) => name !== 'key')
    .map(({ name, type }) => {
      const cast = type === 'json' ? '::jsonb' : '';
      return `l.${q(name)}${cast} is distinct from r.${q(name)}${cast}`;
    });
  const { rows } = await client.query<Compared>(
    `select coalesce(l.key, r.key) as key, l.row as live, r.row as rebuilt,
            l.key is not null as in_live, r.key is not null as in_rebuilt
     from ${q(liveTable)} l full join ${q(rebuilt.table)} r on r.key = l.key
     where (l.key is null or r.key is null or ${unlike.join(' or ')})
       and coalesce(l.position, 0) <= $1 and coalesce(r.position, 0) <= $1
     order by 1 limit $2`,
    [upTo ?? 0n, limit],
  );
  return rows.map(({ key, live, rebuilt: row, in_live, in_rebuilt }) => ({
    projection: rebuilt.projection.name,
    key,
    kind: !in_live ? 'missing' : !in_rebuilt ? 'unexpected' : 'different',
    live,
    rebuilt: row,
  }));
};
