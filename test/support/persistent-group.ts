import {
  Consumer,
  type ConsumerPort,
} from '../../embedded/eventstore/persistent-subscriptions/engine/consumer.ts';
import { Group } from '../../embedded/eventstore/persistent-subscriptions/engine/group.ts';
import type {
  GroupPorts,
  GroupRules,
  StartingPoint,
} from '../../embedded/eventstore/persistent-subscriptions/engine/group-ports.ts';
import { Latencies } from '../../embedded/eventstore/persistent-subscriptions/engine/latencies.ts';
import type { Message } from '../../embedded/eventstore/persistent-subscriptions/engine/message.ts';
import type { SourceEvent } from '../../embedded/eventstore/persistent-subscriptions/engine/source-event.ts';
import {
  createStrategy,
  type StrategyName,
} from '../../embedded/eventstore/persistent-subscriptions/strategies/strategies.ts';

export const rules = (changed: Partial<GroupRules> = {}): GroupRules => ({
  messageTimeoutMs: 30_000,
  maxRetryCount: 10,
  minCheckpointCount: 10,
  maxCheckpointCount: 1000,
  checkpointAfterMs: 2000,
  maxSubscriberCount: 0,
  liveBufferSize: 500,
  historyBufferSize: 500,
  readBatchSize: 20,
  ...changed,
});

/** A consumer that remembers what it was given as `position/retryCount`. */
export class FakeConsumer implements ConsumerPort<SourceEvent> {
  readonly got: string[] = [];
  readonly ids: string[] = [];
  dropped = false;
  saturated = false;
  readonly consumer: Consumer<SourceEvent>;

  constructor(bufferSize: number, measured = false) {
    const latencies = measured ? new Latencies() : undefined;
    this.consumer = new Consumer(this, { bufferSize, connectionName: 'test', latencies });
  }

  deliver(event: SourceEvent, retryCount: number): void {
    this.got.push(`${event.position}/${retryCount}`);
    this.ids.push(event.id);
  }

  drop(): void {
    this.dropped = true;
  }

  isSaturated(): boolean {
    return this.saturated;
  }
}

/** A group over a source in memory; reads, parking and time move only when a test says so. */
export class GroupHarness {
  now = 0;
  readonly source: SourceEvent[] = [];
  readonly checkpoints: number[] = [];
  readonly parked: { readonly position: number; readonly reason: string }[] = [];
  readonly group: Group<SourceEvent>;
  private readonly start: StartingPoint;
  private pendingRead: { from: number; limit: number; end: number } | undefined;
  private pendingParks: { message: Message<SourceEvent>; reason: string }[] = [];

  constructor(
    settings: Partial<GroupRules> & { readonly strategy?: StrategyName } = {},
    start: StartingPoint = { kind: 'at', position: 0 },
  ) {
    this.start = start;
    const ports: GroupPorts<SourceEvent> = {
      now: () => this.now,
      readHistory: (from, limit) => {
        this.pendingRead = { from, limit, end: this.source.length };
      },
      readParked: () => {},
      park: (message, reason) => {
        this.pendingParks.push({ message, reason });
      },
      writeCheckpoint: (position) => {
        this.checkpoints.push(position);
      },
    };
    const { strategy = 'RoundRobin', ...changed } = settings;
    this.group = new Group(rules(changed), createStrategy(strategy), ports);
  }

  /** Adds events to the source without telling the group. */
  written(count: number, stream = 's'): readonly SourceEvent[] {
    return Array.from({ length: count }, () => {
      const position = this.source.length;
      const event = {
        position,
        id: `id-${position}`,
        bytes: 100,
        stream,
        correlationId: () => undefined,
      };
      this.source.push(event);
      return event;
    });
  }

  /** Adds events to the source and tells the group of the commit. */
  commit(count: number, stream = 's'): void {
    const events = this.written(count, stream);
    this.group.committed({
      matches: events.map((event) => ({ event, skipped: 0, lastSkipped: -1 })),
      skipped: 0,
      lastSkipped: -1,
    });
  }

  /** Answers the outstanding page request, if there is one, with what was there when it came. */
  answerRead(): boolean {
    const { pendingRead } = this;
    if (pendingRead === undefined) return false;
    this.pendingRead = undefined;
    const { from, limit, end } = pendingRead;
    const events = this.source.slice(from, Math.min(from + limit, end));
    const next = from + events.length;
    this.group.historyRead({
      matches: events.map((event) => ({ event, skipped: 0, lastSkipped: -1 })),
      skipped: 0,
      lastSkipped: -1,
      next,
      atEnd: next >= end,
    });
    return true;
  }

  /** Answers page requests until there are none. */
  settleReads(): void {
    while (this.answerRead());
  }

  /** Lets all outstanding parking succeed. */
  settleParks(): void {
    for (const { message, reason } of this.pendingParks.splice(0)) {
      this.parked.push({ position: message.event.position, reason });
      this.group.parked(message);
    }
  }

  failParks(): void {
    for (const { message, reason } of this.pendingParks.splice(0))
      this.group.notParked(message, reason);
  }

  tick(milliseconds = 1000): void {
    this.now += milliseconds;
    this.group.tick();
  }

  connect(bufferSize = 10): FakeConsumer {
    const consumer = new FakeConsumer(bufferSize, true);
    this.group.connect(consumer.consumer);
    return consumer;
  }

  /** Begins, and leaves the first page request unanswered. */
  load(): void {
    this.group.begin(this.start);
  }

  /** Begins, and reads all history there is room for. */
  begin(): this {
    this.load();
    this.settleReads();
    return this;
  }
}
