import type { Actor, AnyEvent, EventFamily, EventOf, Recorded } from '../domain/kernel/events.ts';

/** The stream's last revision as the writer knows it. */
export type Expected = bigint | 'no-stream';

/** Who asks, why, and for how long: travels with every command and every call. */
export type Context = {
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: Actor;
  readonly signal: AbortSignal;
};

export type Appended =
  | { readonly kind: 'appended'; readonly revision: bigint; readonly position: bigint }
  /** Somebody else wrote first, nothing of this append was written: read again and decide again. */
  | { readonly kind: 'conflict' };

/** The store could not be reached or did not answer in time; `retryable` says whether the same call may succeed later. */
export class EventStoreFailure extends Error {
  readonly code: 'STORE_UNAVAILABLE' | 'APPEND_OUTCOME_UNKNOWN' | 'STORE_REFUSED';
  readonly retryable: boolean;
  constructor(code: EventStoreFailure['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EventStoreFailure';
    this.code = code;
    this.retryable = code !== 'STORE_REFUSED';
  }
}

/**
 * The streams of one family (`<category>-<id>`), decoded and upcast.
 * An append whose outcome is unknown is repeated inside the adapter with the same event ids until it is known
 * or `context.signal`/the deadline ends it (then `EventStoreFailure` APPEND_OUTCOME_UNKNOWN).
 */
export type EventLog = {
  /** All events of `<category>-<id>` after `after` (exclusive; from the start when absent), oldest first; none for a missing stream. */
  readonly read: <Family extends EventFamily>(
    family: Family,
    id: string,
    options: { readonly after?: bigint; readonly signal: AbortSignal },
  ) => AsyncIterable<Recorded<EventOf<Family>>>;
  /**
   * Appends atomically at `expected`. Event ids are UUID v5 of `commandId` and index, so the same command appended twice is one append.
   */
  readonly append: <Family extends EventFamily>(
    family: Family,
    id: string,
    events: readonly EventOf<Family>[],
    expected: Expected,
    commandId: string,
    context: Context,
  ) => Promise<Appended>;
};

/** Where an event lies that no release of this service can have written, and what is wrong with it. */
export type Unreadable = {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly type: string;
  readonly message: string;
};

/** A run of events in log order, and the position up to which everything relevant has been seen. */
export type Batch = {
  readonly events: readonly Recorded<AnyEvent>[];
  /** Events in between that could not be decoded: whoever needs their type must stop before them. */
  readonly unreadable?: readonly Unreadable[];
  readonly position: bigint;
  /** True when the end of the log was reached with this batch. */
  readonly live: boolean;
};

/** One catch-up subscription to `$all`, filtered by stream prefix, pulled (`for await`), reopened after errors from where it was. */
export type Feed = {
  readonly batches: (options: {
    /** Exclusive. */
    readonly from: bigint | 'start';
    readonly families: readonly EventFamily[];
    readonly maxEvents: number;
    /** Longest wait for a batch to fill once it holds an event, in ms. */
    readonly maxWaitMs: number;
    readonly signal: AbortSignal;
  }) => AsyncIterable<Batch>;
};

/** What a consumer says of one wake-up message. `park` keeps it for an operator; `retry` brings it again. */
export type Handled = 'ack' | 'retry' | 'park';

/** A consumer group (persistent subscription) on `$all`, by event type; survives restarts, shared by all processes. */
export type WakeUps = {
  /**
   * Creates the group when missing, then delivers to `handle` with at most `concurrency` under way, until `signal` aborts.
   * Reopens with back-off after every error; resolves when stopped.
   */
  readonly consume: (options: {
    readonly group: string;
    readonly types: readonly string[];
    readonly families: readonly EventFamily[];
    readonly concurrency: number;
    readonly handle: (event: Recorded<AnyEvent>, retryCount: number) => Promise<Handled>;
    readonly signal: AbortSignal;
  }) => Promise<void>;
};

/** Injected time, so that deadlines can be tested. */
export type Clock = { readonly now: () => Date };

/** Named counters, gauges and histograms; the adapter is Prometheus. */
export type Metrics = {
  readonly count: (name: string, labels?: Readonly<Record<string, string>>, by?: number) => void;
  readonly gauge: (name: string, value: number, labels?: Readonly<Record<string, string>>) => void;
  readonly observe: (
    name: string,
    value: number,
    labels?: Readonly<Record<string, string>>,
  ) => void;
};

/** Structured log lines; never a secret, never personal data. */
export type Log = {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
};
