import { type JsonMember, jsonMembers, jsonObject } from './json-members.ts';

/** What the server itself heeds of a stream's metadata; everything else is only kept. */
export interface StreamMetadata {
  /** The JSON as it was written. */
  readonly text: string;
  /** `$maxCount`: only so many of the newest events are readable. */
  readonly maxCount: number | undefined;
  /** `$maxAge` in milliseconds (the key itself is in seconds). */
  readonly maxAgeMs: number | undefined;
  /** `$tb`: events with a lower revision are not readable. */
  readonly truncateBefore: number;
  /** `$tb` is 2^63-1, which is how a stream is soft-deleted. */
  readonly softDeleted: boolean;
}

const INT64_MAX = 9_223_372_036_854_775_807n;
/** Body of the metadata event that soft-deletes a stream. */
export const SOFT_DELETE_METADATA = `{"$tb":${INT64_MAX}}`;

const ACL_ENTRIES = new Set(['$r', '$w', '$d', '$mr', '$mw']);
const INTEGER = /^-?\d+$/;

/**
 * Reads a metadata event's body. Undefined, that is no metadata at all, when the body is no JSON
 * object or one of the keys that EventStoreDB knows has a value of the wrong type.
 */
export function parseStreamMetadata(text: string): StreamMetadata | undefined {
  const members = jsonMembers(text);
  if (!members) return undefined;
  const last = new Map(members.map(({ name, value }) => [name, value]));
  const maxCount = integer(last.get('$maxCount'), 1n);
  const maxAge = integer(last.get('$maxAge'), 1n);
  const truncateBefore = integer(last.get('$tb'), 0n);
  const cacheControl = integer(last.get('$cacheControl'), 1n);
  const whole =
    [maxCount, maxAge, truncateBefore, cacheControl].every((value) => value !== 'wrong') &&
    isBoolean(last.get('$tmp')) &&
    isAcl(last.get('$acl'));
  if (!whole) return undefined;
  return {
    text,
    maxCount: numberOf(maxCount),
    maxAgeMs: typeof maxAge === 'bigint' ? Number(maxAge) * 1000 : undefined,
    truncateBefore: numberOf(truncateBefore) ?? 0,
    softDeleted: truncateBefore === INT64_MAX,
  };
}

type IntegerValue = bigint | 'absent' | 'wrong';

/** Below the minimum counts as absent; anything but an int64 written as an integer is wrong. */
function integer(value: string | undefined, minimum: bigint): IntegerValue {
  if (value === undefined) return 'absent';
  if (!INTEGER.test(value)) return 'wrong';
  const parsed = BigInt(value);
  if (parsed > INT64_MAX || parsed < -INT64_MAX - 1n) return 'wrong';
  return parsed < minimum ? 'absent' : parsed;
}

const numberOf = (value: IntegerValue): number | undefined =>
  typeof value === 'bigint' ? Math.min(Number(value), Number.MAX_SAFE_INTEGER) : undefined;

const isBoolean = (value: string | undefined): boolean =>
  value === undefined || value === 'true' || value === 'false';

function isAcl(value: string | undefined): boolean {
  if (value === undefined) return true;
  const acl: unknown = JSON.parse(value);
  if (typeof acl !== 'object' || acl === null || Array.isArray(acl)) return false;
  return Object.entries(acl).every(
    ([name, roles]) =>
      ACL_ENTRIES.has(name) &&
      (typeof roles === 'string' ||
        (Array.isArray(roles) && roles.every((role) => typeof role === 'string'))),
  );
}

/**
 * The metadata that the server writes when a soft-deleted stream comes to life again: what was
 * there, compact, with `$tb` put to the first readable revision.
 */
export function revivedMetadata(text: string, truncateBefore: number): string {
  const members = jsonMembers(text) ?? [];
  const value = String(truncateBefore);
  const replaced: JsonMember[] = members.map((member) =>
    member.name === '$tb' ? { name: '$tb', value } : member,
  );
  if (!members.some(({ name }) => name === '$tb')) replaced.push({ name: '$tb', value });
  return jsonObject(replaced);
}
