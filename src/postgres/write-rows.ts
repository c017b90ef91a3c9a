import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { AnyProjection, RowChange } from '../runtime/read-store.ts';
import { columnsOf } from './tables.ts';

const q = pg.escapeIdentifier;

/** From here on COPY beats an insert of many rows. */
const COPY_FROM_ROWS = 200;

type Cell = string | number | bigint | boolean | null;

/**
 * JSON that Postgres can take apart: it has no character for NUL nor for half a surrogate pair, which
 * JSON.stringify leaves as escapes. They become U+FFFD; a doubled backslash before `u` is not an escape.
 */
const storableJson = (value: unknown): string =>
  JSON.stringify(value).replace(/(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, (_, backslash) =>
    backslash === undefined ? '\\ufffd' : '\\\\',
  );

const cellsOf = (projection: AnyProjection, change: RowChange): Cell[] => [
  change.key,
  ...Object.values(projection.columns).map((column): Cell => column.of(change.row)),
  storableJson(change.row),
  change.position,
];

// The text format of COPY: https://www.postgresql.org/docs/current/sql-copy.html
const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\ufffd',
};
const escapeText = (text: string): string =>
  text.replace(/[\\\t\n\r\0]/g, (character) => ESCAPED[character] ?? character);

const copyLine = (cells: readonly Cell[]): string =>
  `${cells.map((cell) => (cell === null ? '\\N' : escapeText(String(cell)))).join('\t')}\n`;

function* copyChunks(projection: AnyProjection, rows: readonly RowChange[]): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += copyLine(cellsOf(projection, row));
    if (chunk.length > 64 * 1024) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

const copy = async (
  client: pg.ClientBase,
  table: string,
  projection: AnyProjection,
  rows: readonly RowChange[],
): Promise<void> => {
  const names = columnsOf(projection).map(({ name }) => q(name));
  const sink = client.query(copyFrom(`copy ${q(table)} (${names.join(', ')}) from stdin`));
  await pipeline(Readable.from(copyChunks(projection, rows)), sink);
};

/** One statement for any number of rows: their columns travel as one JSON array. */
const upsert = async (
  client: pg.ClientBase,
  table: string,
  projection: AnyProjection,
  rows: readonly RowChange[],
): Promise<void> => {
  const columns = columnsOf(projection);
  const names = columns.map(({ name }) => q(name)).join(', ');
  const shape = columns.map(({ name, type }) => `${q(name)} ${type}`).join(', ');
  const updates = columns
    .filter(({ name }) => name !== 'key')
    .map(({ name }) => `${q(name)} = excluded.${q(name)}`);
  const values = rows.map((change) => ({
    key: change.key,
    ...Object.fromEntries(
      Object.entries(projection.columns).map(([name, column]) => {
        const cell = column.of(change.row);
        return [name, typeof cell === 'bigint' ? String(cell) : cell];
      }),
    ),
    row: change.row,
    position: String(change.position),
  }));
  await client.query({
    // Parsed once a connection: at rest the batches are small, and parsing is most of what they cost the database.
    name: `upsert ${table}`,
    text: `insert into ${q(table)} as t (${names})
     select ${names} from json_to_recordset($1::json) as x(${shape})
     on conflict (key) do update set ${updates.join(', ')}`,
    values: [storableJson(values)],
  });
};

/** Writes what became of rows: new ones by COPY when they are many, the others in one statement. */
export const writeRows = async (
  client: pg.ClientBase,
  table: string,
  projection: AnyProjection,
  changes: readonly RowChange[],
): Promise<void> => {
  const gone = changes.filter(({ row, exists }) => row === undefined && exists);
  if (gone.length > 0)
    await client.query(`delete from ${q(table)} where key = any($1)`, [gone.map(({ key }) => key)]);
  const kept = changes.filter(({ row }) => row !== undefined);
  const fresh = kept.filter(({ exists }) => !exists);
  const copied = fresh.length >= COPY_FROM_ROWS ? fresh : [];
  if (copied.length > 0) await copy(client, table, projection, copied);
  const others = copied.length > 0 ? kept.filter(({ exists }) => exists) : kept;
  if (others.length > 0) await upsert(client, table, projection, others);
};
