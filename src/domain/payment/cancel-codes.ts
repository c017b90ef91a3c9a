/** What an error code of a cancellation says; the provider's HTTP status says nothing. */
export type CancelVerdict =
  /** Perhaps cancelled already, perhaps by us: only a look-up tells. */
  | 'already-cancelled'
  /** The balance is not what we believed, or another cancellation runs: look up, wait, try again. */
  | 'concurrent'
  /** The first request with this key still runs: ask again with the same key. */
  | 'still-running'
  /** Will never be cancelled this way: somebody has to refund by hand. */
  | 'refused'
  /** May have been cancelled: look up, then a new attempt. */
  | 'unknown'
  /** Our keys or our request are wrong; not cancelled. */
  | 'misconfigured';

/** The codes that `POST /v1/payments/{paymentKey}/cancel` documents; one that is missing here counts as unknown. */
export const cancelCodes: Readonly<Record<string, CancelVerdict>> = {
  ALREADY_CANCELED_PAYMENT: 'already-cancelled',
  ALREADY_REFUND_PAYMENT: 'already-cancelled',
  ALREADY_REFUNDING_PAYMENT: 'already-cancelled',
  // More than the balance, which is 0 after a full cancellation that followed a partial one.
  NOT_CANCELABLE_AMOUNT: 'already-cancelled',

  NOT_CANCELABLE_PAYMENT: 'refused',
  NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER: 'refused',
  EXCEED_MAX_REFUND_DUE: 'refused',
  EXCEED_CANCEL_LIMIT: 'refused',
  NOT_ALLOWED_PARTIAL_REFUND: 'refused',
  NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT: 'refused',
  REFUND_REJECTED: 'refused',
  INVALID_REFUND_ACCOUNT_INFO: 'refused',
  INVALID_REFUND_ACCOUNT_NUMBER: 'refused',
  INVALID_BANK: 'refused',
  FORBIDDEN_BANK_REFUND_REQUEST: 'refused',
  EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT: 'refused',

  NOT_MATCHES_REFUNDABLE_AMOUNT: 'concurrent',
  FORBIDDEN_CONSECUTIVE_REQUEST: 'concurrent',
  IDEMPOTENT_REQUEST_PROCESSING: 'still-running',

  PROVIDER_ERROR: 'unknown',
  // Outside the bank's hours: a decline for a payment, a pause for a refund.
  NOT_AVAILABLE_BANK: 'unknown',
  FAILED_INTERNAL_SYSTEM_PROCESSING: 'unknown',
  FAILED_REFUND_PROCESS: 'unknown',
  FAILED_METHOD_HANDLING_CANCEL: 'unknown',
  FAILED_PARTIAL_REFUND: 'unknown',
  COMMON_ERROR: 'unknown',
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: 'unknown',

  UNAUTHORIZED_KEY: 'misconfigured',
  INCORRECT_BASIC_AUTH_FORMAT: 'misconfigured',
  FORBIDDEN_REQUEST: 'misconfigured',
  INVALID_REQUEST: 'misconfigured',
  NOT_FOUND_PAYMENT: 'misconfigured',
};

/** @param code the provider's error code, null when its answer held none */
export const judgeCancelError = (code: string | null): CancelVerdict =>
  code !== null && Object.hasOwn(cancelCodes, code) ? (cancelCodes[code] ?? 'unknown') : 'unknown';
