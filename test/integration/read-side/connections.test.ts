import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPool, inTransaction } from '../../../src/postgres/connections.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog } from '../../support/observing.ts';

let database: TestDatabase;
let pool: pg.Pool;
let operator: pg.Client;

beforeEach(async () => {
  database = await createDatabase('connections');
  pool = createPool(database.url, 1, recordingLog().log);
  operator = new pg.Client({ connectionString: database.url });
  await operator.connect();
});
afterEach(async () => {
  await operator.end();
  await pool.end();
  await database.drop();
});

const backendOf = async (client: Pick<pg.ClientBase, 'query'>): Promise<number> => {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
};

// Without somebody to hear it, the error of a connection that breaks between two queries would end the process.
test('a connection that breaks between two queries of a transaction fails that transaction alone', async () => {
  let lost = 0;
  const broken = inTransaction(pool, async (client) => {
    lost = await backendOf(client);
    await operator.query('select pg_terminate_backend($1)', [lost]);
    await eventually('the backend is gone', async () => {
      const { rowCount } = await operator.query('select from pg_stat_activity where pid = $1', [
        lost,
      ]);
      return rowCount === 0;
    });
    await client.query('select 1');
  });
  await expect(broken).rejects.toThrow();
  expect(await backendOf(pool)).not.toBe(lost);
});
