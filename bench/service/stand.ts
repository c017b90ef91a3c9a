import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { end } from './worker.ts';

/** What the service stands on: event store, PostgreSQL and sandbox, each in a process of its own, on fresh data. */
export type Stand = {
  readonly eventStoreUrl: string;
  readonly sandboxUrl: string;
  /** A new, empty database; its URL. */
  readonly database: () => Promise<string>;
  /** The compiled service on these parts. @returns when it is ready */
  readonly service: (options: ServiceOptions) => Promise<Service>;
  readonly stop: () => Promise<void>;
};

export type ServiceOptions = {
  readonly databaseUrl: string;
  readonly roles?: string;
  readonly env?: Readonly<Record<string, string>>;
};

export type Service = {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
};

/** Signs the tokens of all suites. */
export const jwtSecret = 'a secret of the benchmarks, long enough for HS256';

const READY_WITHIN_MS = 30_000;

const built = (path: string): string =>
  fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/** A port that nobody listens on just now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** `BENCH_PROFILE=dir` has the service write a CPU profile there when it stops. */
const profiling = (): string[] => {
  const dir = process.env.BENCH_PROFILE;
  return dir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${dir}`];
};

const startPart = (
  module: string,
  args: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly url: string }> =>
  new Promise((resolve, reject) => {
    const child = fork(built(module), [...args], {
      env: { PATH: process.env.PATH, JWT_SECRET: jwtSecret },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.once('exit', () => reject(new Error(`${module} ended at its start`)));
    child.on('message', (message) => {
      const { type, url } = message as { readonly type?: string; readonly url?: string };
      if (type === 'ready' && url !== undefined) resolve({ child, url });
    });
  });

/** Waits until `url` answers 200. */
export const untilAnswers = async (
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const signal = AbortSignal.timeout(READY_WITHIN_MS);
  for (;;) {
    const answered = await fetch(url, { signal, headers }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (answered) return;
    signal.throwIfAborted();
    await setTimeout(5);
  }
};

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** Starts the parts. Everything is removed again by `stop`. */
const startStand = async (): Promise<Stand> => {
  const dir = await mkdtemp(join(tmpdir(), 'order-bench-'));
  const part = async (name: string, module: string) =>
    startPart(module, ['--port', String(await freePort()), '--data-dir', join(dir, name)]);
  const parts = await Promise.all([
    part('eventstore', 'embedded/eventstore/main.js'),
    part('postgres', 'embedded/postgres/main.js'),
    part('sandbox', 'sandbox/main.js'),
  ]);
  const [store, postgres, sandbox] = parts;
  const eventStoreUrl = store.url.startsWith('esdb:')
    ? store.url
    : `esdb://${store.url.replace(/^\w+:\/\//, '')}?tls=false`;
  let databases = 0;

  const service = async ({ databaseUrl, roles, env }: ServiceOptions): Promise<Service> => {
    const port = await freePort();
    const child = fork(built('src/main.js'), [], {
      execArgv: profiling(),
      env: {
        PATH: process.env.PATH,
        ...environmentOf({ eventStoreUrl, sandboxUrl: sandbox.url, databaseUrl }),
        PORT: String(port),
        ...(roles === undefined ? {} : { ROLES: roles }),
        ...env,
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const url = `http://127.0.0.1:${port}`;
    await untilAnswers(`${url}/health/ready`);
    return { url, pid: child.pid ?? 0, stop: () => end(child) };
  };

  return {
    eventStoreUrl,
    sandboxUrl: sandbox.url,
    database: () =>
      withClient(postgres.url, async (client) => {
        databases += 1;
        const url = new URL(postgres.url);
        url.pathname = `/bench_${databases}`;
        await client.query(`create database bench_${databases}`);
        return url.href;
      }),
    service,
    stop: async () => {
      await Promise.all(parts.map(({ child }) => end(child)));
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Runs `work` on fresh parts, and stops them whatever happens. */
export const onStand = async (work: (stand: Stand) => Promise<void>): Promise<void> => {
  const stand = await startStand();
  try {
    await work(stand);
  } finally {
    await stand.stop();
  }
};

/** The service's configuration on these parts; nothing is limited that a load generator would run into. */
export const environmentOf = (urls: {
  readonly eventStoreUrl: string;
  readonly sandboxUrl: string;
  readonly databaseUrl: string;
}): Readonly<Record<string, string>> => ({
  EVENTSTORE_URL: urls.eventStoreUrl,
  DATABASE_URL: urls.databaseUrl,
  PRODUCT_SERVICE_URL: `${urls.sandboxUrl}/product`,
  COUPON_SERVICE_URL: `${urls.sandboxUrl}/coupon`,
  MEMBER_SERVICE_URL: `${urls.sandboxUrl}/member`,
  TOSS_API_URL: `${urls.sandboxUrl}/toss`,
  TOSS_SECRET_KEY: 'test_sk_sandbox',
  JWT_SECRET: jwtSecret,
  RATE_LIMIT_PER_MINUTE: '0',
  LOG_LEVEL: 'warn',
});
