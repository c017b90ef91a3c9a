import type pg from 'pg';
import type { ReadGate } from '../runtime/read-ports.ts';
import type { Listener } from './listener.ts';

/** Looks itself this often while it waits, in case a notification is lost. */
const POLL_MS = 250;

/** Read-your-writes over the projector's checkpoints. A poisoned projection is not waited for: it would never come. */
export const createGate = (pool: pg.Pool, listener: Listener): ReadGate => {
  const reached = async (): Promise<bigint> => {
    const { rows } = await pool.query<{ position: bigint | null }>(
      `select min(coalesce(position, -1)) as position from projection_tables
       where state = 'live' and poison is null`,
    );
    return rows[0]?.position ?? -1n;
  };
  return {
    waitFor: async (position, { timeoutMs, signal }) => {
      if (listener.reached() >= position) return true;
      const until = performance.now() + timeoutMs;
      while (!signal.aborted) {
        if ((await reached()) >= position) return true;
        const left = until - performance.now();
        if (left <= 0) return false;
        await listener.next(Math.min(left, POLL_MS), signal);
        if (listener.reached() >= position) return true;
      }
      return false;
    },
  };
};
