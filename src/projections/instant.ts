/**
 * The instant `ms` milliseconds after `instant`. Arithmetic on a given time only: the clock is never read here.
 * @param instant ISO 8601 UTC
 * @returns ISO 8601 UTC with milliseconds
 */
export const after = (instant: string, ms: number): string =>
  // biome-ignore lint/style/noRestrictedGlobals: pure arithmetic, no clock
  new Date(Date.parse(instant) + ms).toISOString();

/** The earlier of two instants of the same shape: they compare as text. */
export const earlier = (one: string, other: string): string => (one < other ? one : other);
