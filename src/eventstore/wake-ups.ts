import type {
  EventStoreDBClient,
  PersistentSubscriptionToAll,
  PersistentSubscriptionToAllResolvedEvent,
} from '@eventstore/db-client';
import { type EventFamily, UnreadableEventError } from '../domain/kernel/events.ts';
import type { Handled, Log, Metrics, WakeUps } from '../runtime/ports.ts';
import { abandonable } from './abandon.ts';
import type { ClientHolder } from './client-holder.ts';
import { decode } from './codec.ts';
import { ensureGroup } from './consumer-group.ts';
import { textOf } from './failures.ts';
import type { StreamNames } from './stream-names.ts';
import { backoffMs, pause } from './waiting.ts';

type Options = Parameters<WakeUps['consume']>[0];
type Message = PersistentSubscriptionToAllResolvedEvent;
type Verdict = { readonly message: Message; readonly handled: Handled; readonly reason: string };

/** Sends what has been decided within one turn of the event loop as one request: half of a message's cost is the call. */
const createReplies = (
  subscription: PersistentSubscriptionToAll,
  onError: (e: unknown) => void,
) => {
  let waiting: Verdict[] = [];
  const send = (): void => {
    const verdicts = waiting;
    waiting = [];
    const acks = verdicts.filter(({ handled }) => handled === 'ack');
    if (acks.length > 0) subscription.ack(...acks.map(({ message }) => message)).catch(onError);
    for (const { message, handled, reason } of verdicts)
      if (handled !== 'ack') subscription.nack(handled, reason, message).catch(onError);
  };
  return (verdict: Verdict): void => {
    if (waiting.length === 0) setImmediate(send);
    waiting.push(verdict);
  };
};

const handleOne = async (
  message: Message,
  familyOf: (stream: string) => EventFamily | undefined,
  options: Options,
  deps: { readonly log: Log; readonly names: StreamNames },
): Promise<Verdict> => {
  const record = message.event;
  // A link whose target was deleted: there is nothing left to do.
  if (!record) return { message, handled: 'ack', reason: '' };
  const family = familyOf(record.streamId);
  if (!family) return { message, handled: 'ack', reason: '' };
  const { log, names } = deps;
  const about = { stream: record.streamId, revision: String(record.revision), type: record.type };
  try {
    const event = decode(family, record, names.bare(record.streamId), record.position.commit);
    const handled = await options.handle(event, message.retryCount);
    return {
      message,
      handled,
      reason: handled === 'ack' ? '' : `${options.group} said ${handled}`,
    };
  } catch (error) {
    if (error instanceof UnreadableEventError) {
      log.error({ ...about, reason: error.message }, 'parked a message that cannot be read');
      return { message, handled: 'park', reason: error.message };
    }
    // While stopping, what was interrupted goes to another process.
    if (!options.signal.aborted)
      log.error({ ...about, reason: textOf(error) }, 'a wake-up failed, it comes again');
    return { message, handled: 'retry', reason: textOf(error) };
  }
};

/** Consumes until the subscription breaks or `signal` aborts; waits for the handlers under way. */
const consumeOnce = async (
  client: EventStoreDBClient,
  name: string,
  options: Options,
  deps: {
    readonly names: StreamNames;
    readonly log: Log;
    readonly metrics: Metrics;
    readonly onConfirmed: () => void;
  },
): Promise<void> => {
  const { signal, concurrency } = options;
  const familyOf = deps.names.familyFinder(options.families);
  const underWay = new Set<Promise<void>>();
  // The server sends no more than this many unanswered messages, which bounds the handlers under way.
  const subscription = client.subscribeToPersistentSubscriptionToAll(name, {
    bufferSize: concurrency,
  });
  const abandon = abandonable(subscription, () => subscription.unsubscribe());
  let broken = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: unknown): void => {
        broken = true;
        reject(error);
      };
      const reply = createReplies(subscription, fail);
      signal.addEventListener('abort', () => resolve(), { once: true });
      subscription.on('confirmation', deps.onConfirmed);
      subscription.on('error', fail);
      subscription.on('end', () => fail(new Error('the subscription ended')));
      subscription.on('close', () => fail(new Error('the subscription closed')));
      subscription.on('data', (message: Message) => {
        if (signal.aborted) return;
        const handling = handleOne(message, familyOf, options, deps).then((verdict) => {
          deps.metrics.count('wakeups_total', { group: options.group, handled: verdict.handled });
          if (!broken) reply(verdict);
        });
        underWay.add(handling);
        handling.finally(() => underWay.delete(handling)).catch(fail);
      });
    });
  } finally {
    await Promise.allSettled(underWay);
    // Lets the last verdicts go out before the stream is cut.
    if (!broken) await pause(20, AbortSignal.timeout(1_000));
    abandon();
  }
};

/** Consumer groups on `$all`, opened again with back-off whatever they end with, a typed error or a bare one. */
export const createWakeUps = (deps: {
  readonly clients: ClientHolder;
  readonly names: StreamNames;
  readonly log: Log;
  readonly metrics: Metrics;
}): WakeUps => ({
  consume: async (options) => {
    const { signal, group, types } = options;
    let attempt = 0;
    while (!signal.aborted) {
      try {
        const client = deps.clients.current();
        const name = await ensureGroup(client, deps.names.groupOf(group), types, deps.log);
        // It may have aborted meanwhile, and would not do so again.
        if (signal.aborted) return;
        const onConfirmed = (): void => {
          attempt = 0;
        };
        await consumeOnce(client, name, options, { ...deps, onConfirmed });
      } catch (error) {
        if (signal.aborted) return;
        deps.metrics.count('eventstore_reopened_total', { subscription: group });
        deps.log.warn({ group, attempt, reason: textOf(error) }, 'consumer group broke off');
        await pause(backoffMs(attempt, 5_000), signal);
        attempt += 1;
      }
    }
  },
});
