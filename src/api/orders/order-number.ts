import { createHmac, randomBytes } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 16 characters of 5 bits: 80 unguessable bits. */
const CHARACTERS = 16;
const DAY_MS = 86_400_000;
const KOREA_MS = 9 * 3_600_000;

const base32 = (bytes: Buffer): string =>
  Array.from(bytes.subarray(0, CHARACTERS), (byte) => BASE32[byte % 32]).join('');

/** The shop's customers live in Korea, which has one time zone and no summer time. */
const koreanDay = (at: Date): string =>
  new Date(at.getTime() + KOREA_MS).toISOString().slice(0, 10).replaceAll('-', '');

/** Names orders: at random, or after the client's idempotency key. */
export type OrderNumbers = {
  readonly fresh: (now: Date) => string;
  /**
   * The numbers that an order placed under this key can have: today's first, then yesterday's. A repeat within a day finds
   * the order of the first request; after that the key names a new one.
   */
  readonly candidates: (memberId: string, key: string, now: Date) => readonly [string, string];
  /** Tells bodies under one key apart. Keyed, because a body holds an address. */
  readonly fingerprint: (canonicalBody: string) => string;
};

/**
 * @param secret shared by all processes of the service; without it nobody can guess the number behind a key
 */
export const orderNumbers = (secret: string): OrderNumbers => {
  // One secret, several purposes: each has a key of its own (as NIST SP 800-108 asks).
  const keyFor = (purpose: string): Buffer => createHmac('sha256', secret).update(purpose).digest();
  const numberKey = keyFor('order numbers');
  const printKey = keyFor('request fingerprints');
  return {
    fresh: (now) => `ORD-${koreanDay(now)}-${base32(randomBytes(CHARACTERS))}`,
    candidates: (memberId, key, now) => {
      const digest = createHmac('sha256', numberKey).update(JSON.stringify([memberId, key]));
      const suffix = base32(digest.digest());
      const yesterday = new Date(now.getTime() - DAY_MS);
      return [`ORD-${koreanDay(now)}-${suffix}`, `ORD-${koreanDay(yesterday)}-${suffix}`];
    },
    fingerprint: (canonicalBody) =>
      createHmac('sha256', printKey).update(canonicalBody).digest('base64url'),
  };
};
