import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clearLeftoverPostgres, type Postgres, startPostgres } from '../../../embedded/postgres.ts';
import { freePort } from '../../support/processes/free-port.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const query = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the embedded PostgreSQL', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let running: Postgres | undefined;
  const start = async () => {
    running = await startPostgres({ dataDir: folder.path, port: await freePort() });
    return running;
  };

  // One cluster for all: to make one takes longer than all that is asked of it here.
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });
  afterAll(() => folder.remove());

  test('keeps what was committed over a restart, for those who know the password', async () => {
    const first = await start();
    await query(first.url, "create table kept_over_a_restart as select 'kept' as text");
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'select text from kept_over_a_restart')).toEqual([
      { text: 'kept' },
    ]);
    const wrong = new URL(second.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    const { mode } = await stat(join(folder.path, 'postgres-password'));
    expect(mode & 0o777).toBe(0o600);
  });

  test('is shut down and started afresh when it outlived those who started it', async () => {
    const orphan = await start();
    await query(orphan.url, "create table kept_by_an_orphan as select 'kept' as text");
    const again = await start();
    await orphan.ended;
    expect(await query(again.url, 'select text from kept_by_an_orphan')).toEqual([
      { text: 'kept' },
    ]);
  });

  test('frees its port when what is left of it is cleared', async () => {
    const orphan = await start();
    await clearLeftoverPostgres(folder.path);
    await orphan.ended;
    running = await startPostgres({ dataDir: folder.path, port: orphan.port });
    expect(running.port).toBe(orphan.port);
  });

  test('starts though another program has the number of a server that crashed', async () => {
    const first = await start();
    await first.stop();
    await writeFile(
      join(folder.path, 'postgres', 'cluster', 'postmaster.pid'),
      `${process.pid}\n/elsewhere\n`,
    );
    const second = await start();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(alive(process.pid)).toBe(true);
  });

  test('says why it does not start', async () => {
    const somebody = createServer().listen(0, '127.0.0.1');
    await once(somebody, 'listening');
    const { port } = somebody.address() as AddressInfo;
    await expect(startPostgres({ dataDir: folder.path, port })).rejects.toThrow(
      'could not bind IPv4 address "127.0.0.1": Address already in use',
    );
    somebody.close();
  });
});
