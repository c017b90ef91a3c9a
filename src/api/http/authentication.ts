import { createSecretKey } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { MemberId } from '../../domain/kernel/ids.ts';
import { LruMap } from '../../runtime/lru-map.ts';
import type { Clock } from '../../runtime/ports.ts';
import { ProblemError } from './problem-error.ts';
import { type Principal, principalOf, setPrincipal } from './request-state.ts';

export type TokenRules = {
  readonly key:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'jwks'; readonly url: string };
  readonly issuer: string;
  readonly audience: string;
};

/** @throws ProblemError INVALID_TOKEN or TOKEN_EXPIRED */
export type VerifyToken = (token: string) => Promise<Principal>;

const Role = z.enum(['ROLE_USER', 'ROLE_ADMIN']);
const Claims = z.object({ sub: MemberId, role: Role.default('ROLE_USER'), exp: z.number() });

/** Two machines' clocks are rarely further apart. */
const CLOCK_TOLERANCE_S = 5;
/** Verified tokens that are remembered: an HMAC through WebCrypto costs more than the rest of the chain. */
const REMEMBERED_TOKENS = 10_000;

const keyOf = ({
  key,
}: TokenRules): { readonly get: JWTVerifyGetKey; readonly algorithms: string[] } => {
  if (key.kind === 'jwks')
    // Asymmetric only: with a shared key in the list, a public key could be taken for a secret (RFC 8725, section 2.1).
    return {
      get: createRemoteJWKSet(new URL(key.url), { timeoutDuration: 3000 }),
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
    };
  const secret = createSecretKey(Buffer.from(key.secret, 'utf8'));
  return { get: () => Promise.resolve(secret), algorithms: ['HS256'] };
};

const principalFrom = (payload: JWTPayload): Principal => {
  const { success, data } = Claims.safeParse(payload);
  if (!success) throw new ProblemError('INVALID_TOKEN', invalid('a claim is missing or malformed'));
  return { subject: data.sub, role: data.role, expiresAt: data.exp * 1000 };
};

/** RFC 6750, section 3. */
const invalid = (detail: string) => ({
  detail,
  headers: { 'WWW-Authenticate': `Bearer error="invalid_token", error_description="${detail}"` },
});

/** The key set cannot be fetched: that says nothing of the token. */
const isOutage = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof TypeError ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC');

/**
 * Checks tokens as RFC 8725 asks: pinned algorithms, issuer, audience, expiry, not-before, and the shape of the claims
 * that matter here (`sub` is the member's id, `role` ROLE_USER or ROLE_ADMIN).
 */
export const tokenVerifier = (rules: TokenRules, clock: Clock): VerifyToken => {
  const { get, algorithms } = keyOf(rules);
  const remembered = new LruMap<string, Principal>(REMEMBERED_TOKENS);
  return async (token) => {
    const now = clock.now();
    const known = remembered.get(token);
    if (known && known.expiresAt > now.getTime()) return known;
    remembered.delete(token);
    try {
      const { payload } = await jwtVerify(token, get, {
        algorithms,
        issuer: rules.issuer,
        audience: rules.audience,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: now,
      });
      const principal = principalFrom(payload);
      remembered.set(token, principal);
      return principal;
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      if (error instanceof errors.JWTExpired)
        throw new ProblemError('TOKEN_EXPIRED', invalid('the token has expired'));
      if (isOutage(error)) throw new ProblemError('IDENTITY_UNAVAILABLE', { cause: error });
      throw new ProblemError('INVALID_TOKEN', invalid('the token cannot be accepted'));
    }
  };
};

const bearerOf = (header: string | undefined): string => {
  if (header === undefined)
    throw new ProblemError('UNAUTHENTICATED', { headers: { 'WWW-Authenticate': 'Bearer' } });
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header)?.[1];
  if (token === undefined) throw new ProblemError('INVALID_TOKEN', invalid('not a bearer token'));
  return token;
};

/** Lets only bearers of a valid access token pass. */
export const authenticate =
  (verify: VerifyToken): RequestHandler =>
  async (req, res, next) => {
    setPrincipal(res, await verify(bearerOf(req.get('authorization'))));
    next();
  };

/** Lets only operators pass; stands behind `authenticate`. */
export const operatorsOnly: RequestHandler = (_req, res, next) => {
  requireOperator(res);
  next();
};

const requireOperator = (res: Response): void => {
  if (principalOf(res).role !== 'ROLE_ADMIN')
    throw new ProblemError('FORBIDDEN', {
      headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' },
    });
};
