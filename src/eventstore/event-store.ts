import { BACKWARDS, END } from '@eventstore/db-client';
import type { ConsumerGroups } from '../runtime/operator-ports.ts';
import type { EventLog, Feed, Log, Metrics, WakeUps } from '../runtime/ports.ts';
import { breakWritableCalls } from './abandon.ts';
import { APPEND_PATIENCE, type AppendPatience, createAppender } from './append.ts';
import { installBatchAppendGuard } from './batch-append-guard.ts';
import { createClientHolder } from './client-holder.ts';
import { createEventLog } from './event-log.ts';
import { textOf } from './failures.ts';
import { createFeed } from './feed.ts';
import { createGroupsView } from './parked.ts';
import { streamNames } from './stream-names.ts';
import { createStreamReader, drain } from './stream-reader.ts';
import { pause } from './waiting.ts';
import { createWakeUps } from './wake-ups.ts';

/** What the service needs of the store. */
export type EventStore = ConsumerGroups & {
  readonly log: EventLog;
  readonly feed: Feed;
  readonly wakeUps: WakeUps;
  /** Position of the newest event of the whole store, system events included. */
  readonly head: (signal: AbortSignal) => Promise<bigint>;
  /** Whether the store answers now; `reason` when it does not. Never throws. */
  readonly ready: () => Promise<{ readonly ok: boolean; readonly reason?: string }>;
  /** Ends every call and subscription. Stop their users first: appends under way are rejected. */
  readonly dispose: () => Promise<void>;
};

/** Longest wait for calls to end when closing. */
const DISPOSE_MS = 2_000;

/** A node that does not answer within this time is not ready. */
const READY_MS = 2_000;

/** Adapters of one EventStoreDB (or KurrentDB) over one client, which a process must not have two of. */
export const createEventStore = (options: {
  /** `esdb://host:port?tls=false` and the like. */
  readonly url: string;
  /** Sets this service's streams and groups apart in a shared store; see `streamNames`. */
  readonly namespace?: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** For tests; the default rides out the failure of a cluster's leader. */
  readonly appendPatience?: AppendPatience;
}): EventStore => {
  const { log, metrics } = options;
  const names = streamNames(options.namespace ?? '');
  const clients = createClientHolder({ url: options.url, log, metrics });
  const breakAppends = (): void => breakWritableCalls(clients.current());
  const guard = installBatchAppendGuard({ log, metrics, breakAppends });
  const read = createStreamReader(clients, metrics);
  const append = createAppender({
    clients,
    read,
    log,
    metrics,
    onError: guard.expect,
    patience: options.appendPatience ?? APPEND_PATIENCE,
  });

  const head = async (signal: AbortSignal): Promise<bigint> => {
    const newest = clients
      .current()
      .readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 });
    for await (const { event } of drain(newest, 'reading the end of the log', signal))
      if (event?.position) return event.position.commit;
    return 0n;
  };

  return {
    log: createEventLog(read, append, names),
    feed: createFeed({ clients, names, log, metrics }),
    wakeUps: createWakeUps({ clients, names, log, metrics }),
    head,
    ready: async () => {
      try {
        await head(AbortSignal.timeout(READY_MS));
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: textOf(error) };
      }
    },
    ...createGroupsView(clients, read, names),
    dispose: async () => {
      // It waits for every call to end; one that a dead server holds must not keep the process.
      await Promise.race([clients.dispose(), pause(DISPOSE_MS, new AbortController().signal)]);
      guard.uninstall();
    },
  };
};
