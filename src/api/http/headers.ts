import type { Request, Response } from 'express';
import { ProblemError } from './problem-error.ts';

const bad = (header: string, detail: string): ProblemError =>
  new ProblemError('INVALID_HEADER', {
    detail: `${header}: ${detail}`,
    members: { errors: [{ header, code: 'INVALID_HEADER', detail }] },
  });

/**
 * The client's Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a quoted structured-field string, or bare as real
 * clients send it.
 * @returns undefined when there is none
 * @throws ProblemError INVALID_HEADER when it is empty, longer than 255 characters or not printable ASCII
 */
export const idempotencyKeyOf = (req: Request): string | undefined => {
  const raw = req.get('idempotency-key')?.trim();
  if (raw === undefined) return undefined;
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(raw)?.[1];
  const key = quoted === undefined ? raw : quoted.replaceAll(/\\(["\\])/g, '$1');
  if (!/^[\x20-\x7e]{1,255}$/.test(key) || (quoted === undefined && raw.includes('"')))
    throw bad('Idempotency-Key', 'must be 1 to 255 printable ASCII characters');
  return key;
};

/** The version that the client has seen, from `If-Match: "7"`; undefined when any will do (no header, or `*`). */
export const ifMatchOf = (req: Request): bigint | undefined => {
  const raw = req.get('if-match')?.trim();
  if (raw === undefined || raw === '*') return undefined;
  const version = /^"(\d{1,18})(\.[0-9a-z]+)?"$/.exec(raw)?.[1];
  // A tag that was never given out matches nothing; only one that is no tag at all is an error (RFC 9110, section 13.1.1).
  if (
    version === undefined &&
    !/^(W\/)?"[\x21\x23-\x7e]*"( *, *(W\/)?"[\x21\x23-\x7e]*")*$/.test(raw)
  )
    throw bad('If-Match', 'must be an entity tag such as "7"');
  return version === undefined ? -1n : BigInt(version);
};

/** A stream without events has no version yet: 0 stands for "nothing", and revision n for n + 1. */
export const versionOf = (revision: bigint | 'no-stream'): bigint =>
  revision === 'no-stream' ? 0n : revision + 1n;

/** Binds a command to the version that the client has seen, if it has said which. */
export const ifSeen = (
  seen: bigint | undefined,
): { readonly ifRevision?: bigint | 'no-stream' } => {
  if (seen === undefined) return {};
  return { ifRevision: seen <= 0n ? 'no-stream' : seen - 1n };
};

/** @param shown what else the representation depends on besides the stream; not compared by If-Match */
export const etagOf = (version: bigint | number, shown = ''): string =>
  `"${version}${shown && `.${shown}`}"`;

/** @throws ProblemError PRECONDITION_FAILED when the client has seen another version */
export const requireVersion = (seen: bigint | undefined, current: bigint): void => {
  if (seen !== undefined && seen !== current)
    throw new ProblemError('PRECONDITION_FAILED', {
      headers: { ETag: etagOf(current) },
      members: { currentVersion: Number(current) },
    });
};

/** Whether the client has this version already (RFC 9110, section 13.1.2: weak comparison). */
export const alreadyHas = (req: Request, etag: string): boolean => {
  const raw = req.get('if-none-match');
  if (raw === undefined) return false;
  return raw.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
};

/** The longest that a client may let an answer wait. */
const MAX_WAIT_S = 20;

/**
 * How long the client is ready to wait for a settled answer (RFC 7240, `Prefer: wait=5`).
 * @returns milliseconds; 0 when it does not want to wait. Says in Preference-Applied what was heeded.
 */
export const preferredWaitMs = (req: Request, res: Response): number => {
  const preferences = (req.get('prefer') ?? '').split(/[,;]/).map((each) => each.trim());
  const wait = preferences
    .map((each) => /^wait *= *"?(\d{1,6})"?$/i.exec(each)?.[1])
    .find((seconds) => seconds !== undefined);
  if (wait === undefined) return 0;
  const seconds = Math.min(Number(wait), MAX_WAIT_S);
  res.set('Preference-Applied', `wait=${seconds}`);
  return seconds * 1000;
};

/** Repeats an object with its keys sorted, so that two bodies that mean the same have the same text. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
};

/** A body as text that is the same for all ways to write it (key order, blanks). */
export const canonicalText = (body: unknown): string => JSON.stringify(canonical(body));
