import type { Decision } from '../domain/kernel/decider.ts';
import type { AnyEvent, EventFamily, Recorded } from '../domain/kernel/events.ts';
import type { Confirmation, Item, OrderCommand } from '../domain/order/order-types.ts';
import type { FailureCode } from '../domain/order/words.ts';
import type { Payment } from '../domain/payment/payment.ts';

/** Something that must be carried out: now, or once `notBefore` has passed. */
export type Owed<Event extends AnyEvent> = {
  /** Stable within one instance: the same state owes the same id, so a repeat is recognised downstream. */
  readonly id: string;
  readonly action: Action<Event>;
  /** ISO 8601 UTC; null means now. The runtime compares it with the clock; a state never does. */
  readonly notBefore: string | null;
};

/** What a process can ask for: `effect`s are carried out as they are, a `call` brings an answer that must be recorded. */
export type Action<Event extends AnyEvent> =
  | Effect<Event>
  | { readonly kind: 'call'; readonly call: Call };

export type Effect<Event extends AnyEvent> =
  /** Append to the process's own stream. */
  | { readonly kind: 'record'; readonly events: readonly Event[] }
  /** Give the order a command; the order decides. `ifRefused` is given when it says no. */
  | {
      readonly kind: 'order';
      readonly orderNo: string;
      readonly command: OrderInstruction;
      readonly ifRefused?: OrderInstruction;
    };

type WithoutTime<Command> = Command extends unknown
  ? Omit<Command, 'at' | 'paymentDeadline'>
  : never;
/** A command to the order without the times, which the runtime adds from the clock and the configuration. */
export type OrderInstruction = WithoutTime<Exclude<OrderCommand, { readonly type: 'PlaceOrder' }>>;

type OfOrder = { readonly orderNo: string };
type OfMember = OfOrder & { readonly memberId: string };

/** A call to something outside, complete in itself: the runtime adds only the idempotency key that derives from it. */
export type Call =
  | ({ readonly type: 'DeductStock'; readonly items: readonly Item[] } & OfMember)
  | ({ readonly type: 'RestoreStock' } & OfOrder)
  | ({
      readonly type: 'RedeemCoupon';
      readonly couponId: number;
      /** Won; what the discount was computed from. */
      readonly totalAmount: number;
      readonly discountAmount: number;
    } & OfMember)
  | ({ readonly type: 'ReleaseCoupon'; readonly couponId: number } & OfOrder)
  | ({ readonly type: 'DeductPoints'; readonly amount: number } & OfMember)
  | ({ readonly type: 'RefundPoints' } & OfMember)
  /** Find out what became of a confirmation: look it up, and ask for it (again) where that is safe. */
  | ({ readonly type: 'ResolvePayment'; readonly confirmation: Confirmation } & OfOrder)
  /** Only look. */
  | ({ readonly type: 'LookUpPayment'; readonly paymentKey: string } & OfOrder)
  | ({
      readonly type: 'CancelPayment';
      readonly refundId: string;
      readonly paymentKey: string;
      /** Won. */
      readonly amount: number;
      /** Won; what we believe is still refundable before this cancellation. */
      readonly refundableBefore: number;
      /** 1 for the first; a later one looks first and takes a key of its own. */
      readonly attempt: number;
      readonly reason: string;
    } & OfOrder)
  | ({
      readonly type: 'RefundPointsPart';
      readonly refundId: string;
      readonly amount: number;
    } & OfMember)
  | ({
      readonly type: 'ReturnStock';
      readonly refundId: string;
      readonly items: readonly Item[];
    } & OfOrder)
  /** Take what an order held out of the member's cart. */
  | ({ readonly type: 'SubtractOrdered'; readonly items: readonly Item[] } & OfMember);

/** What came of a call. */
export type CallAnswer =
  | { readonly kind: 'done'; readonly data: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly detail: string;
      readonly definite: boolean;
    }
  | { readonly kind: 'unknown'; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly kind: 'not-sent'; readonly reason: string; readonly retryAfterMs?: number }
  | ({ readonly kind: 'payment-found' } & PaymentFinding);

