import {
  type EventStoreDBClient,
  jsonEvent,
  type PersistentAction,
  type PersistentSubscriptionToAll,
  type PersistentSubscriptionToAllResolvedEvent,
  type PersistentSubscriptionToStream,
  type PersistentSubscriptionToStreamResolvedEvent,
} from '@eventstore/db-client';

type Delivered =
  | PersistentSubscriptionToStreamResolvedEvent
  | PersistentSubscriptionToAllResolvedEvent;

/** What a consumer does with its nth event: nothing, acknowledge it, or one of the nack actions. */
export type Answer = (event: Delivered, index: number) => 'hold' | 'ack' | PersistentAction;

/** A consumer of the real client that remembers what it got and how it ended. */
export class ClientConsumer {
  readonly events: Delivered[] = [];
  /** Each event as `revision/retryCount`. */
  readonly got: string[] = [];
  /** The type of the error that ended it. */
  ended: string | undefined;
  private readonly subscription: PersistentSubscriptionToStream | PersistentSubscriptionToAll;

  constructor(
    subscription: PersistentSubscriptionToStream | PersistentSubscriptionToAll,
    answer: Answer = () => 'ack',
  ) {
    this.subscription = subscription;
    subscription.on('error', (error) => {
      this.ended ??= 'type' in error ? String(error.type) : error.message;
    });
    subscription.on('data', (event: Delivered) => {
      this.events.push(event);
      this.got.push(`${event.event?.revision ?? 'nothing'}/${event.retryCount}`);
      const decision = answer(event, this.events.length - 1);
      if (decision === 'ack') void subscription.ack(event);
      else if (decision !== 'hold') void subscription.nack(decision, 'because', event);
    });
  }

  ack(...events: readonly Delivered[]): Promise<void> {
    return this.subscription.ack(...events);
  }

  nack(action: PersistentAction, ...events: readonly Delivered[]): Promise<void> {
    return this.subscription.nack(action, 'because', ...events);
  }

  leave(): Promise<void> {
    return this.subscription.unsubscribe();
  }
}

/** Appends numbered events of one type. */
export const append = (client: EventStoreDBClient, stream: string, count: number, type = 'T') =>
  client.appendToStream(
    stream,
    Array.from({ length: count }, (_, n) => jsonEvent({ type, data: { n } })),
  );

/** Appends so many events of so many bytes each, a few MB of them if need be. */
export const appendLarge = async (
  client: EventStoreDBClient,
  stream: string,
  count: number,
  bytes: number,
) => {
  const filler = 'x'.repeat(bytes);
  const most = Math.max(1, Math.floor(900_000 / bytes));
  for (let from = 0; from < count; from += most)
    await client.appendToStream(
      stream,
      Array.from({ length: Math.min(most, count - from) }, (_, i) =>
        jsonEvent({ type: 'T', data: { n: from + i, filler } }),
      ),
    );
};
