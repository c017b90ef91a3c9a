import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Log } from '../runtime/ports.ts';

const PAUSE_MS = 500;
/** Longer than a database takes to come back after a crash, shorter than anybody waits for a wrong address. */
const PATIENCE_MS = 30_000;

/**
 * Socket errors, and PostgreSQL's own words for stopping and starting (class 57, operator intervention), lost connections (08)
 * and too many of them (53300).
 */
const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  '53300',
]);
/** Errors of the client that carry no code. */
const awayMessages =
  /Connection terminated|connection error and is not queryable|timeout expired|timeout exceeded/;

/** Whether an error says that the database is not there now, rather than that it refuses us. */
export const isAway = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code } = error as { readonly code?: unknown };
  if (error instanceof AggregateError && error.errors.some(isAway)) return true;
  return (typeof code === 'string' && awayCodes.has(code)) || awayMessages.test(error.message);
};

/**
 * Does `work`, again and again while the database is away, for half a minute at most: a service that starts together with
 * its database, or just after a crash of it, need not be started twice.
 * @throws what `work` threw last
 */
export const whileAway = async (
  work: () => Promise<void>,
  { log, clock, pauseMs = PAUSE_MS }: { log: Log; clock: Clock; pauseMs?: number },
): Promise<void> => {
  const until = clock.now().getTime() + PATIENCE_MS;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isAway(error) || clock.now().getTime() >= until) throw error;
      log.warn({ reason: (error as Error).message }, 'the database is not there yet');
      await sleep(pauseMs);
    }
  }
};
