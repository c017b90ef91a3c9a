import type pg from 'pg';
import type { OnceOnly, ProjectionStatus, ProjectionStatuses } from '../runtime/read-ports.ts';
import type { Poison } from '../runtime/read-store.ts';

type Listed = {
  readonly projection: string;
  readonly version: number;
  readonly table_name: string;
  readonly state: ProjectionStatus['state'];
  readonly position: bigint | null;
  readonly last_event_at: string | null;
  readonly updated_at: string;
  readonly poison: { [Key in keyof Poison]: string } | null;
  readonly rows: number;
};

/** What `projections list` shows; row counts are the planner's estimates, which cost nothing. */
export const createProjectionStatuses = (pool: pg.Pool): ProjectionStatuses => ({
  list: async () => {
    const { rows } = await pool.query<Listed>(
      `select t.projection, t.version, t.table_name, t.state, t.position, t.last_event_at,
              t.updated_at, t.poison, greatest(c.reltuples, 0)::float8 as rows
       from projection_tables t
       left join pg_class c on c.oid = to_regclass(quote_ident(t.table_name))
       order by t.projection, t.generation`,
    );
    return rows.map((row) => ({
      name: row.projection,
      version: row.version,
      table: row.table_name,
      state: row.state,
      position: row.position,
      lastEventAt: row.last_event_at,
      updatedAt: row.updated_at,
      rows: row.rows,
      poison: row.poison && {
        ...row.poison,
        revision: BigInt(row.poison.revision),
        position: BigInt(row.poison.position),
      },
    }));
  },
});

/** Claims are rows with an end; what has ended is swept now and then. */
export const createOnceOnly = (pool: pg.Pool): OnceOnly => {
  let claims = 0;
  return {
    claim: async (kind, id, expiresAt) => {
      claims += 1;
      if (claims % 100 === 0) await pool.query('delete from once_only where expires_at < now()');
      const { rowCount } = await pool.query(
        'insert into once_only (kind, id, expires_at) values ($1, $2, $3) on conflict do nothing',
        [kind, id, expiresAt],
      );
      return rowCount === 1;
    },
  };
};
