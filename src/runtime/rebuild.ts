import type { EventFamily } from '../domain/kernel/events.ts';
import type { Batch, Clock, Feed } from './ports.ts';
import { familiesFor, startOf } from './project.ts';
import type { AnyProjection, Difference, RebuildStore, TableWriter } from './read-store.ts';
import { createTableFold, type TableFold } from './table-fold.ts';

type Phase = 'reading' | 'indexing' | 'catching-up' | 'comparing' | 'swapping' | 'done';

/** Reported about every second, and at each change of phase. */
export type RebuildProgress = {
  readonly phase: Phase;
  /** Events folded so far in this run. */
  readonly events: number;
  /** Log position reached, and the one the log ended at when the rebuild began. */
  readonly position: bigint;
  readonly goal: bigint;
  /** 0..1 */
  readonly fraction: number;
  readonly eventsPerSecond: number;
  readonly etaSeconds: number | null;
};

export type RebuildResult = {
  readonly events: number;
  readonly seconds: number;
  /** What `compare` found; empty when not asked for. At most 1,000 for each projection. */
  readonly differences: readonly Difference[];
  readonly swapped: boolean;
};

/** An event that a projection cannot take: the rebuild is kept as far as it came and the live table stays. */
export class RebuildPoisonedError extends Error {
  readonly code = 'REBUILD_POISONED';
  readonly retryable = false;
}

/** Large batches for COPY; two of them are in memory at once, whatever the length of the log. */
const MAX_EVENTS = 10_000;
const MAX_WAIT_MS = 1_000;
const CACHE_ROWS = 20_000;
const REPORT_EVERY_MS = 1_000;
const MAX_DIFFERENCES = 1_000;

type Options = {
  readonly feed: Feed;
  readonly store: RebuildStore;
  readonly projections: readonly AnyProjection[];
  readonly families: readonly EventFamily[];
  /** The log's end now: the goal that progress is measured against. */
  readonly head: (signal: AbortSignal) => Promise<bigint>;
  readonly compare: boolean;
  readonly swap: boolean;
  readonly restart?: boolean;
  readonly clock: Clock;
  readonly onProgress: (progress: RebuildProgress) => void;
  readonly signal: AbortSignal;
};

/** Counts and reports. */
const createReporter = (options: Options, from: bigint, goal: bigint) => {
  const { clock, onProgress } = options;
  const startedAt = clock.now().getTime();
  let phase: Phase = 'reading';
  let events = 0;
  let position = from;
  let reportedAt = 0;
  const report = (): void => {
    const seconds = (clock.now().getTime() - startedAt) / 1_000;
    const total = goal > from ? Number(goal - from) : 0;
    const fraction = total === 0 ? 1 : Math.min(1, Number(position - from) / total);
    reportedAt = clock.now().getTime();
    onProgress({
      phase,
      events,
      position,
      goal,
      fraction,
      eventsPerSecond: seconds > 0 ? events / seconds : 0,
      etaSeconds:
        fraction > 0 && phase === 'reading' ? (seconds / fraction) * (1 - fraction) : null,
    });
  };
  return {
    enter: (next: Phase): void => {
      phase = next;
      report();
    },
    folded: (batch: Batch): void => {
      events += batch.events.length;
      position = batch.position;
      if (clock.now().getTime() - reportedAt >= REPORT_EVERY_MS) report();
    },
    events: () => events,
    seconds: () => (clock.now().getTime() - startedAt) / 1_000,
  };
};

/** Folds and writes batches; each table commits by itself, at the same time as the others, while the next batch is read. */
const createFiller = (build: TableWriter, folds: readonly TableFold[]) => {
  let underWay: Promise<unknown> = Promise.resolve();
  const fill = async (fold: TableFold, batch: Batch): Promise<void> => {
    const folded = await fold.fold(batch);
    if (folded.position >= 0n)
      await build.commit({
        changes: folded.rows.length > 0 ? [folded] : [],
        positions: [folded],
        poisoned: [],
        lastEventAt: batch.events.at(-1)?.at ?? null,
      });
    folded.committed();
    const { poison } = folded;
    if (poison)
      throw new RebuildPoisonedError(
        `${fold.target.projection.name} cannot take ${poison.type} ${poison.revision}@${poison.stream}: ${poison.message}`,
      );
  };
  return {
    /** Waits for the batch before, then starts this one. */
    add: async (batch: Batch): Promise<void> => {
      await underWay;
      underWay = Promise.all(folds.map((fold) => fill(fold, batch)));
      // Reported by whoever waits next; not as an unhandled rejection meanwhile.
      underWay.catch(() => {});
    },
    settle: async (): Promise<void> => {
      await underWay;
    },
  };
};

/**
 * Builds tables beside the live ones and swaps them in. A run that was broken off goes on where it was, unless `restart`.
 * `compare` looks for differences with the live tables at the same position; `swap: false` throws the build away after that.
 * @throws RebuildPoisonedError when a projection cannot take an event
 */
export const rebuild = async (options: Options): Promise<RebuildResult> => {
  const { feed, store, projections, signal } = options;
  const families = familiesFor(projections, options.families);
  const goal = await options.head(signal);
  const build = await store.build(projections, { restart: options.restart ?? !options.swap });
  try {
    const folds = build.targets.map((target) =>
      createTableFold(target, build.rows, { cacheRows: CACHE_ROWS }),
    );
    const start = startOf(folds);
    const reporter = createReporter(options, start === 'start' ? 0n : start, goal);

    /** Reads on until the end of the log, or until `until` has been passed. */
    const readOn = async (these: readonly TableFold[], until?: bigint): Promise<void> => {
      const filler = createFiller(build, these);
      const from = startOf(these);
      if (until !== undefined && from !== 'start' && from >= until) return;
      const batches = feed.batches({
        from,
        families,
        maxEvents: MAX_EVENTS,
        maxWaitMs: MAX_WAIT_MS,
        signal,
      });
      for await (const batch of batches) {
        await filler.add(batch);
        reporter.folded(batch);
        if (batch.live || (until !== undefined && batch.position >= until)) break;
      }
      await filler.settle();
      signal.throwIfAborted();
    };

    reporter.enter('reading');
    await readOn(folds);
    reporter.enter('indexing');
    for (const { target } of folds) await store.index(target);
    reporter.enter('catching-up');
    await readOn(folds);

    const differences: Difference[] = [];
    for (const fold of folds) {
      const found = await store.atSamePosition(
        fold.target,
        (live) => readOn([fold], live),
        async ({ compare, swap }) => {
          if (options.compare) reporter.enter('comparing');
          const unlike = options.compare ? await compare(MAX_DIFFERENCES) : [];
          if (options.swap) {
            reporter.enter('swapping');
            await swap();
          }
          return unlike;
        },
      );
      differences.push(...found);
    }
    if (!options.swap) await store.discard(build.targets);
    reporter.enter('done');
    return {
      events: reporter.events(),
      seconds: reporter.seconds(),
      differences,
      swapped: options.swap,
    };
  } finally {
    await build.close();
  }
};
