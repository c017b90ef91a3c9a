import type { CartRejection } from '../domain/cart/cart.ts';
import type { PlacementRejection } from '../domain/order/assess.ts';
import type { OrderRejection } from '../domain/order/order-types.ts';
import type { OperatorRejection } from './admin-ports.ts';

/** What a problem is in general; what happened this time stands in `detail` and in the members beside it. */
export type Problem = {
  readonly status: number;
  /** The same for every occurrence (RFC 9457, section 3.1.3). */
  readonly title: string;
  /** Whether sending the very same request again can help: `no`, `later`, or `changed` (after looking at the new state). */
  readonly retry: 'no' | 'later' | 'changed';
};

const no = (status: number, title: string): Problem => ({ status, title, retry: 'no' });
const later = (status: number, title: string): Problem => ({ status, title, retry: 'later' });
const changed = (status: number, title: string): Problem => ({ status, title, retry: 'changed' });

/** The request itself is at fault, whatever the state of carts and orders. */
const requestProblems = {
  MALFORMED_JSON: no(400, 'The body is not JSON'),
  VALIDATION_FAILED: no(400, 'The request does not have the expected form'),
  UNKNOWN_FIELD: no(400, 'The request has a field that nothing here knows'),
  QUANTITY_OUT_OF_RANGE: no(422, 'A quantity is not a whole number from 1 to 999'),
  INVALID_CURSOR: no(400, 'The cursor does not belong to this listing'),
  INVALID_HEADER: no(400, 'A request header cannot be understood'),
  UNAUTHENTICATED: no(401, 'An access token is needed'),
  INVALID_TOKEN: no(401, 'The access token is not valid'),
  TOKEN_EXPIRED: no(401, 'The access token has expired'),
  INVALID_TICKET: no(401, 'The ticket is not valid, has expired or was used'),
  FORBIDDEN: no(403, 'The access token does not allow this'),
  NOT_FOUND: no(404, 'There is nothing at this address'),
  METHOD_NOT_ALLOWED: no(405, 'This address does not know the method'),
  NOT_ACCEPTABLE: no(406, 'None of the accepted media types can be produced'),
  PRECONDITION_FAILED: changed(412, 'The resource has changed meanwhile'),
  BODY_TOO_LARGE: no(413, 'The body is too large'),
  UNSUPPORTED_MEDIA_TYPE: no(415, 'The body must be application/json in UTF-8'),
  RATE_LIMITED: later(429, 'Too many requests'),
  TOO_MANY_STREAMS: later(429, 'Too many event streams are open for this member'),
} as const;

/** Something that this service is built on is away. */
const outageProblems = {
  INTERNAL_ERROR: later(500, 'Something went wrong here'),
  PARTICIPANT_MISCONFIGURED: no(502, 'A service behind this one refuses to talk to it'),
  PRODUCT_UNAVAILABLE: later(503, 'The product service is not available'),
  COUPON_SERVICE_UNAVAILABLE: later(503, 'The coupon service is not available'),
  MEMBER_SERVICE_UNAVAILABLE: later(503, 'The member service is not available'),
  PAYMENT_PROVIDER_UNAVAILABLE: later(503, 'The payment provider is not available'),
  IDENTITY_UNAVAILABLE: later(503, 'The keys that tokens are checked with cannot be fetched'),
  STORE_UNAVAILABLE: later(503, 'The event store is not available'),
  READ_MODEL_UNAVAILABLE: later(503, 'The read side is not available'),
  READ_MODEL_BEHIND: later(503, 'The read side has not caught up with the given token'),
  BUSY: later(503, 'Others kept changing the same thing; nothing was done'),
  SHUTTING_DOWN: later(503, 'This process is about to stop'),
} as const;

/** What the API itself adds to the domain's refusals, mostly by telling cases of one refusal apart. */
const outcomeProblems = {
  PAYMENT_DECLINED: no(402, 'The payment was declined'),
  ORDER_EXPIRED: no(409, 'The order was not paid in time'),
  ORDER_ALREADY_PAID: no(409, 'The order has been paid'),
} as const;

const cartProblems: Readonly<Record<CartRejection['code'], Problem>> = {
  CART_FULL: changed(409, 'The cart holds as many different products as it can'),
  CART_QUANTITY_LIMIT: changed(409, 'The line would hold more than one line can'),
  CART_ITEM_NOT_FOUND: no(404, 'The cart does not hold this product'),
};

const placementProblems: Readonly<Record<PlacementRejection['code'], Problem>> = {
  DUPLICATE_VARIANT: no(400, 'A product variant is named more than once'),
  PRODUCT_NOT_FOUND: no(404, 'There is no such product'),
  PRODUCT_NOT_ON_SALE: changed(409, 'The product is not on sale'),
  INSUFFICIENT_STOCK: changed(409, 'There is not enough stock'),
  MEMBER_NOT_FOUND: no(404, 'There is no such member'),
  COUPON_NOT_FOUND: no(404, 'There is no such coupon'),
  COUPON_EXPIRED: no(409, 'The coupon has expired'),
  COUPON_MIN_AMOUNT_NOT_MET: changed(409, "The order is smaller than the coupon's minimum"),
  COUPON_NOT_USABLE: no(409, 'The coupon cannot be used'),
  INSUFFICIENT_POINT: changed(409, 'The member does not have that many points'),
  POINTS_NOT_ALLOWED: no(422, 'The order does not take that many points'),
  PAYMENT_AMOUNT_TOO_SMALL: no(422, 'An amount from 1 to 99 won cannot be paid'),
  ORDER_TOO_LARGE: no(422, 'The order is too large'),
  ORDER_PRICE_MISMATCH: changed(409, 'The price is not the expected one'),
};

const orderProblems: Readonly<Record<OrderRejection['code'], Problem>> = {
  ORDER_NOT_FOUND: no(404, 'There is no such order'),
  IDEMPOTENCY_KEY_REUSED: no(422, 'The idempotency key was used with another request'),
  ORDER_NOT_PAYABLE: changed(409, 'The order cannot be paid now'),
  PAYMENT_DEADLINE_PASSED: no(409, 'The time to pay the order is over'),
  PAYMENT_AMOUNT_MISMATCH: no(409, "The amount is not the order's"),
  PAYMENT_IN_PROGRESS: changed(409, 'Another payment of this order is being confirmed'),
  ORDER_NOT_CANCELABLE: changed(409, 'The order cannot be cancelled now'),
  CANCELLATION_IN_PROGRESS: later(409, 'A cancellation of this order is under way'),
  CANCELLATION_EXCEEDS_ORDER: changed(409, 'More is to be cancelled than is left'),
  NOT_DUE: later(409, 'It is too early for this'),
};

const operatorProblems: Readonly<Record<OperatorRejection['code'], Problem>> = {
  SAGA_NOT_FOUND: no(404, 'There is no such saga'),
  SAGA_FINISHED: no(409, 'The saga has ended'),
  COMPENSATION_NOT_ALLOWED: changed(409, 'The saga cannot be compensated now'),
};

/** Every problem the service can answer with, by its stable code. A rejection without a line does not compile. */
export const problems = {
  ...requestProblems,
  ...outageProblems,
  ...outcomeProblems,
  ...cartProblems,
  ...placementProblems,
  ...orderProblems,
  ...operatorProblems,
} as const;

/** Stable; clients branch on it. */
export type ProblemCode = keyof typeof problems;
