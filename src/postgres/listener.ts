import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../runtime/ports.ts';
import { createClient } from './connections.ts';
import { READ_SIDE_CHANNEL } from './table-writer.ts';

/** Told about every batch that the projector commits. */
export type Listener = {
  /** How far every live table is, as last heard; -1 when nothing was heard on this connection. */
  readonly reached: () => bigint;
  /** Resolves at the next notification or reconnection, after `ms` at the latest, or when `signal` aborts. */
  readonly next: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
};

const RECONNECT_MS = 500;

/** One LISTEN connection for the whole process, opened again when it breaks. */
export const createListener = (url: string, log: Log): Listener => {
  const closing = new AbortController();
  const waiting = new Set<() => void>();
  let reached = -1n;
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
  };

  const listen = async (): Promise<void> => {
    const client = createClient(url);
    const broken = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
    });
    client.on('notification', ({ payload }) => {
      // Not always more than before: a table that was swapped in may have to catch up first.
      reached = BigInt(payload || '-1');
      wakeAll();
    });
    const stop = (): void => {
      client.end().catch(() => {});
    };
    try {
      await client.connect();
      await client.query(`listen ${READ_SIDE_CHANNEL}`);
      // Whatever was committed while nobody listened is found by looking.
      wakeAll();
      closing.signal.addEventListener('abort', stop, { once: true });
      if (closing.signal.aborted) stop();
      await broken;
    } finally {
      reached = -1n;
      closing.signal.removeEventListener('abort', stop);
      stop();
    }
  };

  const run = (async () => {
    while (!closing.signal.aborted) {
      try {
        await listen();
      } catch (error) {
        log.warn({ reason: error instanceof Error ? error.message : '' }, 'cannot LISTEN');
      }
      await sleep(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
  })();

  return {
    reached: () => reached,
    next: (ms, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        waiting.add(done);
        signal.addEventListener('abort', done, { once: true });
        if (signal.aborted || closing.signal.aborted) done();
      }),
    close: async () => {
      closing.abort();
      wakeAll();
      await run;
    },
  };
};
