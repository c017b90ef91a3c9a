/** The steps wait 1, 2, 4 … seconds, the cap at most. */
const FIRST_DEFERRAL_MS = 1_000;
const FIRST_QUICK_MS = 200;

/**
 * How long a call waits that was put off `attempt` times: 1 s doubled each time, capped.
 * @returns ms; never less than what the participant asked for
 */
export const deferralMs = (attempt: number, capMs: number, retryAfterMs = 0): number =>
  Math.max(Math.min(FIRST_DEFERRAL_MS * 2 ** Math.min(attempt - 1, 30), capMs), retryAfterMs);

/**
 * The pause before quick try `tries` + 1 of the same call: full jitter under 0.2 s doubled each time, so that sagas
 * that failed together do not come back together.
 * @param random in [0, 1)
 * @returns ms
 */
export const quickRetryMs = (tries: number, random: number): number =>
  Math.floor(random * FIRST_QUICK_MS * 2 ** Math.min(tries - 1, 10));

/**
 * The pause of the payment resolver before its `attempt`-th look.
 * @param scheduleMs the pauses in turn; the last one repeats
 */
export const resolverMs = (attempt: number, scheduleMs: readonly number[]): number =>
  scheduleMs[Math.min(attempt, scheduleMs.length) - 1] ?? 30_000;
