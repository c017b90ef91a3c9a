import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Config,
  completeSettings,
  type Environment,
  type PortChoice,
  type Settings,
} from '../src/platform/config.ts';
import type { Logger } from '../src/platform/logger.ts';
import { type ChildPart, type ChildProgram, startChildPart } from './launch/child-part.ts';
import { jwtSecretIn, lockDataDirectory } from './launch/data-directory.ts';
import { clearLeftoverChild } from './launch/leftover-child.ts';
import { createPortChooser } from './launch/ports.ts';
import { clearLeftoverPostgres } from './postgres.ts';

/** What the service runs on, and how it can be reached. */
export type Launched = {
  readonly config: Config;
  /** The sandbox's address, when it was started. */
  readonly sandboxUrl: string | undefined;
  /** Default ports that were taken, and what was chosen instead, as sentences. */
  readonly movedPorts: readonly string[];
  /** Stops what was started and gives the data directory back. */
  readonly stop: () => Promise<void>;
};

// The embedded parts have no protection of their own; nobody but this machine may reach them.
const loopback = '127.0.0.1';
const sandboxTossKey = 'test_sk_sandbox';

const needsSandbox = ({ participants, toss }: Settings): boolean =>
  [participants.productUrl, participants.couponUrl, participants.memberUrl, toss.url].includes(
    undefined,
  );

/**
 * Starts what the settings leave open: event store, PostgreSQL, sandbox, token key; each durable in the data directory.
 *
 * @param environment handed on to the children
 * @throws DataDirectoryBusyError, PortBusyError, ConfigError, or Error with the last words of a part that did not start
 */
export const launch = async (
  settings: Settings,
  environment: Environment,
  logger: Logger,
): Promise<Launched> => {
  const { dataDir, ports } = settings;
  const unlock = await lockDataDirectory(dataDir);
  const started: ChildPart[] = [];
  const movedPorts: string[] = [];
  const choosePort = createPortChooser(loopback);

  const stop = async () => {
    await Promise.all(started.map((part) => part.stop()));
    await unlock();
  };

  const portFor = async (name: string, variable: string, choice: PortChoice): Promise<number> => {
    const port = await choosePort({ ...choice, variable });
    if (choice.port !== 0 && port !== choice.port)
      movedPorts.push(`port ${choice.port} is busy; ${name} uses ${port} instead (${variable})`);
    return port;
  };

  const startPart = async (
    program: Omit<ChildProgram, 'args' | 'env'> & {
      readonly data: string;
      /** Clears what may be left of an earlier run besides its child. */
      readonly clear?: () => Promise<void>;
    },
    variable: string,
    choice: PortChoice,
    env: Environment = {},
  ): Promise<string> => {
    const { name, module, data, clear } = program;
    const fileName = name.replaceAll(' ', '-').toLowerCase();
    const files = {
      log: join(dataDir, 'log', `${fileName}.log`),
      pid: join(dataDir, 'run', `${fileName}.pid`),
    };
    await clearLeftoverChild(files.pid);
    await clear?.();
    const port = await portFor(name, variable, choice);
    const args = ['--port', String(port), '--host', loopback, '--data-dir', data];
    const part = await startChildPart(
      { name, module, args, env: { ...environment, ...env } },
      files,
      logger,
    );
    started.push(part);
    return part.url;
  };

  const startSandbox = (jwtSecret: string | undefined): Promise<string> =>
    startPart(
      { name: 'sandbox', module: '../../sandbox/main', data: join(dataDir, 'sandbox') },
      'SANDBOX_PORT',
      ports.sandbox,
      {
        JWT_SECRET: jwtSecret,
        JWT_ISSUER: settings.auth.issuer,
        JWT_AUDIENCE: settings.auth.audience,
        TOSS_SECRET_KEY: sandboxTossKey,
      },
    );

  try {
    await mkdir(join(dataDir, 'run'), { recursive: true });
    const key = settings.auth.key ?? {
      kind: 'secret' as const,
      secret: await jwtSecretIn(dataDir),
    };
    const httpPort = await (async () => {
      const choose = createPortChooser(settings.http.host);
      const port = await choose({ ...ports.http, variable: 'PORT' });
      if (ports.http.port !== 0 && port !== ports.http.port)
        movedPorts.push(`port ${ports.http.port} is busy; the API uses ${port} instead (PORT)`);
      return ports.http.port === 0 ? 0 : port;
    })();
    const outcomes = await Promise.allSettled([
      settings.eventStore.url ??
        startPart(
          { name: 'event store', module: '../eventstore/main', data: join(dataDir, 'eventstore') },
          'EVENTSTORE_PORT',
          ports.eventStore,
        ),
      settings.database.url ??
        startPart(
          {
            name: 'PostgreSQL',
            module: '../postgres/main',
            data: dataDir,
            clear: () => clearLeftoverPostgres(dataDir),
          },
          'DATABASE_PORT',
          ports.database,
        ),
      needsSandbox(settings)
        ? startSandbox(key.kind === 'secret' ? key.secret : undefined)
        : undefined,
    ] as const);
    // All are awaited first: whatever has started must be known before it can be stopped.
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    const [eventStoreUrl, databaseUrl, sandboxUrl] = outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : undefined,
    );
    const { participants, toss } = settings;
    const config = completeSettings({
      ...settings,
      http: { ...settings.http, port: httpPort },
      eventStore: { url: eventStoreUrl },
      database: { url: databaseUrl },
      participants: {
        ...participants,
        productUrl: participants.productUrl ?? `${sandboxUrl}/product`,
        couponUrl: participants.couponUrl ?? `${sandboxUrl}/coupon`,
        memberUrl: participants.memberUrl ?? `${sandboxUrl}/member`,
      },
      toss: {
        ...toss,
        url: toss.url ?? `${sandboxUrl}/toss`,
        secretKey: toss.url === undefined ? sandboxTossKey : toss.secretKey,
      },
      auth: { ...settings.auth, key },
    });
    return { config, sandboxUrl, movedPorts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
