import { type ChildProcess, spawn } from 'node:child_process';
import { chown, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Account, accountForPostgres } from './postgres/account.ts';
import { type Binaries, findBinaries } from './postgres/binaries.ts';
import { type Home, homeFor, passwordIn } from './postgres/home.ts';
import { clearLeftover } from './postgres/leftover.ts';

/** What a cluster needs to start. */
export type PostgresOptions = {
  /** Where the cluster lives; made at first start. */
  readonly dataDir: string;
  /** Must be free. */
  readonly port: number;
  readonly host?: string;
  /** Further settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes what the server writes to its log. */
  readonly onLog?: (text: string) => void;
};

/** A running PostgreSQL. */
export type Postgres = {
  readonly port: number;
  /** `postgres://…` with user, password and database `orders`. */
  readonly url: string;
  /** Fast shutdown: connections are cut, everything committed is kept. */
  readonly stop: () => Promise<void>;
  /** Settles when the server ends, by itself or by `stop`. */
  readonly ended: Promise<void>;
};

const user = 'orders';
const database = 'orders';

const clusterIn = (home: Home): string => join(home.folder, 'cluster');

type Cluster = {
  readonly folder: string;
  readonly password: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
};

const run = (program: string, args: readonly string[], account: Account | undefined) =>
  spawn(program, args, {
    ...account,
    cwd: '/',
    // A fixed locale: the server's messages are read below.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const collect = (child: ChildProcess): (() => string) => {
  let text = '';
  const take = (chunk: unknown) => {
    text = (text + String(chunk)).slice(-8_000);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return () => text;
};

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Makes the cluster under another name first: a start that is cut off leaves none that is half made. */
const makeCluster = async (
  { folder, password, account, binaries }: Cluster,
  home: string,
): Promise<void> => {
  const draft = join(home, 'cluster.draft');
  const passwordFile = join(home, 'password.draft');
  await rm(draft, { recursive: true, force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  const child = run(
    binaries.initdb,
    [
      `--pgdata=${draft}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    account,
  );
  const output = collect(child);
  const code = await exitOf(child);
  await rm(passwordFile, { force: true });
  if (code !== 0) throw new Error(`initdb failed (${code}):\n${output()}`);
  await rename(draft, folder);
};

const ready = 'database system is ready to accept connections';

const untilReady = (child: ChildProcess, output: () => string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`PostgreSQL ended at its start (${code}):\n${output()}`)),
    );
    let seen = '';
    child.stderr?.on('data', (chunk) => {
      seen = (seen + String(chunk)).slice(-2 * ready.length - 200);
      if (seen.includes(ready)) resolve();
    });
  });

const makeDatabase = async (maintenanceUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      database,
    ]);
    if (rowCount === 0) await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
};

/**
 * Shuts down the server of an earlier run that was killed together with its keeper, and frees its port.
 */
export const clearLeftoverPostgres = async (dataDir: string): Promise<void> => {
  const home = await homeFor(dataDir, await accountForPostgres());
  await clearLeftover(clusterIn(home));
};

/**
 * Starts the PostgreSQL that came with npm on a durable cluster of its own, listening on loopback only.
 * The cluster is made at first start. Root runs it under the account `postgres`.
 *
 * @throws Error with the server's last words when it does not start
 */
export const startPostgres = async (options: PostgresOptions): Promise<Postgres> => {
  const { dataDir, port, host = '127.0.0.1', settings = {}, onLog } = options;
  const account = await accountForPostgres();
  const home = await homeFor(dataDir, account);
  const [binaries, password] = await Promise.all([
    findBinaries(account, home.shelf),
    passwordIn(dataDir),
  ]);
  const folder = clusterIn(home);
  const isNew = !(await exists(folder));
  if (isNew) await makeCluster({ folder, password, account, binaries }, home.folder);
  else await clearLeftover(folder);

  const all = { listen_addresses: host, unix_socket_directories: '', jit: 'off', ...settings };
  const child = run(
    binaries.postgres,
    [
      '-D',
      folder,
      '-p',
      String(port),
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    account,
  );
  const output = collect(child);
  if (onLog) child.stderr?.on('data', (chunk) => onLog(String(chunk)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
  };
  const urlOf = (name: string) => `postgres://${user}:${password}@${host}:${port}/${name}`;
  await untilReady(child, output);
  try {
    await makeDatabase(urlOf('postgres'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, url: urlOf(database), stop, ended };
};
