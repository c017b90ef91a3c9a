import { json, type Reply } from '../http/reply.ts';
import { CANCEL_ERRORS } from './cancel-errors.ts';
import { CONFIRM_ERRORS } from './confirm-errors.ts';
import { DECLINES } from './declines.ts';

/** The shape of a code, known or not: any such word can be forced as an error. */
export const ERROR_CODE = /^[A-Z][A-Z0-9_]{2,79}$/;

const ALL = new Map(Object.entries({ ...CANCEL_ERRORS, ...CONFIRM_ERRORS, ...DECLINES }));

/** Whether the code is a definite decline of a confirmation, after which the payment is ABORTED. */
export const isDecline = (code: string): boolean => Object.hasOwn(DECLINES, code);

/** The HTTP status that belongs to a code; a code that is not listed answers 400. */
export const statusOf = (code: string): number => ALL.get(code)?.[0] ?? 400;

/** The provider's error body. Callers branch on `code`; the message follows `Accept-Language`. */
export function errorBody(code: string, acceptLanguage?: string) {
  const row = ALL.get(code);
  const english = acceptLanguage?.toLowerCase().startsWith('en') ?? false;
  return { code, message: row ? row[english ? 2 : 1] : code };
}

/** The provider's answer for a code. */
export const tossError = (code: string, acceptLanguage?: string): Reply =>
  json(statusOf(code), errorBody(code, acceptLanguage));
