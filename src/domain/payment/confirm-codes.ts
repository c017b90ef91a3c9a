import type { FailureCode } from '../order/words.ts';

/** What an error code of a confirmation says; the provider's HTTP status says nothing. */
export type ConfirmVerdict =
  /** No money moved and none will: the customer is told why. */
  | { readonly kind: 'declined'; readonly failureCode: FailureCode }
  /** The authorised session is gone. Proves "not paid" only on a first attempt. */
  | { readonly kind: 'session-gone'; readonly failureCode: FailureCode }
  /** Somebody was there first: look up who. */
  | { readonly kind: 'already-processed' }
  /** May have been paid: look up, then a new attempt. */
  | { readonly kind: 'unknown' }
  /** The first request with this key still runs: ask again with the same key. */
  | { readonly kind: 'still-running' }
  /** Our keys or our request are wrong; not paid. */
  | { readonly kind: 'misconfigured' };

// The customer can do something about a limit or a balance, so these have a failure code of their own.
const noMoney = { kind: 'declined', failureCode: 'PAYMENT_INSUFFICIENT_BALANCE' } as const;
const declined = { kind: 'declined', failureCode: 'PAYMENT_FAILED' } as const;
const alreadyProcessed = { kind: 'already-processed' } as const;
const unknown = { kind: 'unknown' } as const;
const misconfigured = { kind: 'misconfigured' } as const;

/**
 * The codes that `POST /v1/payments/confirm` documents. Only declines are final, so they are the ones that must be
 * listed exactly; a code that is missing here counts as unknown, never as a decline.
 */
export const confirmCodes: Readonly<Record<string, ConfirmVerdict>> = {
  REJECT_CARD_PAYMENT: noMoney,
  REJECT_ACCOUNT_PAYMENT: noMoney,
  EXCEED_MAX_ONE_DAY_AMOUNT: noMoney,
  EXCEED_MAX_PAYMENT_AMOUNT: noMoney,
  EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT: noMoney,
  EXCEED_MAX_AMOUNT: noMoney,
  EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT: noMoney,
  EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT: noMoney,
  REJECT_CARD_COMPANY: declined,
  REJECT_TOSSPAY_INVALID_ACCOUNT: declined,
  EXCEED_MAX_AUTH_COUNT: declined,
  NOT_AVAILABLE_BANK: declined,
  INVALID_PASSWORD: declined,
  FDS_ERROR: declined,
  INVALID_REJECT_CARD: declined,
  INVALID_CARD_NUMBER: declined,
  INVALID_CARD_EXPIRATION: declined,
  INVALID_STOPPED_CARD: declined,
  INVALID_CARD_LOST_OR_STOLEN: declined,
  INVALID_CARD_INSTALLMENT_PLAN: declined,
  NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT: declined,
  NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN: declined,
  EXCEED_MAX_CARD_INSTALLMENT_PLAN: declined,
  NOT_ALLOWED_POINT_USE: declined,
  EXCEED_MAX_DAILY_PAYMENT_COUNT: declined,
  RESTRICTED_TRANSFER_ACCOUNT: declined,
  INVALID_ACCOUNT_INFO_RE_REGISTER: declined,
  NOT_AVAILABLE_PAYMENT: declined,
  BELOW_MINIMUM_AMOUNT: declined,

  NOT_FOUND_PAYMENT_SESSION: { kind: 'session-gone', failureCode: 'PAYMENT_TIMEOUT' },
  NOT_FOUND_PAYMENT: { kind: 'session-gone', failureCode: 'PAYMENT_NOT_FOUND' },

  ALREADY_PROCESSED_PAYMENT: alreadyProcessed,
  DUPLICATED_ORDER_ID: alreadyProcessed,
  ALREADY_COMPLETED_PAYMENT: alreadyProcessed,

  PROVIDER_ERROR: unknown,
  CARD_PROCESSING_ERROR: unknown,
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: unknown,
  FAILED_INTERNAL_SYSTEM_PROCESSING: unknown,
  UNKNOWN_PAYMENT_ERROR: unknown,
  FAILED_CARD_COMPANY_RESPONSE: unknown,
  FAILED_DB_PROCESSING: unknown,
  COMMON_ERROR: unknown,
  IDEMPOTENT_REQUEST_PROCESSING: { kind: 'still-running' },

  UNAUTHORIZED_KEY: misconfigured,
  INVALID_API_KEY: misconfigured,
  INVALID_REQUEST: misconfigured,
  INVALID_AUTHORIZE_AUTH: misconfigured,
  NOT_FOUND_TERMINAL_ID: misconfigured,
  NOT_REGISTERED_BUSINESS: misconfigured,
  INVALID_UNREGISTERED_SUBMALL: misconfigured,
  UNAPPROVED_ORDER_ID: misconfigured,
  INVALID_IDEMPOTENCY_KEY: misconfigured,
  FORBIDDEN_REQUEST: misconfigured,
  INCORRECT_BASIC_AUTH_FORMAT: misconfigured,
};

/** @param code the provider's error code, null when its answer held none */
export const judgeConfirmError = (code: string | null): ConfirmVerdict =>
  code !== null && Object.hasOwn(confirmCodes, code) ? (confirmCodes[code] ?? unknown) : unknown;
