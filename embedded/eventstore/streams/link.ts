import type { EventRecord } from './event-record.ts';

export const LINK_TYPE = '$>';

export type LinkTarget =
  | { readonly stream: string; readonly revision: number }
  | 'no-link'
  | 'unresolvable';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Where a link record points: `<revision>@<stream>`, split at the first `@`. Without a stream it points
 * nowhere; without a number it is an ordinary event. Blanks and a plus sign are taken as .NET's
 * number parser takes them.
 */
export function parseLink(record: EventRecord): LinkTarget {
  if (record.type !== LINK_TYPE) return 'no-link';
  const text = record.data.toString('utf8');
  const at = text.indexOf('@');
  const number = (at < 0 ? text : text.slice(0, at)).trim();
  if (!/^[+-]?\d+$/.test(number)) return 'no-link';
  const revision = BigInt(number.replace(/^\+/, ''));
  if (revision < INT64_MIN || revision > INT64_MAX) return 'no-link';
  if (at < 0) return 'unresolvable';
  return { stream: text.slice(at + 1), revision: Number(revision) };
}
