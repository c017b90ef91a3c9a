import { ExponentialBackoff, fullJitterGenerator, handleWhenResult, retry } from 'cockatiel';
import type { CallContext, GatewayStatus, Participant } from '../runtime/gateway-ports.ts';
import type { Clock, Log, Metrics } from '../runtime/ports.ts';
import { createGuard, isOutage as isOutageByDefault } from './guard.ts';
import { ABORTED, createHttp, type HttpOutcome, type HttpRequest, TIMED_OUT } from './http-call.ts';
import { traceHeaders } from './trace-headers.ts';

export type ParticipantOptions = {
  readonly participant: Participant;
  readonly baseUrl: string;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Pause of an open breaker before it tries one call, in ms. */
  readonly halfOpenAfterMs?: number;
  /** Calls under way at once. */
  readonly concurrency?: number;
  readonly isOutage?: (outcome: HttpOutcome) => boolean;
};

export type Ask = {
  /** For metrics and logs, e.g. `deductStock`. */
  readonly operation: string;
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly context: CallContext;
};

/** The way to one outside service: connections, credentials, breaker, limit, measurements. */
export type ParticipantClient = {
  readonly participant: Participant;
  /** Once. Whoever changes something repeats it himself, with the same key. */
  readonly send: (ask: Ask) => Promise<HttpOutcome>;
  /** Up to three times: only for what changes nothing. */
  readonly read: (ask: Ask) => Promise<HttpOutcome>;
  readonly status: () => GatewayStatus;
  readonly close: () => Promise<void>;
};

const HALF_OPEN_AFTER_MS = 2_000;
/** Beyond this, waiting calls would only reach a participant that is too slow already. */
const CONCURRENCY = 64;
const QUEUE_PER_CALL = 4;
const READ_RETRIES = 2;
const FIRST_RETRY_MS = 200;

export const createParticipant = (options: ParticipantOptions): ParticipantClient => {
  const { participant, clock, metrics, log } = options;
  const concurrency = options.concurrency ?? CONCURRENCY;
  const http = createHttp({ ...options, connections: concurrency, now: clock.now });
  const guard = createGuard({
    participant,
    clock,
    concurrency,
    queue: concurrency * QUEUE_PER_CALL,
    halfOpenAfterMs: options.halfOpenAfterMs ?? HALF_OPEN_AFTER_MS,
    isOutage: options.isOutage ?? isOutageByDefault,
    onStateChange: (breaker) => {
      metrics.count('gateway_breaker_changes_total', { participant, breaker });
      log.warn({ participant, breaker }, 'the breaker changed its state');
    },
  });
  const again = retry(
    handleWhenResult((outcome) => mayPass(outcome as HttpOutcome)),
    {
      maxAttempts: READ_RETRIES,
      backoff: new ExponentialBackoff({
        initialDelay: FIRST_RETRY_MS,
        generator: fullJitterGenerator,
      }),
    },
  );
  const send = async (ask: Ask): Promise<HttpOutcome> => {
    const startedAt = performance.now();
    const outcome = await guard.run(() => http.call(requestOf(ask, options.authorization)));
    const labels = { participant, operation: ask.operation };
    metrics.count('gateway_calls_total', { ...labels, outcome: labelOf(outcome) });
    metrics.observe('gateway_call_seconds', (performance.now() - startedAt) / 1000, labels);
    return outcome;
  };
  return {
    participant,
    send,
    read: (ask) => again.execute(() => send(ask), ask.context.signal),
    status: guard.status,
    close: http.close,
  };
};

const requestOf = (ask: Ask, authorization: string | undefined): HttpRequest => ({
  method: ask.method,
  path: ask.path,
  headers: {
    ...traceHeaders(ask.context),
    ...(authorization === undefined ? {} : { authorization }),
    ...(ask.idempotencyKey === undefined ? {} : { 'idempotency-key': ask.idempotencyKey }),
  },
  ...(ask.body === undefined ? {} : { body: ask.body }),
  signal: ask.context.signal,
});

/**
 * Whether a second try, a moment later, is likely to fare better. A time-out has used up the caller's patience, and who
 * says how long to wait (an open breaker does) means it.
 */
const mayPass = (outcome: HttpOutcome): boolean => {
  if (outcome.retryAfterMs !== null) return false;
  return outcome.kind === 'answered'
    ? outcome.status >= 500
    : outcome.reason !== ABORTED && outcome.reason !== TIMED_OUT;
};

const labelOf = (outcome: HttpOutcome): string =>
  outcome.kind === 'answered' ? `${Math.floor(outcome.status / 100)}xx` : outcome.kind;
