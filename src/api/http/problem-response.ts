import type { Response } from 'express';
import { type ProblemCode, problems } from '../problems.ts';
import type { ProblemError } from './problem-error.ts';
import { requestIdOf } from './request-state.ts';

/** Where the documentation of each problem is served, relative to the API's root. */
export const problemType = (code: ProblemCode): string =>
  code === 'RATE_LIMITED'
    ? // Registered by draft-ietf-httpapi-ratelimit-headers.
      'https://iana.org/assignments/http-problem-types#quota-exceeded'
    : `/problems/${code}`;

/** Seconds to wait where the code is "later" and nobody said how long. */
const DEFAULT_RETRY_AFTER_S = 1;

/**
 * Answers with a problem document (RFC 9457). 429 and 503 always carry Retry-After.
 * @param extras what is particular to this occurrence
 */
export const sendProblem = (
  res: Response,
  code: ProblemCode,
  { detail, members, headers }: ProblemError['extras'] = {},
): void => {
  const { status, title } = problems[code];
  if (status === 503 || status === 429) res.set('Retry-After', String(DEFAULT_RETRY_AFTER_S));
  if (headers) res.set(headers);
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('application/problem+json')
    .send(
      JSON.stringify({
        ...members,
        type: problemType(code),
        title,
        status,
        code,
        ...(detail === undefined ? {} : { detail }),
        instance: res.req.originalUrl.split('?')[0],
        requestId: requestIdOf(res),
      }),
    );
};
