import { createHmac, randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { MemberId } from '../../domain/kernel/ids.ts';
import type { Clock } from '../../runtime/ports.ts';
import type { OnceOnly } from '../../runtime/read-ports.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Principal } from '../http/request-state.ts';

/** One-time tickets for browsers, whose EventSource cannot send an Authorization header. */
export type Tickets = {
  /** @returns the ticket and when it ends, ISO 8601 UTC */
  readonly issue: (principal: Principal) => Promise<{ ticket: string; expiresAt: string }>;
  /**
   * Takes a ticket, on any process of the service, once.
   * @returns who asked for it; the stream ends when that token does
   * @throws ProblemError INVALID_TICKET
   */
  readonly redeem: (ticket: string) => Promise<Principal>;
};

/** Long enough to open a connection; a ticket stands in a URL, and URLs end in logs. */
const LIFETIME_MS = 30_000;
const AUDIENCE = 'order-events';

const Claims = z.object({
  sub: MemberId,
  role: z.enum(['ROLE_USER', 'ROLE_ADMIN']),
  tokenExpiresAt: z.number(),
  jti: z.string().min(1),
  exp: z.number(),
});

/** @param secret shared by all processes of the service */
export const createTickets = (secret: string, once: OnceOnly, clock: Clock): Tickets => {
  const key = createHmac('sha256', secret).update('event stream tickets').digest();
  return {
    issue: async ({ subject, role, expiresAt: tokenExpiresAt }) => {
      const expires = new Date(Math.min(clock.now().getTime() + LIFETIME_MS, tokenExpiresAt));
      const ticket = await new SignJWT({ role, tokenExpiresAt })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(subject)
        .setAudience(AUDIENCE)
        .setJti(randomUUID())
        .setExpirationTime(expires)
        .sign(key);
      return { ticket, expiresAt: expires.toISOString() };
    },
    redeem: async (ticket) => {
      const claims = await claimsOf(ticket, key, clock);
      const until = new Date(claims.exp * 1000).toISOString();
      const first = await once.claim('event-ticket', claims.jti, until);
      if (!first) throw new ProblemError('INVALID_TICKET');
      return { subject: claims.sub, role: claims.role, expiresAt: claims.tokenExpiresAt };
    },
  };
};

const claimsOf = async (ticket: string, key: Buffer, clock: Clock) => {
  try {
    const { payload } = await jwtVerify(ticket, key, {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      currentDate: clock.now(),
    });
    return Claims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError)
      throw new ProblemError('INVALID_TICKET', { headers: { 'WWW-Authenticate': 'Bearer' } });
    throw error;
  }
};
