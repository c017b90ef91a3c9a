import { silentLogger } from '../../embedded/eventstore/logger.ts';
import type { DeliveredEvent } from '../../embedded/eventstore/persistent-subscriptions/delivered-event.ts';
import {
  Consumer,
  type ConsumerPort,
} from '../../embedded/eventstore/persistent-subscriptions/engine/consumer.ts';
import type {
  GroupDefinition,
  GroupSettings,
} from '../../embedded/eventstore/persistent-subscriptions/group-settings.ts';
import { PersistentSubscriptions } from '../../embedded/eventstore/persistent-subscriptions/persistent-subscriptions.ts';
import { newEvent } from '../../embedded/eventstore/persistent-subscriptions/storage/new-event.ts';
import { ANY, type EventStore } from '../../embedded/eventstore/streams/event-store.ts';
import type { LogStore } from '../../embedded/eventstore/streams/log-store.ts';
import { openStore } from '../../embedded/eventstore/streams/open-store.ts';

/** Settings that mark a checkpoint after every event. */
export const settings = (changed: Partial<GroupSettings> = {}): GroupSettings => ({
  startFrom: { kind: 'start' },
  resolveLinks: false,
  extraStatistics: false,
  messageTimeoutMs: 30_000,
  maxRetryCount: 10,
  checkpointAfterMs: 1000,
  minCheckpointCount: 1,
  maxCheckpointCount: 1,
  maxSubscriberCount: 0,
  liveBufferSize: 500,
  historyBufferSize: 500,
  readBatchSize: 20,
  strategy: 'RoundRobin',
  ...changed,
});

export const definition = (
  source: string,
  changed: Partial<GroupSettings> = {},
  filter?: GroupDefinition['filter'],
): GroupDefinition => ({ source, group: 'g', filter, settings: settings(changed) });

/** A consumer that remembers events as `stream revision/retryCount` and answers as the test says. */
export class TestConsumer implements ConsumerPort<DeliveredEvent> {
  readonly got: string[] = [];
  readonly events: DeliveredEvent[] = [];
  dropped = false;

  deliver(delivered: DeliveredEvent, retryCount: number): void {
    const { event, link } = delivered;
    const via = link === undefined ? '' : ` by ${link.revision}`;
    this.got.push(`${event === undefined ? 'nothing' : event.revision}${via}/${retryCount}`);
    this.events.push(delivered);
  }

  drop(): void {
    this.dropped = true;
  }

  isSaturated(): boolean {
    return false;
  }
}

/** A store in a folder with its persistent subscriptions, without a server around it. */
export class PersistentStore {
  readonly store: LogStore;
  readonly subscriptions: PersistentSubscriptions;

  private constructor(store: LogStore, subscriptions: PersistentSubscriptions) {
    this.store = store;
    this.subscriptions = subscriptions;
  }

  /** Opens the folder; `wrap` may put something between the subscriptions and the store. */
  static async open(
    dataDir: string,
    wrap: (store: EventStore) => EventStore = (store) => store,
  ): Promise<PersistentStore> {
    const logger = silentLogger();
    const store = await openStore({ dataDir, logger });
    const subscriptions = new PersistentSubscriptions(wrap(store), logger);
    await subscriptions.start();
    return new PersistentStore(store, subscriptions);
  }

  async close(): Promise<void> {
    await this.subscriptions.stop();
    await this.store.close();
  }

  /** Appends events of one type, each with a metadata of its own. */
  async write(stream: string, count: number, type = 'T'): Promise<void> {
    const events = Array.from({ length: count }, () => newEvent(type, '{}', { isJson: true }));
    await this.store.append(stream, ANY, events);
  }

  async writeLinks(stream: string, ...targets: readonly string[]): Promise<void> {
    const links = targets.map((target) => newEvent('$>', target, { isJson: false }));
    await this.store.append(stream, ANY, links);
  }

  join(source: string, bufferSize = 10): TestConsumer {
    const consumer = new TestConsumer();
    this.subscriptions
      .find(source, 'g')
      .engine.connect(new Consumer(consumer, { bufferSize, connectionName: 'test' }));
    return consumer;
  }

  ack(source: string, ...events: readonly (DeliveredEvent | undefined)[]): void {
    this.subscriptions.find(source, 'g').engine.ack(events.map((event) => event?.id ?? ''));
  }

  park(source: string, ...events: readonly (DeliveredEvent | undefined)[]): void {
    const ids = events.map((event) => event?.id ?? '');
    this.subscriptions.find(source, 'g').engine.nack(ids, 'park', 'bad');
  }
}
