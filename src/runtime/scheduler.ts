import { concatMap, defer, from, lastValueFrom, repeat, takeWhile, tap } from 'rxjs';
import type { Clock, Log, Metrics } from './ports.ts';
import type { DueSagas, SagaRef } from './saga-ports.ts';

export type SchedulerSettings = {
  /** Pause between two looks when nothing was due, in ms. */
  readonly intervalMs: number;
  /** Sagas driven at the same time. */
  readonly concurrency: number;
  /** For how long a claimed saga is this process's, in ms; longer than a drive may take. */
  readonly leaseMs: number;
};

/** A saga that was driven just now is not looked at again sooner: the read side has to catch up first. */
const SETTLE_MS = 2_000;
const AFTER_FAILURE_MS = 5_000;

/**
 * Drives every saga whose time has come: deferred calls, deadlines, and whatever a lost message left behind. Any number
 * of processes may run one; a lease keeps them off one another's sagas.
 * @param drive answers when the saga is due next (ISO 8601 UTC, null: not for now), or 'busy' when it is being driven
 * @returns resolves once `signal` has aborted and what was under way is done
 */
export const runScheduler = async (options: {
  readonly due: DueSagas;
  readonly drive: (saga: SagaRef) => Promise<{ readonly wakeAt: string | null } | 'busy'>;
  readonly settings: SchedulerSettings;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}): Promise<void> => {
  const { due, drive, settings, clock, logger, metrics, pause, signal } = options;
  const underWay = new Set<Promise<void>>();
  const inMs = (ms: number): string => new Date(clock.now().getTime() + ms).toISOString();

  const driveOne = async (saga: SagaRef): Promise<void> => {
    let until = inMs(SETTLE_MS);
    try {
      const driven = await drive(saga);
      const next = driven === 'busy' ? null : driven.wakeAt;
      const settled = inMs(SETTLE_MS);
      until = next !== null && next < settled ? next : settled;
      metrics.count('scheduler_drives_total', { process: saga.process, result: 'done' });
    } catch (error) {
      if (signal.aborted) return;
      until = inMs(AFTER_FAILURE_MS);
      metrics.count('scheduler_drives_total', { process: saga.process, result: 'failed' });
      logger.warn({ ...saga, err: error }, 'a due saga could not be driven; it stays due');
    } finally {
      await due.release(saga, until).catch((error: unknown) => {
        // The lease runs out by itself.
        logger.debug({ ...saga, err: error }, 'a lease could not be given back');
      });
    }
  };

  const claim = async (): Promise<readonly SagaRef[]> => {
    const free = settings.concurrency - underWay.size;
    if (free <= 0 || signal.aborted) return [];
    try {
      const now = clock.now().toISOString();
      const sagas = await due.claim(now, free, settings.leaseMs, signal);
      metrics.gauge('scheduler_up', 1);
      return sagas;
    } catch (error) {
      if (signal.aborted) return [];
      metrics.gauge('scheduler_up', 0);
      logger.warn({ err: error }, 'due sagas cannot be read');
      return [];
    }
  };

  // A full claim hints at more: look again as soon as a place is free.
  const nextLook = (): Promise<unknown> =>
    underWay.size >= settings.concurrency
      ? Promise.race(underWay)
      : pause(settings.intervalMs, signal).catch(() => undefined);

  const looks = defer(claim).pipe(
    repeat({ delay: () => from(nextLook()) }),
    // What was claimed as the stop came is driven still, and its lease given back.
    takeWhile(() => !signal.aborted, true),
    concatMap((sagas) => sagas),
    tap((saga) => {
      const one: Promise<void> = driveOne(saga).finally(() => underWay.delete(one));
      underWay.add(one);
    }),
  );
  await lastValueFrom(looks, { defaultValue: undefined });
  await Promise.all(underWay);
};
