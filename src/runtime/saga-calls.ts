import { randomUUID } from 'node:crypto';
import type { AnyEvent } from '../domain/kernel/events.ts';
import type { AnsweredAt, Call, CallAnswer, Effect } from '../process-managers/process-manager.ts';
import { deferralMs, quickRetryMs, resolverMs } from './back-off.ts';
import { type OutsideCall, type Participants, perform, probe } from './perform-calls.ts';
import type { Clock, Context, Log, Metrics } from './ports.ts';
import type { Carts } from './saga-commands.ts';

export type CallSettings = {
  /** Tries of one call before it is put off. */
  readonly quickTries: number;
  /** Longest time that a call is put off for, in ms. */
  readonly deferralCapMs: number;
  /** Pauses of the payment resolver in ms; the last one repeats. */
  readonly resolverScheduleMs: readonly number[];
  /** Pause between two looks at a virtual account that nobody has paid into, in ms. */
  readonly depositPollMs: number;
  /** A call that was put off this often raises an alert. */
  readonly alertAfterAttempts: number;
};

/** Makes the calls that sagas owe. */
export type SagaCalls = {
  /** Tries a few times at once; what is still open then is for the caller to put off. */
  readonly make: (call: Call, context: Context, first: boolean) => Promise<CallAnswer>;
  /** The clock and the back-off, as of now. */
  readonly times: () => AnsweredAt;
  /** Tells operators of what an answer led to. */
  readonly report: (
    process: string,
    instance: string,
    call: Call,
    effect: Effect<AnyEvent>,
  ) => void;
};

export const sagaCalls = (options: {
  readonly participants: Participants;
  readonly carts: Carts;
  readonly settings: CallSettings;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}): SagaCalls => {
  const { participants, carts, settings, clock, logger, metrics, random, pause } = options;

  const outside = async (
    call: OutsideCall,
    context: Context,
    first: boolean,
  ): Promise<CallAnswer> => {
    const tries = repeatable(call) ? settings.quickTries : 1;
    for (let tried = 1; ; tried += 1) {
      const answer = await perform(call, participants, context, first);
      metrics.count('saga_calls_total', { call: call.type, outcome: answer.kind });
      if (answer.kind !== 'unknown' && answer.kind !== 'not-sent') return answer;
      // A participant that says when to come back, and a breaker that is open, are not asked again at once.
      if (tried >= tries || answer.retryAfterMs !== undefined)
        return (answer.kind === 'unknown' && (await probe(call, participants, context))) || answer;
      await pause(quickRetryMs(tried, random()), context.signal);
    }
  };

  const clearCart = async (
    { memberId, orderNo, items }: Extract<Call, { type: 'SubtractOrdered' }>,
    context: Context,
  ): Promise<CallAnswer> => {
    const command = { type: 'SubtractOrdered', memberId, orderNo, items } as const;
    const outcome = await carts.execute(memberId, command, { commandId: randomUUID(), context });
    switch (outcome.kind) {
      case 'done':
        return { kind: 'done', data: {} };
      case 'rejected':
        return { kind: 'refused', code: outcome.rejection.code, detail: '', definite: true };
      case 'conflict':
        return { kind: 'not-sent', reason: 'CONFLICT' };
    }
  };

  return {
    make: (call, context, first) =>
      call.type === 'SubtractOrdered' ? clearCart(call, context) : outside(call, context, first),
    times: () => {
      const now = clock.now();
      return {
        now: now.toISOString(),
        retryAt: (what, attempt, retryAfterMs) => {
          const { deferralCapMs, resolverScheduleMs, depositPollMs } = settings;
          const ms =
            what === 'step'
              ? deferralMs(attempt, deferralCapMs, retryAfterMs)
              : Math.max(
                  resolverMs(attempt, resolverScheduleMs),
                  what === 'deposit' && attempt > resolverScheduleMs.length ? depositPollMs : 0,
                );
          return new Date(now.getTime() + ms).toISOString();
        },
      };
    },
    report: (process, instance, call, effect) => {
      if (effect.kind !== 'record') return;
      for (const { type, data } of effect.events) {
        if (!isDeferral(data)) continue;
        const { attempt, reason, outcome, retryAt } = data;
        const fields = { process, instance, call: call.type, attempt, reason, outcome, retryAt };
        metrics.count('saga_deferrals_total', { call: call.type, outcome });
        if (attempt < settings.alertAfterAttempts) logger.info(fields, 'a saga put a call off');
        else {
          metrics.count('saga_alerts_total', { call: call.type });
          logger.warn({ ...fields, event: type, alert: true }, 'a saga is stuck');
        }
      }
    },
  };
};

/** Calls that may be repeated blindly, as the participant recognises them; money is looked up first. */
const repeatable = (call: OutsideCall): boolean =>
  call.type !== 'ResolvePayment' && call.type !== 'LookUpPayment' && call.type !== 'CancelPayment';

type Deferral = {
  readonly attempt: number;
  readonly reason: string;
  readonly outcome: string;
  readonly retryAt: string;
};
const isDeferral = (data: unknown): data is Deferral =>
  typeof data === 'object' && data !== null && 'retryAt' in data && 'attempt' in data;
