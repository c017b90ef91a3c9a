import pg from 'pg';
import type { Log } from '../runtime/ports.ts';
import { ReadSideFailure } from '../runtime/read-ports.ts';
import { isAway } from './while-away.ts';

/** bigint columns are log positions and counts: exact as BigInt. Times stay the text that Postgres prints. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === pg.types.builtins.INT8) return (text: string) => BigInt(text);
    if (oid === pg.types.builtins.TIMESTAMPTZ) return isoOf;
    return format === 'binary'
      ? pg.types.getTypeParser(oid, 'binary')
      : pg.types.getTypeParser(oid, 'text');
  },
};

const isoOf = (text: string): string => new Date(text).toISOString();

const settings = (url: string): pg.ClientConfig => ({
  connectionString: url,
  types: types as pg.CustomTypesConfig,
  application_name: 'order-service',
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
});

/**
 * Connections for short work. A broken idle one is replaced, and only logged. While the database is away a query fails with
 * ReadSideFailure.
 */
export const createPool = (url: string, size: number, log: Log): pg.Pool => {
  const pool = new pg.Pool({ ...settings(url), max: size, idleTimeoutMillis: 30_000 });
  pool.on('error', (error) => {
    // A connection that is being closed may still hear of the server's own end.
    if (!pool.ending) log.warn({ reason: error.message }, 'a database connection broke');
  });
  // One that is lent out has no other listener between two queries, and an error that nobody hears ends the process.
  // Whoever holds it learns of the break from his next query.
  pool.on('connect', (client) => client.on('error', () => {}));
  const query = pool.query.bind(pool) as (...args: readonly unknown[]) => Promise<unknown>;
  const telling = (...args: readonly unknown[]): Promise<unknown> =>
    query(...args).catch((error: unknown) => {
      throw isAway(error) ? new ReadSideFailure(error) : error;
    });
  return Object.assign(pool, { query: telling as typeof pool.query });
};

/** A connection of one's own, for locks and LISTEN, which live as long as it does. */
export const createClient = (url: string): pg.Client => new pg.Client(settings(url));

/** Runs `work` in one transaction; any error undoes all of it. */
export const inTransaction = async <T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // A connection that cannot even roll back is not worth keeping.
    const broken = await client.query('rollback').then(
      () => false,
      () => true,
    );
    client.release(broken);
    throw error;
  }
};

/** Numbers of the advisory locks, arbitrary but fixed: all processes on one database must agree. */
export const locks = { migration: 770_001, projector: 770_002, rebuild: 770_003 } as const;