/** What asking the provider brought to light: the answer to a confirmation, a look-up, or both. */
export type PaymentFinding = {
  /** Null when nothing was asked for: only looked. */
  readonly confirmed: Confirmed | null;
  /** Null when the confirmation's answer needed no look-up. */
  readonly look: Look | null;
  /** True when this was the first request ever made for this confirmation. */
  readonly first: boolean;
  /** Names the refund of this payment key, should it have to be given back; derived from the key. */
  readonly lateRefundId: string;
};

export type Confirmed =
  | { readonly kind: 'approved' | 'mismatch' | 'pending-deposit'; readonly payment: Payment }
  | {
      readonly kind: 'declined';
      readonly providerCode: string;
      readonly failureCode: FailureCode;
      readonly reason: string;
      readonly definite: boolean;
    }
  | { readonly kind: 'already-processed'; readonly code: string }
  | { readonly kind: 'unknown'; readonly reason: string; readonly answered: boolean }
  | { readonly kind: 'not-sent'; readonly reason: string }
  | { readonly kind: 'misconfigured'; readonly code: string; readonly reason: string };

export type Look =
  | { readonly kind: 'found'; readonly data: Payment }
  | { readonly kind: 'absent'; readonly code: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Times for the events that record an answer, ISO 8601 UTC: the back-off and the clock are the runtime's. */
export type AnsweredAt = {
  readonly now: string;
  /** When to make a call again that was put off `attempt` times, this time included. */
  readonly retryAt: (
    what: 'step' | 'payment' | 'deposit',
    attempt: number,
    retryAfterMs?: number,
  ) => string;
};

/** What an operator asks of a saga; recorded as an event, with who and why. */
export type OperatorWish = {
  readonly type: 'retry' | 'compensate' | 'annotate';
  readonly by: string;
  readonly reason: string;
};

/** Why an operator's wish is not taken; each code has one problem (docs/problems.md). */
export type OperatorRejection =
  | { readonly code: 'SAGA_NOT_FOUND' }
  | { readonly code: 'SAGA_FINISHED'; readonly status: string }
  /** While a payment is being confirmed, or after the order completed, nothing may be given back by force. */
  | { readonly code: 'COMPENSATION_NOT_ALLOWED'; readonly status: string };

/**
 * A long-running flow as a pure value. What is owed depends on the state alone, so a redelivery, a restart,
 * a timer or an operator can drive an instance at any time and gets the same intents with the same ids.
 *
 * The state is folded from several streams: the subject's (e.g. the order) and the process's own. As nothing orders two
 * streams, `evolve` must keep what it learns from each apart, so that any interleaving gives the same state.
 */
export type ProcessManager<State, Event extends AnyEvent, Own extends AnyEvent> = {
  readonly name: string;
  /** The family of the process's own stream, which only this process writes (and operators, through it). */
  readonly own: EventFamily;
  /** Which events start or wake an instance, and which instance: the subscription's filter is the keys. */
  readonly wakes: Readonly<Record<string, (event: Recorded<AnyEvent>) => string>>;
  /** The streams to fold for an instance, the own one last. */
  readonly streams: (
    instance: string,
  ) => readonly { readonly family: EventFamily; readonly id: string }[];
  readonly initial: (instance: string) => State;
  readonly evolve: (state: State, event: Event) => State;
  /** In the order of urgency: the runtime carries out the first one that is due, then asks again. */
  readonly owed: (state: State) => readonly Owed<Own>[];
  /** Turns the answer to a call into what records it: events of the own stream, commands to the order. */
  readonly answered: (
    state: State,
    call: Call,
    answer: CallAnswer,
    at: AnsweredAt,
  ) => readonly Effect<Own>[];
  /** Decides on an operator's wish; what is accepted goes to the own stream. */
  readonly operated: (wish: OperatorWish, state: State) => Decision<Own, OperatorRejection>;
};
