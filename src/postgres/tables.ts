import pg from 'pg';
import type { AnyProjection } from '../runtime/read-store.ts';

type Queryable = Pick<pg.ClientBase, 'query'>;

const q = pg.escapeIdentifier;

/** What the registry knows of one table. */
export type Registered = {
  readonly table_name: string;
  readonly projection: string;
  readonly version: number;
  readonly state: 'live' | 'building' | 'previous';
  readonly position: bigint | null;
  readonly fence: bigint;
};

export type ColumnType = 'text' | 'bigint' | 'timestamptz' | 'integer' | 'boolean' | 'json';

/** Every column of a projection's table, in one fixed order. */
export const columnsOf = (
  projection: AnyProjection,
): readonly { readonly name: string; readonly type: ColumnType }[] => [
  { name: 'key', type: 'text' },
  ...Object.entries(projection.columns).map(([name, { type }]) => ({ name, type })),
  // json, not jsonb: rows are read and written whole, and storing the text as it came costs less than half (measured:
  // COPY of 1 KB rows 88k/s against 38k/s).
  { name: 'row', type: 'json' },
  { name: 'position', type: 'bigint' },
];

/** Room in the pages, so that an update can stay in its page and leave the indexes alone. */
const FILL_FACTOR = 80;

export const createTable = async (
  client: Queryable,
  table: string,
  projection: AnyProjection,
): Promise<void> => {
  const columns = columnsOf(projection).map(({ name, type }) => {
    const required = name === 'key' ? ' primary key' : '';
    return `${q(name)} ${type}${required || (name in projection.columns ? '' : ' not null')}`;
  });
  await client.query(
    `create table ${q(table)} (${columns.join(', ')}) with (fillfactor = ${FILL_FACTOR})`,
  );
};

/** The indexes besides the primary key; a list may say `name desc`. */
export const createIndexes = async (
  client: Queryable,
  table: string,
  projection: AnyProjection,
): Promise<void> => {
  for (const [number, columns] of projection.indexes.entries()) {
    const list = columns.map((column) => {
      const [name = '', direction] = column.split(' ');
      return direction === 'desc' ? `${q(name)} desc` : q(name);
    });
    const name = q(`${table}_by_${number + 1}`);
    await client.query(`create index if not exists ${name} on ${q(table)} (${list.join(', ')})`);
  }
};

/** Reads go through a view of the projection's name, so that a swap is one small statement. */
export const pointView = async (
  client: Queryable,
  projection: string,
  table: string,
): Promise<void> => {
  await client.query(`drop view if exists ${q(projection)}`);
  await client.query(`create view ${q(projection)} as select * from ${q(table)}`);
};

/** Enters a new table of `projection` into the registry and makes it, without secondary indexes. */
export const registerTable = async (
  client: Queryable,
  projection: AnyProjection,
  state: Registered['state'],
): Promise<string> => {
  const { rows } = await client.query<{ next: number }>(
    `select coalesce(max(generation), 0) + 1 as next from projection_tables where projection = $1`,
    [projection.name],
  );
  const generation = rows[0]?.next ?? 1;
  const table = `${projection.name}_v${projection.version}_${generation}`;
  await client.query(
    `insert into projection_tables (table_name, projection, version, generation, state)
     values ($1, $2, $3, $4, $5)`,
    [table, projection.name, projection.version, generation, state],
  );
  await createTable(client, table, projection);
  return table;
};

export const createLiveTable = async (
  client: Queryable,
  projection: AnyProjection,
): Promise<void> => {
  const table = await registerTable(client, projection, 'live');
  await createIndexes(client, table, projection);
  await pointView(client, projection.name, table);
};

/** Forgets a table and drops it. */
export const dropTable = async (client: Queryable, table: string): Promise<void> => {
  await client.query(`delete from projection_tables where table_name = $1`, [table]);
  await client.query(`drop table if exists ${q(table)}`);
};
