import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { Id } from '../http/fields.ts';
import { json } from '../http/reply.ts';
import type { Route } from '../http/route.ts';

const HOUR_S = 60 * 60;
const DAY_S = 24 * HOUR_S;

/** How the tokens are signed; the order service must be told the same. */
export interface TokenOptions {
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
}

const TokenBody = z.strictObject({
  memberId: Id,
  role: z.enum(['ROLE_USER', 'ROLE_ADMIN']).default('ROLE_USER'),
  /** Negative for a token that has expired already. */
  ttlSeconds: z
    .int()
    .min(-DAY_S)
    .max(30 * DAY_S)
    .default(HOUR_S),
});

/** The identity provider: gives anyone a token for any member. */
export function tokenRoute({ secret, issuer, audience }: TokenOptions): Route {
  const key = new TextEncoder().encode(secret);
  return {
    method: 'POST',
    path: '/tokens',
    operation: 'issueToken',
    handle: async (call) => {
      const { memberId, role, ttlSeconds } = TokenBody.parse(call.body);
      // Real time, not the sandbox's: whoever checks the token has only the real one.
      const issuedAt = Math.floor(Date.now() / 1000);
      const expiresAt = issuedAt + ttlSeconds;
      const token = await new SignJWT({ role, client_id: 'sandbox' })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
        .setSubject(String(memberId))
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .setJti(randomUUID())
        .sign(key);
      return json(201, {
        token,
        tokenType: 'Bearer',
        expiresAt: new Date(expiresAt * 1000).toISOString(),
      });
    },
  };
}
