import { randomUUID } from 'node:crypto';
import { GrpcServer } from './grpc/grpc-server.ts';
import { PortListener } from './grpc/port-listener.ts';
import { createNodePages, type NodeIdentity } from './http/node-pages.ts';
import { jsonLogger, type Logger } from './logger.ts';
import { PersistentSubscriptions } from './persistent-subscriptions/persistent-subscriptions.ts';
import { persistentSubscriptionsService } from './persistent-subscriptions/persistent-subscriptions-service.ts';
import { gossipService } from './services/gossip-service.ts';
import { operationsService } from './services/operations-service.ts';
import { SUPPORTED, serverFeaturesService } from './services/server-features-service.ts';
import { streamsService } from './services/streams-service.ts';
import { openStore } from './streams/open-store.ts';
import { LiveFeed } from './subscriptions/live-feed.ts';

/** As on a real node by default: 1 MiB of event data in one append. */
export const DEFAULT_MAX_APPEND_SIZE: number = 1024 * 1024;

export interface EventStoreOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  /** Address to listen on; loopback unless said otherwise. */
  readonly host?: string;
  readonly dataDir: string;
  /** Bytes of event data that one append may carry. */
  readonly maxAppendSize?: number;
  readonly logger?: Logger;
}

export interface RunningEventStore {
  readonly port: number;
  /** Connection string for clients. */
  readonly url: string;
  /** Ends the calls, writes what is under way and closes the files. */
  stop(): Promise<void>;
}

/** How long clients are given to take note of the end. */
const STOP_GRACE_MS = 500;

/** The address that clients on this machine are told for one that stands for all, or is IPv6. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Opens the data directory and serves it. Resolves when clients can connect. */
export async function startEventStore(options: EventStoreOptions): Promise<RunningEventStore> {
  const logger = options.logger ?? jsonLogger();
  const host = options.host ?? '127.0.0.1';
  const store = await openStore({ dataDir: options.dataDir, logger });
  const identity: NodeIdentity = {
    instanceId: randomUUID(),
    startedAt: Date.now(),
    host: reachable(host),
    port: options.port,
  };
  const live = new LiveFeed(store);
  const groups = new PersistentSubscriptions(store, logger);
  await groups.start();
  const maxAppendSize = options.maxAppendSize ?? DEFAULT_MAX_APPEND_SIZE;
  const grpc = new GrpcServer(
    [
      streamsService({ store, live, maxAppendSize }),
      persistentSubscriptionsService(groups),
      serverFeaturesService(SUPPORTED),
      gossipService(identity),
      operationsService(store.scavenger),
    ],
    logger,
  );
  const listener = new PortListener(grpc, createNodePages(identity, store.scavenger));
  try {
    identity.port = await listener.listen(options.port, host);
  } catch (error) {
    await groups.stop();
    await store.close();
    throw error;
  }
  return {
    port: identity.port,
    url: `esdb://${identity.host}:${identity.port}?tls=false`,
    stop: async () => {
      // First the calls: consumers are to hear that the server goes, not that their group does.
      await listener.stop(STOP_GRACE_MS);
      await groups.stop();
      await store.close();
    },
  };
}
