import { createSecretKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { jwtSecret } from './stand.ts';

/** The sandbox has these members for load tests: alike, with points that do not run out. */
const FIRST_MEMBER = 1001;
const MEMBERS = 200;

export type Shopper = { readonly memberId: string; readonly authorization: string };

/** A member of the sandbox and the header that says so. */
const shopper = async (memberId: string): Promise<Shopper> => {
  const token = await new SignJWT({ role: 'ROLE_USER' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(memberId)
    .setIssuer('order-service-sandbox')
    .setAudience('order-service')
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(createSecretKey(Buffer.from(jwtSecret, 'utf8')));
  return { memberId, authorization: `Bearer ${token}` };
};

/** All members that the sandbox keeps for load. */
export const shoppers = (): Promise<Shopper[]> =>
  Promise.all(Array.from({ length: MEMBERS }, (_, index) => shopper(String(FIRST_MEMBER + index))));

/** Variants of the sandbox with stock that does not run out, all at one price. */
export const bulkVariants = { first: 1001, count: 50 } as const;
