import { type AppendResult, type JSONEventData, NO_STREAM } from '@eventstore/db-client';
import {
  type Appended,
  EventStoreFailure,
  type Expected,
  type Log,
  type Metrics,
} from '../runtime/ports.ts';
import { shared } from './abandon.ts';
import type { ClientHolder } from './client-holder.ts';
import { kindOfFailure, NoAnswerError, textOf } from './failures.ts';
import type { StreamReader } from './stream-reader.ts';
import { backoffMs, pause } from './waiting.ts';

/** How long an append waits; all in ms. */
export type AppendPatience = {
  /** The server's limit for one try. */
  readonly serverMs: number;
  /** Ours, a little later: the client itself never stops waiting for an answer to a batch append. */
  readonly tryMs: number;
  /** An append whose outcome stays unknown for so long is given back to the caller as unknown. */
  readonly giveUpMs: number;
};

/** Long enough for a leader's election (about 5 s) and the dropped connection after it (10 s). */
export const APPEND_PATIENCE: AppendPatience = {
  serverMs: 5_000,
  tryMs: 7_000,
  giveUpMs: 30_000,
};

type Write = {
  readonly stream: string;
  readonly events: readonly JSONEventData[];
  readonly expected: Expected;
  readonly signal: AbortSignal;
};

/**
 * Appends at an exact revision until the outcome is known. Repeats carry the same ids and expectation: the store answers
 * success to what it has written already, and what it says it has not (a conflict) is checked by reading after a try of unknown outcome.
 * @throws EventStoreFailure APPEND_OUTCOME_UNKNOWN when patience ends or when `signal` aborts; STORE_REFUSED when the store says no
 */
export const createAppender = (options: {
  readonly clients: ClientHolder;
  readonly read: StreamReader;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly onError: (error: unknown) => void;
  readonly patience: AppendPatience;
}): ((write: Write) => Promise<Appended>) => {
  const { clients, read, log, metrics, patience } = options;

  const tryOnce = async ({ stream, events, expected, signal }: Write): Promise<AppendResult> => {
    const answer = clients.current().appendToStream(stream, [...events], {
      expectedRevision: expected === 'no-stream' ? NO_STREAM : expected,
      deadline: patience.serverMs,
    });
    // An answer that comes after we stopped waiting must not be an unhandled rejection.
    answer.catch(options.onError);
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const noAnswer = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new NoAnswerError(`appending to ${stream}`, patience.tryMs)),
        patience.tryMs,
      );
      onAbort = () => reject(signal.reason);
      shared(signal).addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([answer, noAnswer]);
    } finally {
      clearTimeout(timer);
      if (onAbort) signal.removeEventListener('abort', onAbort);
    }
  };

  /** Looks whether exactly our events lie where they were to go. */
  const written = async (write: Write): Promise<Appended> => {
    const { stream, events, expected, signal } = write;
    const after = expected === 'no-stream' ? {} : { after: expected };
    let index = 0;
    let revision = -1n;
    let position: bigint | undefined;
    for await (const { event } of read(stream, { ...after, maxCount: events.length, signal })) {
      if (event?.id !== events[index]?.id) return { kind: 'conflict' };
      index += 1;
      revision = event?.revision ?? -1n;
      position = event?.position?.commit;
    }
    if (index < events.length || position === undefined) return { kind: 'conflict' };
    return { kind: 'appended', revision, position };
  };

  return async (write) => {
    const { stream, signal } = write;
    signal.throwIfAborted();
    const giveUpAt = performance.now() + patience.giveUpMs;
    let undecided = false;
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await tryOnce(write);
        clients.answered();
        // A repeat whose events are no longer visible is answered without a position.
        if (result.position === undefined) return await written(write);
        return {
          kind: 'appended',
          revision: result.nextExpectedRevision,
          position: result.position.commit,
        };
      } catch (error) {
        if (error instanceof EventStoreFailure) throw error;
        const kind = signal.aborted ? 'undecided' : kindOfFailure(error);
        if (kind !== 'undecided') clients.answered();
        if (kind === 'conflict') return undecided ? await written(write) : { kind: 'conflict' };
        const message = `appending to ${stream}: ${textOf(error)}`;
        if (kind !== 'undecided') throw new EventStoreFailure('STORE_REFUSED', message, error);
        undecided = true;
        if (!signal.aborted) clients.failed();
        if (signal.aborted || performance.now() > giveUpAt)
          throw new EventStoreFailure('APPEND_OUTCOME_UNKNOWN', message, error);
        metrics.count('eventstore_retries_total', { call: 'append' });
        log.warn({ stream, attempt, reason: textOf(error) }, 'append undecided, repeating it');
      }
      await pause(backoffMs(attempt, 1_000), signal);
    }
  };
};
