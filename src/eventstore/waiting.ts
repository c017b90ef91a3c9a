import { setTimeout as sleep } from 'node:timers/promises';

/** Waits `ms`; returns false (at once) when `signal` aborts. */
export const pause = async (ms: number, signal: AbortSignal): Promise<boolean> => {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
};

/** 100 ms, doubled with each attempt up to `capMs`, of which the last half is random, so that a herd spreads. */
export const backoffMs = (attempt: number, capMs: number): number => {
  const full = Math.min(capMs, 100 * 2 ** Math.min(attempt, 16));
  return full / 2 + (Math.random() * full) / 2;
};

/**
 * At most `limit` holders at a time, in the order they asked. A node allows 100 calls on one connection; reads beyond
 * that would make appends wait behind them.
 */
export const createSlots = (limit: number) => {
  const waiting: (() => void)[] = [];
  let free = limit;
  return {
    take: async (): Promise<void> => {
      if (free > 0) {
        free -= 1;
        return;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give: (): void => {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
};
