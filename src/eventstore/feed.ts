import { type RecordedEvent, START, streamNameFilter } from '@eventstore/db-client';
import {
  type AnyEvent,
  type EventFamily,
  type Recorded,
  UnreadableEventError,
} from '../domain/kernel/events.ts';
import type { Batch, Feed, Log, Metrics, Unreadable } from '../runtime/ports.ts';
import { abandonable } from './abandon.ts';
import type { ClientHolder } from './client-holder.ts';
import { decode } from './codec.ts';
import { textOf } from './failures.ts';
import type { StreamNames } from './stream-names.ts';
import { createPuller } from './subscription-puller.ts';
import { backoffMs, pause } from './waiting.ts';

type Options = Parameters<Feed['batches']>[0];

/** In units of the server's search window (32 events): a checkpoint about every 1,000 events of others. */
const CHECKPOINT_INTERVAL = 32;
/** A position that moved without an event of ours is passed on after this long; it only saves reading again after a restart. */
const IDLE_CHECKPOINT_MS = 1_000;

/** Collects what one subscription delivers into batches that only go forward. */
const createBatcher = (
  from: bigint,
  familyOf: (stream: string) => EventFamily | undefined,
  names: StreamNames,
) => {
  let position = from;
  let yielded = from;
  let live = false;
  let liveYielded = false;
  let events: Recorded<AnyEvent>[] = [];
  let unreadable: Unreadable[] = [];
  return {
    /** Events and unreadable ones waiting in the batch. */
    size: (): number => events.length + unreadable.length,
    isLive: (): boolean => live,
    /** Whether there is anything new to tell but events. */
    hasNews: (): boolean => position > yielded || (live && !liveYielded),
    becameLive: (): boolean => live && !liveYielded,
    caughtUp: (): void => {
      live = true;
    },
    checkpoint: (at: bigint): void => {
      if (at > position) position = at;
    },
    add: (record: RecordedEvent, at: bigint): void => {
      // After a reopening, or a checkpoint that lay behind, events may come a second time.
      if (at <= position) return;
      position = at;
      const family = familyOf(record.streamId);
      if (!family) return;
      const stream = names.bare(record.streamId);
      try {
        events.push(decode(family, record, stream, at));
      } catch (error) {
        if (!(error instanceof UnreadableEventError)) throw error;
        const { revision, type } = record;
        unreadable.push({ stream, revision, position: at, type, message: error.message });
      }
    },
    take: (): Batch => {
      const batch: Batch = { events, unreadable, position, live };
      events = [];
      unreadable = [];
      yielded = position;
      liveYielded = live;
      return batch;
    },
    position: (): bigint => position,
  };
};

/**
 * Runs one subscription until it breaks: fills batches while the log is behind, and gives out what is there as soon as
 * nothing more is at hand when live.
 */
async function* run(
  clients: ClientHolder,
  options: Options,
  batcher: ReturnType<typeof createBatcher>,
  names: StreamNames,
  onConfirmed: () => void,
): AsyncGenerator<Batch> {
  const { families, maxEvents, maxWaitMs, signal } = options;
  const puller = createPuller();
  const from = batcher.position();
  const subscription = clients.current().subscribeToAll({
    fromPosition: from < 0n ? START : { commit: from, prepare: from },
    filter: streamNameFilter({
      prefixes: families.map(names.prefixOf),
      checkpointInterval: CHECKPOINT_INTERVAL,
      checkpointReached: (_, position) => puller.checkpointReached(position),
    }),
  });
  const abandon = abandonable(subscription, () => subscription.unsubscribe());
  puller.attach(subscription);
  subscription.on('confirmation', onConfirmed);
  let fillUntil: number | undefined;
  try {
    while (!signal.aborted) {
      const pulled = puller.next();
      if (pulled?.kind === 'caught-up') batcher.caughtUp();
      else if (pulled?.kind === 'checkpoint') batcher.checkpoint(pulled.position);
      else if (pulled?.event.event) {
        const record = pulled.event.event;
        batcher.add(record, record.position.commit);
      }
      if (batcher.size() > 0) fillUntil ??= performance.now() + maxWaitMs;
      const filled = batcher.size() >= maxEvents;
      const overdue = fillUntil !== undefined && performance.now() >= fillUntil;
      const drained = pulled === undefined && batcher.isLive() && batcher.size() > 0;
      if (filled || overdue || drained || (pulled === undefined && batcher.becameLive())) {
        fillUntil = undefined;
        yield batcher.take();
        continue;
      }
      if (pulled !== undefined) continue;
      const waitMs =
        fillUntil !== undefined
          ? Math.max(0, fillUntil - performance.now())
          : batcher.hasNews()
            ? IDLE_CHECKPOINT_MS
            : undefined;
      const waitedSince = performance.now();
      await puller.wait(signal, waitMs);
      const idle = waitMs !== undefined && performance.now() - waitedSince >= waitMs;
      if (fillUntil === undefined && idle && batcher.hasNews()) yield batcher.take();
    }
  } finally {
    abandon();
  }
}

/** The catch-up feed: one subscription at a time, opened again with back-off from the last position after any error. */
export const createFeed = (deps: {
  readonly clients: ClientHolder;
  readonly names: StreamNames;
  readonly log: Log;
  readonly metrics: Metrics;
}): Feed => ({
  batches: async function* (options) {
    const { signal } = options;
    const familyOf = deps.names.familyFinder(options.families);
    // One below every position stands for the start, as positions count from 0.
    let position = options.from === 'start' ? -1n : options.from;
    let attempt = 0;
    while (!signal.aborted) {
      const batcher = createBatcher(position, familyOf, deps.names);
      try {
        const confirmed = (): void => {
          attempt = 0;
        };
        for await (const batch of run(deps.clients, options, batcher, deps.names, confirmed)) {
          if (batch.position > position) position = batch.position;
          yield batch;
        }
      } catch (error) {
        if (signal.aborted) return;
        deps.metrics.count('eventstore_reopened_total', { subscription: 'feed' });
        deps.log.warn({ reason: textOf(error), attempt }, 'feed broke off, opening it again');
        await pause(backoffMs(attempt, 5_000), signal);
        attempt += 1;
      }
    }
  },
});
