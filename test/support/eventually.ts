import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until `look` gives something, looking every 10 ms.
 * @throws Error naming `what` when it takes longer than `ms`
 */
export const eventually = async <T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 10_000,
): Promise<T> => {
  const until = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`still waiting after ${ms} ms: ${what}`);
    await pause(10);
  }
};
