import type { EventFamily } from '../domain/kernel/events.ts';
import { oneAhead } from './one-ahead.ts';
import type { Batch, Feed, Log, Metrics } from './ports.ts';
import {
  type AnyProjection,
  FencedError,
  type Poison,
  type ReadStore,
  RejectedRowsError,
  type TableWriter,
} from './read-store.ts';
import { createTableFold, type Folded, type TableFold } from './table-fold.ts';
import { wait } from './wait.ts';

/** What health and metrics may know of the projector in this process. */
export type ProjectorState = {
  /** `standby` while another process is the active one. */
  readonly role: 'standby' | 'active' | 'stopped';
  /** True once the end of the log was reached. */
  readonly live: boolean;
  /** Names of the projections that stand still on a poison event. */
  readonly poisoned: readonly string[];
};

/** As many events in one transaction: upserts gain little beyond, and readers wait for the whole of it. */
const MAX_EVENTS = 500;
/** How long a batch may fill while catching up; at the end of the log nothing is waited for. */
const MAX_WAIT_MS = 200;
/** Rows kept folded in memory per table; an order is touched about ten times within its first minutes. */
const CACHE_ROWS = 5_000;
const RETRY_MS = 500;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Stopped = { readonly table: string; readonly poison: Poison };

/** The lowest checkpoint: from there on somebody still needs the events. */
export const startOf = (folds: readonly TableFold[]): bigint | 'start' => {
  let lowest: bigint | undefined;
  for (const fold of folds) {
    const position = fold.position();
    if (position === 'start') return 'start';
    if (lowest === undefined || position < lowest) lowest = position;
  }
  return lowest ?? 'start';
};

/** The families whose events some of these projections need. */
export const familiesFor = (
  projections: readonly AnyProjection[],
  families: readonly EventFamily[],
): readonly EventFamily[] =>
  families.filter(({ definitions }) =>
    Object.keys(definitions).some((type) => projections.some(({ on }) => Object.hasOwn(on, type))),
  );

/**
 * Feeds all live tables from one catch-up subscription until `signal` aborts; after any failure it starts over from the checkpoints.
 * A poison event stops the one projection that cannot take it.
 */
