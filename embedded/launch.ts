import { join } from 'node:path';
import {
  type Config,
  type Environment,
  loadConfig,
  type Settings,
} from '../src/platform/config.ts';
import type { Logger } from '../src/platform/logger.ts';
import { connect, noteConnections, readConnections, sandboxTossKey } from './launch/connections.ts';
import { holderOf, jwtSecretIn, lockDataDirectory } from './launch/data-directory.ts';
import { createPartStarter, type PartProgram } from './launch/part-starter.ts';
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

const eventStore = ({ dataDir, ports }: Settings): PartProgram => ({
  name: 'event store',
  module: '../eventstore/main',
  data: join(dataDir, 'eventstore'),
  port: ports.eventStore,
  portVariable: 'EVENTSTORE_PORT',
});

const postgres = ({ dataDir, ports }: Settings): PartProgram => ({
  name: 'PostgreSQL',
  module: '../postgres/main',
  data: dataDir,
  port: ports.database,
  portVariable: 'DATABASE_PORT',
  clear: () => clearLeftoverPostgres(dataDir),
});

const sandbox = ({ dataDir, ports, auth }: Settings, jwtSecret: string): PartProgram => ({
  name: 'sandbox',
  module: '../../sandbox/main',
  data: join(dataDir, 'sandbox'),
  port: ports.sandbox,
  portVariable: 'SANDBOX_PORT',
  env: {
    JWT_SECRET: jwtSecret,
    JWT_ISSUER: auth.issuer,
    JWT_AUDIENCE: auth.audience,
    TOSS_SECRET_KEY: sandboxTossKey,
  },
});

const needsSandbox = ({ participants, toss }: Settings): boolean =>
  [participants.productUrl, participants.couponUrl, participants.memberUrl, toss.url].includes(
    undefined,
  );

/** Waits for all before it fails: what has started must be known before it can be stopped. */
const allOf = async <T extends readonly unknown[]>(
  work: {
    readonly [Key in keyof T]: T[Key] | PromiseLike<T[Key]>;
  },
): Promise<T> => {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as unknown as T;
};

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
  const { dataDir, http, ports } = settings;
  const unlock = await lockDataDirectory(dataDir);
  const parts = createPartStarter({ dataDir, environment, logger });
  const stop = async () => {
    await parts.stop();
    await unlock();
  };
  try {
    const secret = await jwtSecretIn(dataDir);
    const tokenKey = settings.auth.key ?? { kind: 'secret', secret };
    const httpPort = await parts.choosePort('the API', ports.http, 'PORT', http.host);
    const [eventStoreUrl, databaseUrl, sandboxUrl] = await allOf<
      [string, string, string | undefined]
    >([
      settings.eventStore.url ?? parts.start(eventStore(settings)),
      settings.database.url ?? parts.start(postgres(settings)),
      needsSandbox(settings)
        ? parts.start(sandbox(settings, tokenKey.kind === 'secret' ? tokenKey.secret : secret))
        : undefined,
    ]);
    const config = connect(settings, {
      eventStoreUrl,
      databaseUrl,
      sandboxUrl,
      tokenKey,
      httpPort: ports.http.port === 0 ? 0 : httpPort,
    });
    await noteConnections(config);
    return { config, sandboxUrl, movedPorts: parts.movedPorts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/**
 * Reaches what the service runs on without being the service: the parts of the one that runs on the data directory, or
 * parts started for as long as they are needed.
 *
 * @throws what `launch` throws
 */
export const attach = async (
  settings: Settings,
  environment: Environment,
  logger: Logger,
): Promise<Pick<Launched, 'config' | 'stop'>> => {
  if ((await holderOf(settings.dataDir)) === undefined)
    return launch(settings, environment, logger);
  const connections = await readConnections(settings.dataDir);
  return { config: loadConfig({ ...connections, ...environment }), stop: async () => {} };
};
