import { EventStoreDBClient } from '@eventstore/db-client';
import type { Log, Metrics } from '../runtime/ports.ts';

/** Without one answered append for so long, while appends are tried, the client itself is suspected. */
const SUSPECT_AFTER_MS = 12_000;
const SUSPECT_AFTER_FAILURES = 3;

/** The one client of the process, which may be replaced by a new one. */
export type ClientHolder = {
  readonly current: () => EventStoreDBClient;
  /** An append was answered: the client works. */
  readonly answered: () => void;
  /** An append failed or was not answered. */
  readonly failed: () => void;
  readonly dispose: () => Promise<void>;
};

/**
 * Holds the client and replaces it when it seems wedged: it keeps what it learned of a server for ever (features fetched in
 * the wrong moment, a node that is no longer the leader) unless a call fails in just the way that makes it look again. In a
 * real outage the replacement costs nothing: subscriptions are opened again and appends repeated anyway.
 */
export const createClientHolder = (options: {
  readonly url: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now?: () => number;
}): ClientHolder => {
  const { url, log, metrics, now = () => performance.now() } = options;
  let client = EventStoreDBClient.connectionString(url);
  let goodAt = now();
  let failures = 0;
  return {
    current: () => client,
    answered: () => {
      goodAt = now();
      failures = 0;
    },
    failed: () => {
      // An idle hour before the first failure is no sign of anything.
      if (failures === 0) goodAt = Math.max(goodAt, now() - 1);
      failures += 1;
      if (failures < SUSPECT_AFTER_FAILURES || now() - goodAt < SUSPECT_AFTER_MS) return;
      goodAt = now();
      failures = 0;
      metrics.count('eventstore_client_replaced_total');
      log.warn({}, 'no append was answered for a while, starting over with a new client');
      const wedged = client;
      client = EventStoreDBClient.connectionString(url);
      wedged.dispose().catch(() => {});
    },
    dispose: () => client.dispose(),
  };
};
