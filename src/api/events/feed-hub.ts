import { setTimeout } from 'node:timers/promises';
import type { FeedRow } from '../../projections/order-feed.ts';
import type { Log } from '../../runtime/ports.ts';
import type { FeedEntry, OrderFeedReads } from '../../runtime/read-ports.ts';

export type Entry = FeedEntry<FeedRow>;

/** Whose events: all of one member's, or those of one order. */
export type Topic = { readonly memberId: string } | { readonly orderNo: string };

/** Spreads the one followed feed of this process over everybody who listens here. */
export type FeedHub = {
  /** Follows the feed until `signal` aborts; after a failure it goes on behind the last entry seen. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Resolves once following has begun: an entry committed after that reaches every listener. */
  readonly following: () => Promise<void>;
  /** Calls `listener` with each run of entries of the topic, in order; the result ends that. */
  readonly listen: (topic: Topic, listener: (entries: readonly Entry[]) => void) => () => void;
};

const RESTART_MS = 500;

const keysOf = ({ memberId, orderNo }: Entry): readonly string[] => [
  `m:${memberId}`,
  `o:${orderNo}`,
];
const keyOf = (topic: Topic): string =>
  'memberId' in topic ? `m:${topic.memberId}` : `o:${topic.orderNo}`;

export const createFeedHub = (
  feed: Pick<OrderFeedReads<FeedRow>, 'head' | 'follow'>,
  log: Log,
): FeedHub => {
  const listeners = new Map<string, Set<(entries: readonly Entry[]) => void>>();
  const began = gate();

  const spread = (entries: readonly Entry[]): void => {
    const runs = new Map<string, Entry[]>();
    for (const entry of entries)
      for (const key of keysOf(entry)) {
        if (!listeners.has(key)) continue;
        const run = runs.get(key);
        if (run) run.push(entry);
        else runs.set(key, [entry]);
      }
    for (const [key, run] of runs) for (const listener of listeners.get(key) ?? []) listener(run);
  };

  const follow = async (from: bigint | undefined, signal: AbortSignal): Promise<bigint> => {
    let position = from ?? (await feed.head());
    began.open();
    try {
      for await (const entries of feed.follow({ from: position, signal })) {
        spread(entries);
        position = entries.at(-1)?.position ?? position;
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'following the order feed failed; going on');
    }
    return position;
  };

  return {
    run: async (signal) => {
      let position: bigint | undefined;
      while (!signal.aborted) {
        try {
          position = await follow(position, signal);
        } catch (error) {
          log.warn({ err: error }, 'the order feed cannot be read yet');
        }
        if (!signal.aborted) await pause(RESTART_MS, signal);
      }
      began.fail(new Error('stopped before the order feed was reached'));
    },
    following: () => began.opened,
    listen: (topic, listener) => {
      const key = keyOf(topic);
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set);
      set.add(listener);
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
  };
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  // Being woken early by the end of the process is no error.
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

const gate = (): {
  readonly opened: Promise<void>;
  open: () => void;
  fail: (why: Error) => void;
} => {
  let open = (): void => undefined;
  let fail = (_why: Error): void => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  // Nobody may be waiting when the process stops before the feed was ever reached.
  opened.catch(() => undefined);
  return { opened, open, fail };
};
