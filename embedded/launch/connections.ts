import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Config,
  completeSettings,
  type Environment,
  type Settings,
  type TokenKey,
} from '../../src/platform/config.ts';

/** The key that the sandbox's payment service accepts. */
export const sandboxTossKey = 'test_sk_sandbox';

/** Where the parts answer that were started, or that the settings name. */
export type Addresses = {
  readonly eventStoreUrl: string;
  readonly databaseUrl: string;
  readonly sandboxUrl: string | undefined;
  readonly tokenKey: TokenKey;
  readonly httpPort: number;
};

/** Fills the gaps of the settings with what was started. */
export const connect = (settings: Settings, addresses: Addresses): Config => {
  const { participants, toss } = settings;
  const { eventStoreUrl, databaseUrl, sandboxUrl, tokenKey, httpPort } = addresses;
  const inSandbox = (path: string) =>
    sandboxUrl === undefined ? undefined : `${sandboxUrl}/${path}`;
  return completeSettings({
    ...settings,
    http: { ...settings.http, port: httpPort },
    eventStore: { ...settings.eventStore, url: eventStoreUrl },
    database: { url: databaseUrl },
    participants: {
      ...participants,
      productUrl: participants.productUrl ?? inSandbox('product'),
      couponUrl: participants.couponUrl ?? inSandbox('coupon'),
      memberUrl: participants.memberUrl ?? inSandbox('member'),
    },
    toss: {
      ...toss,
      url: toss.url ?? inSandbox('toss'),
      secretKey: toss.url === undefined ? sandboxTossKey : toss.secretKey,
    },
    auth: { ...settings.auth, key: tokenKey },
  });
};

/** The environment that reaches the same parts. */
const environmentOf = ({
  eventStore,
  database,
  participants,
  toss,
  auth,
}: Config): Environment => ({
  EVENTSTORE_URL: eventStore.url,
  EVENTSTORE_NAMESPACE: eventStore.namespace,
  DATABASE_URL: database.url,
  PRODUCT_SERVICE_URL: participants.productUrl,
  COUPON_SERVICE_URL: participants.couponUrl,
  MEMBER_SERVICE_URL: participants.memberUrl,
  TOSS_API_URL: toss.url,
  TOSS_SECRET_KEY: toss.secretKey,
  ...(auth.key.kind === 'secret'
    ? { JWT_SECRET: auth.key.secret }
    : { JWT_JWKS_URL: auth.key.url }),
});

const fileIn = (dataDir: string): string => join(dataDir, 'run', 'environment.json');

/** Notes how the running parts are reached, for the command line; for the owner alone, since it holds passwords. */
export const noteConnections = async (config: Config): Promise<void> => {
  const path = fileIn(config.dataDir);
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await writeFile(path, JSON.stringify(environmentOf(config), null, 2), { mode: 0o600 });
};

/** The environment that reaches the parts of the service that runs on this data directory. */
export const readConnections = async (dataDir: string): Promise<Environment> =>
  JSON.parse(await readFile(fileIn(dataDir), 'utf8'));
