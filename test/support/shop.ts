import { randomBytes } from 'node:crypto';
import { BACKWARDS, END, EventStoreDBClient } from '@eventstore/db-client';
import { inject } from 'vitest';
import { DEFAULT_JWT, DEFAULT_TOSS_SECRET_KEY, startSandbox } from '../../sandbox/server.ts';
import { createApp } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/platform/config.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createDatabase } from './database.ts';
import { startChild } from './processes/child.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What came back of one request. */
export type Answered = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
};

type Asked = {
  readonly token?: string;
  readonly body?: unknown;
  /** Sent as it is, instead of `body` as JSON. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The whole service with its sandbox, reached over HTTP as a client would. */
export type Shop = {
  readonly url: string;
  readonly sandboxUrl: string;
  readonly config: Config;
  readonly token: (
    memberId: string | number,
    role?: 'ROLE_USER' | 'ROLE_ADMIN',
    ttlSeconds?: number,
  ) => Promise<string>;
  readonly call: (method: string, path: string, asked?: Asked) => Promise<Answered>;
  readonly sandbox: (method: string, path: string, body?: unknown) => Promise<Answered>;
  /** The payment window: gives the payment key that a confirmation needs. */
  readonly pay: (
    orderNo: string,
    amount: number,
    outcome?: string | readonly string[],
  ) => Promise<string>;
  /** The newest event that the service itself has written. */
  readonly lastEvent: () => Promise<string>;
  readonly stopService: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const request = async (
  url: string,
  method: string,
  { token, body, raw, headers }: Asked,
): Promise<Answered> => {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(sent !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
};

/**
 * A store of its own: consumer groups are the store's, and two services on one store would share each other's sagas.
 * A store given from outside is shared by namespaces.
 */
const openStore = async () => {
  if (process.env.EVENTSTORE_URL)
    return {
      url: inject('eventStoreUrl'),
      namespace: `t${randomBytes(8).toString('hex')}`,
      close: async () => undefined,
    };
  const folder = await temporaryFolder();
  const child = await startChild('embedded/eventstore/main', [
    '--port',
    '0',
    '--data-dir',
    folder.path,
  ]);
  const close = async () => {
    await child.stop();
    await folder.remove();
  };
  return { url: child.url, namespace: '', close };
};

type Ways = { readonly EVENTSTORE_URL: string; readonly DATABASE_URL: string };

/**
 * @param variables on top of the defaults, as the environment would give them
 * @param detour other ways to event store and database
 */
export const startShop = async (
  variables: Readonly<Record<string, string>> = {},
  detour: (ways: Ways) => Promise<Ways> = (ways) => Promise.resolve(ways),
): Promise<Shop> => {
  const [store, database, sandbox] = await Promise.all([
    openStore(),
    createDatabase('shop'),
    startSandbox(),
  ]);
  const config = loadConfig({
    PORT: '0',
    ...(await detour({ EVENTSTORE_URL: store.url, DATABASE_URL: database.url })),
    EVENTSTORE_NAMESPACE: store.namespace,
    PRODUCT_SERVICE_URL: `${sandbox.url}/product`,
    COUPON_SERVICE_URL: `${sandbox.url}/coupon`,
    MEMBER_SERVICE_URL: `${sandbox.url}/member`,
    TOSS_API_URL: `${sandbox.url}/toss`,
    TOSS_SECRET_KEY: DEFAULT_TOSS_SECRET_KEY,
    JWT_SECRET: DEFAULT_JWT.secret,
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'silent',
    ...variables,
  });
  const app = createApp(config, {
    logger: createLogger(config.log),
    clock: { now: () => new Date() },
  });
  await app.start();
  const url = app.url();
  const reader = EventStoreDBClient.connectionString(store.url);
  const call: Shop['call'] = (method, path, asked = {}) => request(`${url}${path}`, method, asked);
  const inSandbox: Shop['sandbox'] = (method, path, body) =>
    request(`${sandbox.url}${path}`, method, { body });
  return {
    url,
    sandboxUrl: sandbox.url,
    config,
    call,
    sandbox: inSandbox,
    token: async (memberId, role = 'ROLE_USER', ttlSeconds = 3600) =>
      (await inSandbox('POST', '/tokens', { memberId, role, ttlSeconds })).body.token,
    pay: async (orderId, amount, outcome = 'approve') =>
      (await inSandbox('POST', '/payments', { orderId, amount, outcome })).body.paymentKey,
    lastEvent: async () => {
      // In a shared store others write as well.
      const maxCount = store.namespace === '' ? 100 : 5_000;
      const newest = reader.readAll({ direction: BACKWARDS, fromPosition: END, maxCount });
      let found: string | undefined;
      // To the end: a read that is broken off stays open at the server.
      for await (const { event } of newest)
        if (
          event &&
          !event.type.startsWith('$') &&
          (store.namespace === '' || event.streamId.startsWith(`${store.namespace}.`))
        )
          found ??= `${event.revision}@${event.streamId}`;
      return found ?? 'none';
    },
    stopService: app.stop,
    stop: async () => {
      await app.stop();
      await reader.dispose();
      await sandbox.stop();
      await store.close();
      await database.drop();
    },
  };
};
