import type { AnyEvent } from '../domain/kernel/events.ts';
import type { ProcessManager } from '../process-managers/process-manager.ts';
import { LruMap } from './lru-map.ts';
import type { EventLog, Expected } from './ports.ts';

/** Any process manager, its types forgotten: what the runtime drives. */
// biome-ignore lint/suspicious/noExplicitAny: `evolve` is contravariant in state and event; only `any` accepts every process.
export type AnyProcess = ProcessManager<any, any, any>;

/** One saga's state and how far each of its streams is folded, in the order of `process.streams`. */
export type Instance = {
  readonly state: unknown;
  readonly revisions: readonly Expected[];
};

/** Events just written to one of an instance's streams, the last one at `revision`. */
export type News = {
  readonly family: string;
  readonly events: readonly AnyEvent[];
  readonly revision: Expected;
};

/** The folded sagas of this process, bounded. Used only under the instance's own serialisation. */
export type Instances = {
  /**
   * The state from the cache where it can be: news that follow on what is folded already are folded in without a
   * read. May be stale in the other streams, which every append finds out.
   */
  readonly open: (
    process: AnyProcess,
    instance: string,
    news: News,
    signal: AbortSignal,
  ) => Promise<Instance>;
  /** The state after every event now in the streams. */
  readonly reload: (
    process: AnyProcess,
    instance: string,
    signal: AbortSignal,
  ) => Promise<Instance>;
  /** Folds news; null when they do not follow on what is known. */
  readonly advance: (process: AnyProcess, instance: string, news: News) => Instance | null;
  readonly forget: (process: AnyProcess, instance: string) => void;
};

export const instances = (log: EventLog, capacity: number): Instances => {
  const cache = new LruMap<string, Instance>(capacity);
  const keyOf = (process: AnyProcess, instance: string): string => `${process.name}/${instance}`;

  const blank = (process: AnyProcess, instance: string): Instance => ({
    state: process.initial(instance),
    revisions: process.streams(instance).map(() => 'no-stream' as const),
  });

  const reload: Instances['reload'] = async (process, instance, signal) => {
    const known = cache.get(keyOf(process, instance)) ?? blank(process, instance);
    let { state } = known;
    const revisions = [...known.revisions];
    for (const [index, { family, id }] of process.streams(instance).entries()) {
      const revision = revisions[index] ?? 'no-stream';
      const after = revision === 'no-stream' ? {} : { after: revision };
      for await (const event of log.read(family, id, { ...after, signal })) {
        state = process.evolve(state, event);
        revisions[index] = event.revision;
      }
    }
    return keep(process, instance, { state, revisions });
  };

  const keep = (process: AnyProcess, instance: string, folded: Instance): Instance => {
    cache.set(keyOf(process, instance), folded);
    return folded;
  };

  const indexOf = (process: AnyProcess, instance: string, family: string): number =>
    process.streams(instance).findIndex((each) => each.family.category === family);

  const advance: Instances['advance'] = (process, instance, { family, events, revision }) => {
    const known = cache.get(keyOf(process, instance)) ?? blank(process, instance);
    const index = indexOf(process, instance, family);
    const from = known.revisions[index];
    if (from === undefined || revision === 'no-stream') return null;
    const follows = (from === 'no-stream' ? -1n : from) + BigInt(events.length) === revision;
    return follows
      ? keep(process, instance, {
          state: events.reduce(process.evolve, known.state),
          revisions: known.revisions.with(index, revision),
        })
      : null;
  };

  return {
    reload,
    advance,
    open: async (process, instance, news, signal) => {
      const known = cache.get(keyOf(process, instance));
      const index = indexOf(process, instance, news.family);
      const folded = known?.revisions[index] ?? 'no-stream';
      if (known && folded !== 'no-stream' && news.revision !== 'no-stream')
        if (folded >= news.revision) return known;
      // The very first event of an order: most likely there is nothing else to know of it.
      const begins = index === 0 && news.revision === 0n;
      const next = known || begins ? advance(process, instance, news) : null;
      return next ?? reload(process, instance, signal);
    },
    forget: (process, instance) => cache.delete(keyOf(process, instance)),
  };
};
