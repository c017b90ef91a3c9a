import type { Context } from './ports.ts';

/** The services outside, each with its own breaker and its own limit of calls under way. */
export type Participant = 'product' | 'coupon' | 'member' | 'toss';

/** For whom a call is made: `correlationId` goes out as X-Request-Id; any `Context` will do. */
export type CallContext = Pick<Context, 'correlationId' | 'signal'> & {
  /** W3C trace context to carry on; derived from the correlation id when absent. */
  readonly traceparent?: string;
};

/** The call happened for certain; a repeat of it (same key) answers the same. */
type Done<T> = { readonly kind: 'done'; readonly data: T };
/** The participant said no: nothing was done, and asking again brings the same answer. */
type Refused = {
  readonly kind: 'refused';
  /** The participant's own word, e.g. INSUFFICIENT_STOCK; `HTTP_401` when it gave none. */
  readonly code: string;
  readonly detail: string;
  /** False when the answer was an error of ours (400, 401, unknown 4xx): the step is undone too, to be sure. */
  readonly definite: boolean;
  /** What came with the refusal, e.g. `shortages` or `balance`. */
  readonly data?: Readonly<Record<string, unknown>>;
};
/** The request may have had its effect: repeat it with the same key. */
type Unknown = {
  readonly kind: 'unknown';
  readonly reason: string;
  /** When the other side said how long to wait, in ms. */
  readonly retryAfterMs?: number;
};
/** The request cannot have had an effect: no connection, breaker open, too many calls under way. */
export type NotSent = {
  readonly kind: 'not-sent';
  readonly reason: string;
  readonly retryAfterMs?: number;
};

/** What came of a call that changes something. Never thrown: a gateway's writes do not reject. */
export type Answer<T> = Done<T> | Refused | Unknown | NotSent;

/** Undoing has no refusal: whatever is not done is tried again, for ever. */
export type UndoAnswer<T> = Done<T> | Unknown | NotSent;

/** What a question about an earlier call found. `unavailable`: ask again later, nothing is known. */
export type Probe<T> =
  | { readonly kind: 'found'; readonly data: T }
  | { readonly kind: 'absent'; readonly code: string }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterMs?: number };

/**
 * A look-up that got no usable answer. (A look-up of something that does not exist is no failure: it gives null or
 * leaves it out.)
 */
