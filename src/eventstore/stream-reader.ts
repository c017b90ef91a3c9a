import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import { EventStoreFailure, type Metrics } from '../runtime/ports.ts';
import { abandonable, shared } from './abandon.ts';
import type { ClientHolder } from './client-holder.ts';
import { kindOfFailure, NoAnswerError, textOf } from './failures.ts';
import { backoffMs, createSlots, pause } from './waiting.ts';

/** Reads under way at once in this process: see `createSlots`. */
const MAX_READS = 32;
/** A node that says nothing for so long is taken for gone. */
const SILENCE_MS = 5_000;
/** An outage shorter than this (a leader's election takes about 5 s) only makes a read slow. */
const GIVE_UP_MS = 15_000;

/** One stream's records after `after`, oldest first; none for a missing stream. */
export type StreamReader = (
  stream: string,
  options: {
    readonly after?: bigint;
    readonly maxCount?: number;
    /** Follows links to what they point to. */
    readonly resolveLinks?: boolean;
    readonly signal: AbortSignal;
  },
) => AsyncGenerator<ResolvedEvent>;

/** Iterates one read; whatever ends it, the call is not left open at the server. */
export async function* drain<Event>(
  read: StreamingRead<Event>,
  what: string,
  signal: AbortSignal,
): AsyncGenerator<Event> {
  let finished = false;
  const abandon = abandonable(read, () => read.cancel());
  const abort = () => read.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  shared(signal).addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => read.destroy(new NoAnswerError(what, SILENCE_MS)), SILENCE_MS);
  try {
    for await (const event of read) {
      timer.refresh();
      yield event as Event;
      timer.refresh();
    }
    finished = true;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    if (!finished) abandon();
  }
}

/**
 * Reads streams, a bounded number at a time. A read that breaks goes on behind the last event it gave.
 * @throws EventStoreFailure STORE_UNAVAILABLE when the outage lasts, STORE_REFUSED when the store says no
 */
export const createStreamReader = (clients: ClientHolder, metrics: Metrics): StreamReader => {
  const slots = createSlots(MAX_READS);
  return async function* read(stream, { after, maxCount, resolveLinks = false, signal }) {
    let last = after;
    let left = maxCount ?? Number.MAX_SAFE_INTEGER;
    const giveUpAt = performance.now() + GIVE_UP_MS;
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      if (left <= 0) return;
      await slots.take();
      try {
        const from = last === undefined ? {} : { fromRevision: last + 1n };
        const call = clients.current().readStream(stream, {
          ...from,
          maxCount: left,
          resolveLinkTos: resolveLinks,
        });
        for await (const event of drain(call, `reading ${stream}`, signal)) {
          last = (event.link ?? event.event)?.revision ?? last;
          left -= 1;
          yield event;
        }
        return;
      } catch (error) {
        const kind = kindOfFailure(error);
        if (kind === 'not-found') return;
        signal.throwIfAborted();
        if (kind !== 'undecided')
          throw new EventStoreFailure(
            'STORE_REFUSED',
            `reading ${stream}: ${textOf(error)}`,
            error,
          );
        metrics.count('eventstore_retries_total', { call: 'read' });
        if (performance.now() > giveUpAt)
          throw new EventStoreFailure(
            'STORE_UNAVAILABLE',
            `reading ${stream}: ${textOf(error)}`,
            error,
          );
      } finally {
        slots.give();
      }
      await pause(backoffMs(attempt, 1_000), signal);
    }
  };
};
