import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { ProblemError } from './problem-error.ts';
import { principalOf } from './request-state.ts';

const WINDOW_MS = 60_000;

/**
 * At most `perMinute` requests a minute and member, counted in this process; stands behind authentication. Answers the
 * RateLimit headers of draft-ietf-httpapi-ratelimit-headers, and 429 with the registered problem type.
 * @param perMinute 0 is no limit
 */
export const memberRateLimit = (perMinute: number): RequestHandler =>
  limit('member', perMinute, (_req, res) => principalOf(res).subject);

/** The same for callers without a token, by address. */
export const addressRateLimit = (perMinute: number): RequestHandler =>
  limit('address', perMinute, (req) => ipKeyGenerator(req.ip ?? 'unknown'));

const limit = (
  identifier: string,
  perMinute: number,
  keyOf: (req: Request, res: Response) => string,
): RequestHandler => {
  if (perMinute === 0) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    identifier,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (req, res) => keyOf(req, res),
    handler: (_req, res, next) => {
      const retryAfter = String(res.getHeader('Retry-After') ?? WINDOW_MS / 1000);
      next(
        new ProblemError('RATE_LIMITED', {
          headers: { 'Retry-After': retryAfter },
          members: { 'violated-policies': [identifier] },
        }),
      );
    },
  });
};
