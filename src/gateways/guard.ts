import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  CountBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel';
import type { GatewayStatus, Participant } from '../runtime/gateway-ports.ts';
import type { Clock } from '../runtime/ports.ts';
import { ABORTED, type HttpOutcome } from './http-call.ts';

export type GuardOptions = {
  readonly participant: Participant;
  readonly clock: Clock;
  /** Calls under way at once, and how many more may wait for one of them to end. */
  readonly concurrency: number;
  readonly queue: number;
  /** How long an open breaker lets nothing through before it tries one call, in ms. */
  readonly halfOpenAfterMs: number;
  /** Whether an outcome says that the participant is down. A refusal does not. */
  readonly isOutage: (outcome: HttpOutcome) => boolean;
  readonly onStateChange: (breaker: GatewayStatus['breaker']) => void;
};

export type Guard = {
  readonly run: (call: () => Promise<HttpOutcome>) => Promise<HttpOutcome>;
  readonly status: () => GatewayStatus;
};

export const BREAKER_OPEN = 'BREAKER_OPEN';
export const BULKHEAD_FULL = 'BULKHEAD_FULL';

/** More than half of the last twenty calls, and at least five, must have met an outage. */
const WINDOW = { threshold: 0.5, size: 20, minimumNumberOfCalls: 5 };
/** A place in a full bulkhead is likely to be free after this, in ms. */
const FULL_RETRY_MS = 500;

const words: Readonly<Record<CircuitState, GatewayStatus['breaker']>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

/** Keeps one participant's trouble from becoming everybody's: a limit of calls under way, and a breaker inside it. */
export const createGuard = (options: GuardOptions): Guard => {
  const { participant, clock, halfOpenAfterMs } = options;
  const limit = bulkhead(options.concurrency, options.queue);
  const breaker = circuitBreaker(
    // A probe that the caller gave up has proven nothing: it must not close the breaker.
    handleWhenResult((result) => {
      const outcome = result as HttpOutcome;
      return options.isOutage(outcome) || (isAborted(outcome) && isProbing());
    }),
    { halfOpenAfter: halfOpenAfterMs, breaker: new CountBreaker(WINDOW) },
  );
  const isProbing = (): boolean => breaker.state === CircuitState.HalfOpen;
  let openedAt = clock.now().getTime();
  breaker.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = clock.now().getTime();
    options.onStateChange(words[state]);
  });
  const notSent = (reason: string, wait: number): HttpOutcome => ({
    kind: 'not-sent',
    reason,
    retryAfterMs: wait,
  });
  return {
    run: async (call) => {
      try {
        return await limit.execute(() => breaker.execute(call));
      } catch (error) {
        if (error instanceof BulkheadRejectedError) return notSent(BULKHEAD_FULL, FULL_RETRY_MS);
        if (error instanceof BrokenCircuitError)
          return notSent(
            BREAKER_OPEN,
            Math.max(openedAt + halfOpenAfterMs - clock.now().getTime(), 1),
          );
        throw error;
      }
    },
    status: () => ({
      participant,
      breaker: words[breaker.state],
      inFlight: options.concurrency - limit.executionSlots,
    }),
  };
};

const isAborted = (outcome: HttpOutcome): boolean =>
  outcome.kind !== 'answered' && outcome.reason === ABORTED;

/** Unless told otherwise: no answer, or one of the 5xx kind. */
export const isOutage = (outcome: HttpOutcome): boolean =>
  outcome.kind === 'answered' ? outcome.status >= 500 : outcome.reason !== ABORTED;
