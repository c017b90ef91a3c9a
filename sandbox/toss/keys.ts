import { randomBytes, randomInt } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

const randomWord = (length: number) =>
  Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('');

/** A new payment key: unguessable, at most 200 characters. */
export const newPaymentKey = (now: string): string =>
  `tgen_${now.replace(/\D/g, '').slice(0, 14)}${randomWord(20)}`;

/** A new transaction key: unique per movement of money, at most 64 characters. */
export const newTransactionKey = (): string => `txrd_a01${randomWord(24)}`;

/** A card company's approval number. */
export const newApprovalNumber = (): string => String(randomInt(10_000_000, 100_000_000));

/** A virtual account number. */
export const newAccountNumber = (): string => `X${randomInt(1_000_000_000, 10_000_000_000)}`;

/** The secret of a payment that deposit callbacks repeat, at most 50 characters. */
export const newSecret = (): string => `ps_${randomWord(24)}`;
