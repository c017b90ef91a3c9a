import type { ConsumerStrategy } from '../strategies/consumer-strategy.ts';
import { NO_CAPACITY, OWNER_BUSY } from '../strategies/consumer-strategy.ts';
import { CheckpointProgress } from './checkpoint-progress.ts';
import type { Consumer } from './consumer.ts';
import type { GroupPorts, GroupRules, NackAction, StartingPoint } from './group-ports.ts';
import { type GroupFigures, statusText } from './group-status.ts';
import { HistoryFeed } from './history-feed.ts';
import { InFlight } from './in-flight.ts';
import { type Message, replayedMessage } from './message.ts';
import type { HistoryPage, SourceBatch } from './source-batch.ts';
import type { SourceEvent } from './source-event.ts';
import { Waiting } from './waiting.ts';

/**
 * One persistent subscription at work: it takes events from its source, gives them to consumers,
 * waits for their acknowledgement, offers them again or parks them, and says how far all is done.
 * Delivery is at least once. No I/O and no clock in here: see `GroupPorts`.
 */
export class Group<E extends SourceEvent> {
  readonly consumers = new Set<Consumer<E>>();
  private readonly rules: GroupRules;
  private readonly ports: GroupPorts<E>;
  private readonly strategy: ConsumerStrategy<E>;
  private readonly waiting: Waiting<E>;
  private readonly inFlight = new InFlight<E>();
  private readonly progress: CheckpointProgress<E>;
  private readonly feed: HistoryFeed<E>;
  private readonly parking = new Set<Message<E>>();
  private readonly toParkAgain = new Map<Message<E>, string>();
  private ready = false;
  private replaying = false;
  private faulted = false;
  private totalItems = 0;

  constructor(rules: GroupRules, strategy: ConsumerStrategy<E>, ports: GroupPorts<E>) {
    this.rules = rules;
    this.ports = ports;
    this.strategy = strategy;
    this.waiting = new Waiting<E>(rules.historyBufferSize);
    this.progress = new CheckpointProgress<E>({
      minCount: rules.minCheckpointCount,
      maxCount: rules.maxCheckpointCount,
      afterMs: rules.checkpointAfterMs,
    });
    this.feed = new HistoryFeed(rules, ports, this.waiting, this.progress);
  }

  /** Begins to read; from here on `committed` must be told everything that the source gets. */
  begin(start: StartingPoint): void {
    this.ready = true;
    if (start.kind === 'checkpoint') this.progress.resume(start.checkpoint);
    this.feed.start(start);
  }

  /** Whether commits are delivered as they come; else history is read first. */
  get isLive(): boolean {
    return this.feed.live;
  }

  /** Tells a group that is not live of a commit, without the events: it will read them. */
  announce(events: number, newest: number): void {
    if (this.ready) this.feed.announce(events, newest);
  }

  /** Whether the group has as many consumers as it may have. */
  isFull(): boolean {
    const { maxSubscriberCount } = this.rules;
    return maxSubscriberCount !== 0 && this.consumers.size >= maxSubscriberCount;
  }

  connect(consumer: Consumer<E>): void {
    if (this.faulted) {
      consumer.port.drop();
      return;
    }
    this.consumers.add(consumer);
    this.strategy.add(consumer);
    this.push();
  }

  /** What a leaving consumer had is offered again, whatever the retry limit says. */
  disconnect(consumer: Consumer<E>): void {
    if (!this.consumers.has(consumer)) return;
    this.remove(consumer);
    this.push();
  }

  ack(ids: readonly string[]): void {
    for (const id of ids) {
      const message = this.inFlight.find(id);
      if (message !== undefined) this.processed(message);
    }
    this.goOn();
  }

  nack(ids: readonly string[], action: NackAction, reason: string): void {
    for (const id of ids) {
      const message = this.inFlight.find(id);
      if (message === undefined) continue;
      if (action === 'retry') this.retryOrPark(message);
      else if (action === 'park')
        this.park(message, `Client explicitly NAK'ed message.\n${reason}`);
      else this.processed(message);
    }
    this.goOn();
  }

  /** Once a second: expiry, parking that failed before, checkpoints by time, reading on. */
  tick(): void {
    const expired = this.ports.now() - this.rules.messageTimeoutMs;
    for (
      let message = this.inFlight.oldest();
      message !== undefined;
      message = this.inFlight.oldest()
    ) {
      if (message.sentAt > expired) break;
      this.retryOrPark(message);
    }
    for (const [message, reason] of this.toParkAgain) this.ports.park(message, reason);
    this.toParkAgain.clear();
    this.push();
    this.markCheckpoint(true);
    this.readOn();
  }

  historyRead(page: HistoryPage<E>): void {
    this.feed.pageRead(page);
    this.push();
    this.markCheckpoint(false);
  }

