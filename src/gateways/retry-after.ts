/** Nobody is believed who wants us to wait longer than this. */
const LONGEST_MS = 3_600_000;

/**
 * Reads a `Retry-After` header (RFC 9110, section 10.2.3): seconds, or a date.
 * @returns the wait in ms, at most an hour; null when the header is absent or makes no sense
 */
export const retryAfterMs = (
  header: string | readonly string[] | undefined,
  now: Date,
): number | null => {
  const text = typeof header === 'string' ? header.trim() : '';
  if (text === '') return null;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_MS);
};
