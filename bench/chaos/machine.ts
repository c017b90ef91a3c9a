import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startVictim, type Victim } from './victim.ts';

/** Everything that an order needs, each in a process of its own. */
export type Machine = {
  readonly apiUrl: string;
  readonly sandboxUrl: string;
  readonly victims: readonly [Victim, Victim, Victim, Victim];
  /** What the service was started with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
};

const built = (path: string): string =>
  fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

/** Minutes of waiting become seconds: the same paths, a bounded run. */
const shortTimers = {
  PAYMENT_DEADLINE_MS: '40000',
  SAGA_DEADLINE_MS: '60000',
  PARTICIPANT_TIMEOUT_MS: '1500',
  TOSS_TIMEOUT_MS: '3000',
  TOSS_CONNECT_TIMEOUT_MS: '1000',
  COMPENSATION_BACKOFF_CAP_MS: '3000',
  RESOLVER_SCHEDULE_MS: '500,1000,2000',
};

/** Starts event store, PostgreSQL, sandbox and service, all from `dist`, with their data and logs in `dataDir`. */
export const startMachine = async (dataDir: string): Promise<Machine> => {
  await mkdir(dataDir, { recursive: true });
  const [storePort, databasePort, sandboxPort, apiPort] = await Promise.all(
    Array.from({ length: 4 }, freePort),
  );
  const jwt = { JWT_SECRET: 'a secret of the chaos run, long enough for HS256' };
  const part = (
    name: string,
    module: string,
    port: number | undefined,
    killsItsChild = false,
  ): Promise<Victim> =>
    startVictim({
      name,
      module: built(module),
      args: ['--port', String(port), '--data-dir', join(dataDir, name)],
      env: { ...process.env, ...jwt },
      logFile: join(dataDir, `${name}.log`),
      killsItsChild,
    });
  const parts = await Promise.all([
    part('eventstore', 'embedded/eventstore/main.js', storePort),
    part('postgres', 'embedded/postgres/main.js', databasePort, true),
    part('sandbox', 'sandbox/main.js', sandboxPort),
  ]);
  const [store, database, sandbox] = parts;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const environment = {
    ...jwt,
    ...shortTimers,
    PORT: String(apiPort),
    EVENTSTORE_URL: `esdb://127.0.0.1:${storePort}?tls=false`,
    DATABASE_URL: database.url,
    PRODUCT_SERVICE_URL: `${sandbox.url}/product`,
    COUPON_SERVICE_URL: `${sandbox.url}/coupon`,
    MEMBER_SERVICE_URL: `${sandbox.url}/member`,
    TOSS_API_URL: `${sandbox.url}/toss`,
    TOSS_SECRET_KEY: 'test_sk_sandbox',
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'warn',
  };
  const service = await startVictim({
    name: 'service',
    module: built('src/main.js'),
    args: [],
    env: { PATH: process.env.PATH, ...environment },
    logFile: join(dataDir, 'service.log'),
    untilReady: (signal) => untilAnswers(`${apiUrl}/health/live`, signal),
  });
  return {
    apiUrl,
    sandboxUrl: sandbox.url,
    victims: [service, store, database, sandbox],
    environment,
    stop: async () => {
      await service.stop();
      await Promise.all(parts.map((victim) => victim.stop()));
    },
  };
};

const POLL_MS = 50;

const untilAnswers = async (url: string, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const answered = await fetch(url, { signal }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
    if (answered) return;
    await setTimeout(POLL_MS);
  }
};