  /** A page could not be read this time; the tick tries again. */
  historyUnreadable(): void {
    this.feed.pageUnreadable();
  }

  /** The source is gone for ever: nobody can be served any more. */
  fault(): void {
    this.faulted = true;
    this.dropConsumers();
  }

  /** Tells what was committed to the source, in order. */
  committed(batch: SourceBatch<E>): void {
    if (!this.ready) return;
    this.feed.committed(batch);
    this.push();
    this.readOn();
    this.markCheckpoint(false);
  }

  /** What was committed from there on could not be told: it is read as history instead. */
  missed(position: number): void {
    if (!this.ready) return;
    this.feed.missed(position);
    this.readOn();
  }

  /** The message lies in the parked stream. */
  parked(message: Message<E>): void {
    if (!this.parking.delete(message)) return;
    this.progress.settled(message);
    this.markCheckpoint(false);
  }

  notParked(message: Message<E>, reason: string): void {
    if (this.parking.has(message)) this.toParkAgain.set(message, reason);
  }

  /** Begins a replay; false when one is running. Then `readParked` is asked for as room allows. */
  beginReplay(): boolean {
    if (this.replaying) return false;
    this.replaying = true;
    return true;
  }

  /** Offers a parked message again: behind all retries, and as if for the first time. */
  replay(events: readonly E[]): void {
    for (const event of events) this.waiting.add(replayedMessage(event));
    this.push();
  }

  canAcceptReplay(): boolean {
    return this.waiting.canAcceptReplay();
  }

  endReplay(): void {
    this.replaying = false;
  }

  dropConsumers(): void {
    const dropped = [...this.consumers];
    for (const consumer of dropped) this.remove(consumer);
    for (const consumer of dropped) consumer.port.drop();
  }

  /** Something outside makes room again, such as a client that goes on reading. */
  push(): void {
    if (!this.ready || this.consumers.size === 0) return;
    for (const message of this.waiting.inOrder()) {
      const choice = this.strategy.choose(message);
      if (choice === OWNER_BUSY) continue;
      if (choice === NO_CAPACITY) break;
      this.deliver(message, choice);
    }
    if (this.replaying && this.waiting.canAcceptReplay()) this.ports.readParked();
  }

  figures(): GroupFigures {
    return {
      status: statusText({
        ready: this.ready,
        live: this.feed.live,
        pageRequested: this.feed.pageRequested,
        replaying: this.replaying,
      }),
      readBufferCount: this.waiting.readBufferCount,
      liveBufferCount: this.feed.liveBufferCount,
      retryBufferCount: this.waiting.retryBufferCount,
      inFlight: this.inFlight.size,
      outstanding: this.inFlight.size + this.parking.size,
      totalItems: this.totalItems,
      lastCheckpoint: this.progress.marked,
      lastKnown: this.feed.lastKnown,
    };
  }

  private goOn(): void {
    this.markCheckpoint(false);
    this.readOn();
    this.push();
  }

  private readOn(): void {
    if (this.ready && !this.faulted) this.feed.readOn();
  }

  private deliver(message: Message<E>, consumer: Consumer<E>): void {
    this.waiting.remove(message);
    message.consumer = consumer;
    message.sentAt = this.ports.now();
    this.inFlight.add(message);
    this.totalItems++;
    consumer.deliver(message.event, message.retryCount);
  }

  /** Takes a message away from its consumer. */
  private release(message: Message<E>): void {
    this.inFlight.remove(message);
    this.strategy.settled(message);
    message.consumer?.release(message.event);
  }

  private processed(message: Message<E>): void {
    message.consumer?.latencies?.add(this.ports.now() - message.sentAt);
    this.release(message);
    message.consumer = undefined;
    this.progress.settled(message);
  }

  private retry(message: Message<E>): void {
    this.release(message);
    message.consumer = undefined;
    message.retryCount++;
    this.waiting.addRetry(message);
  }

  private retryOrPark(message: Message<E>): void {
    const { maxRetryCount } = this.rules;
    if (message.retryCount >= maxRetryCount)
      this.park(message, `Reached retry count of ${maxRetryCount}`);
    else this.retry(message);
  }

  /** It counts as processed only when it lies in the parked stream. */
  private park(message: Message<E>, reason: string): void {
    this.release(message);
    message.consumer = undefined;
    this.parking.add(message);
    this.ports.park(message, reason);
  }

  private remove(consumer: Consumer<E>): void {
    this.consumers.delete(consumer);
    for (const message of [...this.inFlight.all()])
      if (message.consumer === consumer) this.retry(message);
    this.strategy.remove(consumer);
  }

  private markCheckpoint(isTick: boolean): void {
    if (!this.ready) return;
    const position = this.progress.due(this.ports.now(), isTick);
    if (position !== undefined) this.ports.writeCheckpoint(position);
  }
}
