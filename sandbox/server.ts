import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { FaultInjector } from './control/fault-injector.ts';
import { controlRoutes } from './control/routes.ts';
import { Webhooks } from './control/webhooks.ts';
import { couponRoutes } from './coupon/routes.ts';
import { createExchange } from './http/exchange.ts';
import { memberRoutes } from './member/routes.ts';
import { productRoutes } from './product/routes.ts';
import { plantCatalogue } from './seed/catalogue.ts';
import { type Journal, memoryJournal, openJournal } from './store/journal.ts';
import { Store } from './store/store.ts';
import { emptyWorld, evolveWorld, type Fact } from './store/world.ts';
import { Provider } from './toss/provider.ts';
import { tossRoutes } from './toss/routes.ts';
import { expireAll } from './toss/sessions.ts';

/** Longer than any client keeps an idle connection, so that no request meets one that is just being closed. */
const KEEP_ALIVE_MS = 120_000;
const SESSION_SWEEP_MS = 1000;

/** How a sandbox is set up; everything has a default. */
export interface SandboxOptions {
  /** 0 takes a free port. */
  readonly port?: number;
  readonly host?: string;
  /** Where the journal lives; without it everything is gone when the process ends. */
  readonly dataDir?: string;
  readonly jwt?: { readonly secret: string; readonly issuer: string; readonly audience: string };
  readonly tossSecretKey?: string;
  /** What callers of product, coupon and member must bear, if anything. */
  readonly serviceToken?: string;
  /** The clock, in ms since 1970. */
  readonly now?: () => number;
  /** Told of things worth a line in a log. */
  readonly log?: (line: string) => void;
}

export interface Sandbox {
  readonly port: number;
  readonly url: string;
  /** Resolves when its journal can no longer be written: from then on it answers 500 and should be started anew. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

/** What tokens are signed with when nobody says otherwise. For tests and local use only. */
export const DEFAULT_JWT = {
  secret: 'sandbox-secret-for-local-use-only-0123456789',
  issuer: 'order-service-sandbox',
  audience: 'order-service',
};

/** The key that callers of the payment service must use when nobody says otherwise. */
export const DEFAULT_TOSS_SECRET_KEY = 'test_sk_sandbox';

/** Starts the product, coupon, member and payment services on one port. Rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const stopping = new AbortController();
  const store = await openStore(options);
  const provider = new Provider({
    secretKey: options.tossSecretKey ?? DEFAULT_TOSS_SECRET_KEY,
    signal: stopping.signal,
  });
  const webhooks = new Webhooks(store, stopping.signal);
  const exchange = createExchange({
    store,
    faults: new FaultInjector(store),
    signal: stopping.signal,
    log: options.log ?? (() => undefined),
    serviceToken: options.serviceToken,
    routes: [
      ...productRoutes,
      ...couponRoutes,
      ...memberRoutes,
      ...tossRoutes(provider),
      ...controlRoutes(options.jwt ?? DEFAULT_JWT),
      ...webhooks.routes,
    ],
  });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, exchange);
  const host = options.host ?? '127.0.0.1';
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, host, resolve);
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const sweep = setInterval(() => expireAll(store), SESSION_SWEEP_MS);
  sweep.unref();
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    clearInterval(sweep);
    stopping.abort();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await store.close();
  };
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    failed: store.failed,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function openStore({ dataDir, now = Date.now, log }: SandboxOptions): Promise<Store> {
  const world = emptyWorld();
  const replay = (line: unknown) => {
    for (const fact of line as readonly Fact[]) evolveWorld(world, fact);
  };
  let journal: Journal = memoryJournal;
  let isNew = true;
  if (dataDir !== undefined) {
    const path = join(dataDir, 'journal.jsonl');
    const opened = await openJournal(path, replay);
    journal = opened.journal;
    isNew = opened.lines === 0;
    if (opened.cutBytes > 0)
      log?.(`cut ${opened.cutBytes} bytes of an unfinished last line off ${path}`);
  }
  const store = new Store(journal, now, world);
  if (isNew) store.transact((emit) => plantCatalogue(emit, store.now()));
  await store.settled();
  return store;
}
