import type { Decider } from '../domain/kernel/decider.ts';
import type { EventFamily, EventOf } from '../domain/kernel/events.ts';
import { eventIdOf } from './event-id.ts';
import { LruMap } from './lru-map.ts';
import type { Context, EventLog, Expected, Metrics } from './ports.ts';
import { wait } from './wait.ts';

/** What became of a command. `position` is the log position up to which a reader must have read to see it. */
export type Outcome<State, Event, Rejection> =
  | {
      readonly kind: 'done';
      readonly state: State;
      readonly revision: Expected;
      /** Of the stream's last event; null when the stream does not exist. */
      readonly position: bigint | null;
      /** None when the wish held already. */
      readonly events: readonly Event[];
    }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly state: State }
  /** Others kept writing to the stream, or it is not at `ifRevision`; nothing was written by this command. */
  | { readonly kind: 'conflict' };

export type Executor<State, Command, Event, Rejection> = {
  /**
   * Decides and appends; `commandId` is a UUID: the same one twice is one append. `isNew` says that nobody can have written
   * under this id yet, which saves reading a stream that is not there; the append finds out when that is wrong. With
   * `ifRevision` the command is carried out on exactly that revision, or not at all (`conflict`).
   */
  readonly execute: (
    id: string,
    command: Command,
    options: {
      readonly commandId: string;
      readonly context: Context;
      readonly isNew?: boolean;
      readonly ifRevision?: Expected;
    },
  ) => Promise<Outcome<State, Event, Rejection>>;
  /** The state after every event now in the stream. */
  readonly load: Load<State>;
  /**
   * The state as it was at some moment: the one in memory, or else as `load`. Good for what never changes, such as whose an
   * order is, and spares the read of the stream.
   */
  readonly recall: Load<State>;
};

type Load<State> = (
  id: string,
  signal: AbortSignal,
) => Promise<{
  readonly state: State;
  readonly revision: Expected;
  readonly position: bigint | null;
}>;

type Folded<State> = {
  readonly state: State;
  readonly revision: Expected;
  readonly position: bigint | null;
  /** Ids of the stream's newest events: how a command that was carried out before is recognised. */
  readonly recent: readonly string[];
};

/** A repeat of a command is recognised while its events are among the stream's newest this many. */
const RECENT_IDS = 100;

/** First pause for a node that reads behind, doubled with each try: 2.5 s in all. */
const BEHIND_MS = 5;
/** Enough to ride out many writers on one stream; more would only hide a hot stream. */
const MAX_APPENDS = 8;

/**
 * Load, decide, append at the revision read. Folded aggregates are kept in a bounded cache and appended to optimistically:
 * another process's write shows as a conflict, which costs reading the tail and deciding again.
 */
export const executor = <
  Family extends EventFamily,
  State,
  Command,
  Event extends EventOf<Family>,
  Rejection,
>(options: {
  readonly log: EventLog;
  readonly family: Family;
  readonly decider: Decider<State, Command, Event, Rejection>;
  /** Aggregates kept folded in memory. */
  readonly cacheSize?: number;
  readonly metrics: Metrics;
}): Executor<State, Command, Event, Rejection> => {
  const { log, family, decider, metrics } = options;
  const labels = { family: family.category };
  const cache = new LruMap<string, Folded<State>>(options.cacheSize ?? 10_000);
  const empty: Folded<State> = {
    state: decider.initial,
    revision: 'no-stream',
    position: null,
    recent: [],
  };

  /** Keeps the newer of two folds: concurrent commands on one aggregate finish in any order. */
  const remember = (id: string, folded: Folded<State>): Folded<State> => {
    const known = cache.get(id);
    if (known && known.revision !== 'no-stream')
      if (folded.revision === 'no-stream' || folded.revision < known.revision) return known;
    if (folded.revision !== 'no-stream') cache.set(id, folded);
    return folded;
  };

  const readTail = async (
    id: string,
    known: Folded<State>,
    signal: AbortSignal,
  ): Promise<Folded<State>> => {
    let { state, revision, position } = known;
    const recent = [...known.recent];
    const after = revision === 'no-stream' ? {} : { after: revision };
    for await (const event of log.read(family, id, { ...after, signal })) {
      state = decider.evolve(state, event as unknown as Event);
      revision = event.revision;
      position = event.position;
      recent.push(event.id);
    }
    return remember(id, { state, revision, position, recent: recent.slice(-RECENT_IDS) });
  };

  return {
    load: (id, signal) => readTail(id, cache.get(id) ?? empty, signal),
    recall: async (id, signal) => cache.get(id) ?? readTail(id, empty, signal),
    execute: async (id, command, { commandId, context, isNew = false, ifRevision }) => {
      const assumed = cache.get(id) ?? (isNew ? empty : undefined);
      let folded = assumed ?? (await readTail(id, empty, context.signal));
      let fresh = assumed === undefined;
      const stream = `${family.category}-${id}`;
      const firstId = eventIdOf(commandId, stream, 0);
      for (let appends = 0; appends < MAX_APPENDS; ) {
        if (folded.recent.includes(firstId)) {
          const { state, revision, position } = folded;
          return { kind: 'done', state, revision, position, events: [] };
        }
        if (ifRevision !== undefined && folded.revision !== ifRevision) {
          if (fresh) return { kind: 'conflict' };
          folded = await readTail(id, folded, context.signal);
          fresh = true;
          continue;
        }
        const decision = decider.decide(command, folded.state);
        const writes = decision.kind === 'accepted' && decision.events.length > 0;
        if (!writes && !fresh) {
          // An append would find out that the cache is stale; an answer without one must look first.
          folded = await readTail(id, folded, context.signal);
          fresh = true;
          continue;
        }
        if (decision.kind === 'rejected')
          return { kind: 'rejected', rejection: decision.rejection, state: folded.state };
        const { events } = decision;
        const { state, revision, position, recent } = folded;
        if (events.length === 0) return { kind: 'done', state, revision, position, events };
        appends += 1;
        const appended = await log.append(family, id, events, revision, commandId, context);
        if (appended.kind === 'appended') {
          const ids = events.map((_, index) => eventIdOf(commandId, stream, index));
          const after = {
            state: events.reduce(decider.evolve, state),
            revision: appended.revision,
            position: appended.position,
          };
          remember(id, { ...after, recent: [...recent, ...ids].slice(-RECENT_IDS) });
          return { kind: 'done', ...after, events };
        }
        metrics.count('command_conflicts_total', labels);
        folded = await readTail(id, folded, context.signal);
        fresh = true;
        // The writer is known to be ahead of what is read: a node that follows its leader has yet to catch up.
        if (folded.revision === revision) await wait(BEHIND_MS * 2 ** appends, context.signal);
      }
      return { kind: 'conflict' };
    },
  };
};