export const createProjector = (options: {
  readonly feed: Feed;
  readonly store: ReadStore;
  readonly projections: readonly AnyProjection[];
  readonly families: readonly EventFamily[];
  /** Builds and swaps in tables of projections whose live table is of an older version; the others go on meanwhile. */
  readonly renew?: (projections: readonly AnyProjection[], signal: AbortSignal) => Promise<unknown>;
  readonly log: Log;
  readonly metrics: Metrics;
}): {
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly state: () => ProjectorState;
} => {
  const { feed, store, projections, families, log, metrics } = options;
  let state: ProjectorState = { role: 'stopped', live: false, poisoned: [] };

  const stop = (fold: TableFold, poison: Poison): void => {
    const { name } = fold.target.projection;
    log.error(
      { ...poison, position: String(poison.position), revision: String(poison.revision), name },
      'projection stopped on an event that it cannot take',
    );
    metrics.gauge('projection_poisoned', 1, { projection: name });
    state = { ...state, poisoned: [...state.poisoned, name] };
  };

  /** Commits what a batch makes of the tables; one whose rows the database refuses is stopped, the others go on. */
  const commit = async (
    writer: TableWriter,
    batch: Batch,
    folded: readonly Folded[],
    refused: readonly Stopped[] = [],
  ): Promise<readonly Stopped[]> => {
    const poisoned = [
      ...refused,
      ...folded.flatMap(({ table, poison }) => (poison ? [{ table, poison }] : [])),
    ];
    try {
      await writer.commit({
        changes: folded.filter(({ rows }) => rows.length > 0),
        // A table that is poisoned before its first event has no checkpoint yet.
        positions: folded.filter(({ position }) => position >= 0n),
        poisoned,
        lastEventAt: batch.events.at(-1)?.at ?? null,
      });
      for (const part of folded) part.committed();
      return poisoned;
    } catch (error) {
      if (!(error instanceof RejectedRowsError)) throw error;
      const first = batch.events[0];
      const poison: Poison = {
        stream: first?.stream ?? '',
        revision: first?.revision ?? 0n,
        position: first?.position ?? batch.position,
        type: first?.type ?? '',
        message: `in the batch that begins here: ${error.message}`,
      };
      const others = folded.filter(({ table }) => table !== error.table);
      return commit(writer, batch, others, [...refused, { table: error.table, poison }]);
    }
  };

  const projectUntilAborted = async (writer: TableWriter, signal: AbortSignal): Promise<void> => {
    state = { role: 'active', live: false, poisoned: [] };
    for (const { projection } of writer.targets)
      metrics.gauge('projection_poisoned', 0, { projection: projection.name });
    let running = writer.targets.map((target) =>
      createTableFold(target, writer.rows, { cacheRows: CACHE_ROWS }),
    );
    const leaving = new AbortController();
    const batches = feed.batches({
      from: startOf(running),
      families: familiesFor(projections, families),
      maxEvents: MAX_EVENTS,
      maxWaitMs: MAX_WAIT_MS,
      signal: AbortSignal.any([signal, leaving.signal]),
    });
    // At the end of the log a batch is what came during the last commit: asked for early it would be smaller.
    const behind = ({ live }: Batch): boolean => !live;
    for await (const batch of oneAhead(batches, () => leaving.abort(), behind)) {
      const folded = await Promise.all(running.map((fold) => fold.fold(batch)));
      const stopped = await commit(writer, batch, folded);
      for (const { table, poison } of stopped) {
        const fold = running.find(({ target }) => target.table === table);
        if (fold) stop(fold, poison);
      }
      const tables = new Set(stopped.map(({ table }) => table));
      running = running.filter(({ target }) => !tables.has(target.table));
      if (batch.live !== state.live) state = { ...state, live: batch.live };
      metrics.count('projector_events_total', {}, batch.events.length);
      metrics.gauge('projector_position', Number(batch.position));
    }
  };

  /** Starts what `renew` is for; `done` is called when the tables to feed are others than before. */
  const renewOutdated = async (signal: AbortSignal, done: () => void): Promise<void> => {
    let names: readonly string[] = [];
    try {
      names = await store.outdated(projections);
      if (names.length === 0 || !options.renew) return;
      log.info({ names }, 'read models of an older version are being rebuilt');
      await options.renew(
        projections.filter(({ name }) => names.includes(name)),
        signal,
      );
      done();
    } catch (error) {
      // Nobody waits for this one while events come in: an error that left it would end the process.
      if (!signal.aborted) log.error({ names, reason: textOf(error) }, 'rebuilding failed');
    }
  };

  const lead = async (writer: TableWriter, signal: AbortSignal): Promise<void> => {
    const renewed = new AbortController();
    const ending = new AbortController();
    const renewing = renewOutdated(AbortSignal.any([signal, ending.signal]), () => renewed.abort());
    try {
      await projectUntilAborted(writer, AbortSignal.any([signal, renewed.signal]));
    } finally {
      ending.abort();
      await renewing;
    }
  };

  return {
    state: () => state,
    run: async (signal) => {
      while (!signal.aborted) {
        state = { ...state, role: 'standby', live: false };
        try {
          await store.asProjector(projections, lead, signal);
        } catch (error) {
          if (signal.aborted) break;
          metrics.count('projector_restarts_total');
          if (error instanceof FencedError) log.info({}, `${error.message}: starting over`);
          else {
            log.error({ reason: textOf(error) }, 'projector failed, starting over');
            await wait(RETRY_MS, signal);
          }
        }
      }
      state = { ...state, role: 'stopped' };
    },
  };
};
