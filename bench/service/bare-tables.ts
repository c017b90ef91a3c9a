import pg from 'pg';

/** Rows by column name. */
export type PlainRow = Readonly<Record<string, unknown>> & { readonly key: string };

export type BareTables = {
  /** Writes the rows of each table in one transaction. */
  readonly upsert: (rows: ReadonlyMap<string, readonly PlainRow[]>) => Promise<void>;
  readonly close: () => Promise<void>;
};

const q = pg.escapeIdentifier;

/** Tables like the service's own, indexes included, written to by the shortest SQL there is for it. */
export const bareTables = async (
  databaseUrl: string,
  names: readonly string[],
): Promise<BareTables> => {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const statements = new Map<string, string>();
  for (const name of names) {
    const table = q(`bare_${name}`);
    const { rows } = await client.query<{ readonly table_name: string }>(
      `select table_name from projection_tables where projection = $1 and state = 'live'`,
      [name],
    );
    await client.query(`drop table if exists ${table}`);
    await client.query(
      `create table ${table} (like ${q(rows[0]?.table_name ?? '')} including all)`,
    );
    const columns = await client.query<{ readonly column_name: string }>(
      'select column_name from information_schema.columns where table_name = $1',
      [`bare_${name}`],
    );
    const set = columns.rows
      .map(({ column_name }) => column_name)
      .filter((column) => column !== 'key')
      .map((column) => `${q(column)} = excluded.${q(column)}`);
    statements.set(
      name,
      `insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)
       on conflict (key) do update set ${set.join(', ')}`,
    );
  }
  return {
    upsert: async (rows) => {
      await client.query('begin');
      for (const [name, some] of rows)
        if (some.length > 0) await client.query(statements.get(name) ?? '', [JSON.stringify(some)]);
      await client.query('commit');
    },
    close: () => client.end(),
  };
};