export class GatewayError extends Error {
  /** `UNAVAILABLE`: outage, time-out, breaker open. `MISCONFIGURED`: our credentials or request are wrong. */
  readonly code: 'UNAVAILABLE' | 'MISCONFIGURED';
  readonly participant: Participant;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  constructor(
    participant: Participant,
    code: GatewayError['code'],
    message: string,
    options: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(`${participant}: ${message}`, { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.participant = participant;
    this.retryable = code === 'UNAVAILABLE';
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** For health and metrics: how the connection to one participant is doing. */
export type GatewayStatus = {
  readonly participant: Participant;
  readonly breaker: 'closed' | 'half-open' | 'open';
  /** Calls under way. */
  readonly inFlight: number;
};

type Items = readonly { readonly productVariantId: number; readonly quantity: number }[];

export type Variant = {
  readonly productId: number;
  readonly productVariantId: number;
  /** `UNKNOWN` stands for a word that this release does not know: not for sale. */
  readonly status: 'PREPARING' | 'ON_SALE' | 'STOP_SALE' | 'DELETED' | 'UNKNOWN';
  readonly productName: string;
  readonly thumbnailUrl: string | null;
  /** Won; `discountRate` in whole percent. */
  readonly unitPrice: {
    readonly originalPrice: number;
    readonly discountRate: number;
    readonly discountAmount: number;
    readonly discountedPrice: number;
  };
  readonly stockQuantity: number;
  readonly itemOptions: readonly {
    readonly optionTypeName: string;
    readonly optionValueName: string;
  }[];
};

export type ProductGateway = {
  /**
   * Unknown ids are absent from the result; any number of ids is asked for in as many calls as needed.
   * @throws GatewayError when the service cannot be asked: never an empty result
   */
  readonly variants: (ids: readonly number[], context: CallContext) => Promise<readonly Variant[]>;
  readonly deductStock: (
    orderNo: string,
    deduction: { readonly sagaId: string; readonly memberId: string; readonly items: Items },
    context: CallContext,
  ) => Promise<Answer<{ readonly state: string }>>;
  /** Also before (or without) a deduction: the participant then refuses a late one. */
  readonly restoreStock: (
    orderNo: string,
    context: CallContext,
  ) => Promise<UndoAnswer<{ readonly state: string }>>;
  readonly returnStock: (
    orderNo: string,
    refundId: string,
    items: Items,
    context: CallContext,
  ) => Promise<UndoAnswer<object>>;
  readonly stockState: (
    orderNo: string,
    context: CallContext,
  ) => Promise<Probe<{ readonly state: string }>>;
};

export type Coupon = {
  readonly couponId: number;
  readonly couponName: string;
  readonly discountType: 'RATE' | 'AMOUNT';
  /** Percent or won. */
  readonly discountValue: number;
  readonly minPurchaseAmount: number;
  readonly maxDiscountAmount: number | null;
  readonly validFrom: string;
  readonly expiresAt: string;
  readonly status: 'AVAILABLE' | 'RESERVED' | 'USED' | 'EXPIRED' | 'UNKNOWN';
};

export type CouponGateway = {
  /** Null when there is none, or it belongs to somebody else. @throws GatewayError */
  readonly coupon: (
    memberId: string,
    couponId: number,
    context: CallContext,
  ) => Promise<Coupon | null>;
  /** What the coupon takes off `totalAmount` won; changes nothing. @throws GatewayError */
  readonly calculate: (
    wish: { readonly memberId: string; readonly couponId: number; readonly totalAmount: number },
    context: CallContext,
  ) => Promise<
    | Done<{
        readonly couponId: number;
        readonly couponName: string;
        readonly discountAmount: number;
      }>
    | Refused
  >;
  readonly redeem: (
    orderNo: string,
    redemption: {
      readonly sagaId: string;
      readonly memberId: string;
      readonly couponId: number;
      readonly totalAmount: number;
      readonly discountAmount: number;
    },
    context: CallContext,
  ) => Promise<Answer<object>>;
  readonly release: (
    orderNo: string,
    couponId: number,
    context: CallContext,
  ) => Promise<UndoAnswer<{ readonly state: string }>>;
  readonly redemption: (
    orderNo: string,
    couponId: number,
    context: CallContext,
  ) => Promise<Probe<{ readonly state: string }>>;
};

/** What an order must know of its member. Personal data. */
export type OrderInfo = {
  readonly memberId: string;
  readonly userName: string;
  readonly phoneNumber: string;
  readonly pointBalance: number;
};

export type MemberGateway = {
  /** Null when there is no such member. @throws GatewayError */
  readonly orderInfo: (memberId: string, context: CallContext) => Promise<OrderInfo | null>;
  readonly usePoints: (
    orderNo: string,
    use: { readonly sagaId: string; readonly memberId: string; readonly amount: number },
    context: CallContext,
  ) => Promise<Answer<{ readonly amount: number; readonly balanceAfter: number }>>;
  /** Gives back all that is left of the use; also before (or without) a use. */
  readonly refundPoints: (
    orderNo: string,
    memberId: string,
    context: CallContext,
  ) => Promise<UndoAnswer<{ readonly state: string }>>;
  /** Gives back a part of the use, once per `refundId`. */
  readonly refundPart: (
    orderNo: string,
    refund: { readonly memberId: string; readonly refundId: string; readonly amount: number },
    context: CallContext,
  ) => Promise<UndoAnswer<object>>;
  readonly pointUse: (
    orderNo: string,
    memberId: string,
    context: CallContext,
  ) => Promise<Probe<{ readonly state: string }>>;
};
