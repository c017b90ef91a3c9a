import { vi } from 'vitest';

/** Far beyond what anything takes: on a loaded machine a second is not enough. */
const TIMEOUT_MS = 15_000;

/** Waits until the assertion holds, and gives its value; fails with what it said last. */
export const soon = <T>(assertion: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(assertion, { timeout: TIMEOUT_MS, interval: 10 });
