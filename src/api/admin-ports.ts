/** Why an operator's wish was refused. */
export type OperatorRejection =
  | { readonly code: 'SAGA_NOT_FOUND' }
  | { readonly code: 'SAGA_FINISHED'; readonly status: string }
  /** While a payment is being confirmed, or after the order completed, nothing may be compensated. */
  | { readonly code: 'COMPENSATION_NOT_ALLOWED'; readonly status: string };

/** What an operator asks of a saga; recorded as an event, with who and why. */
export type OperatorWish = {
  readonly type: 'retry' | 'compensate' | 'annotate';
  readonly by: string;
  readonly reason: string;
};
