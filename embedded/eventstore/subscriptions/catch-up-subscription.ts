import { randomUUID } from 'node:crypto';
import type { Call } from '../grpc/service.ts';
import { handlerFailure } from '../grpc/status.ts';
import { ReadReplies } from '../protocol/read-replies.ts';
import { streamDeleted } from '../services/errors.ts';
import type { AllSubscriptionPlan, StreamSubscriptionPlan } from '../services/read-plan.ts';
import type { EventRecord } from '../streams/event-record.ts';
import { type EventStore, TOMBSTONE_REVISION } from '../streams/event-store.ts';
import { LINK_TYPE } from '../streams/link.ts';
import { CheckpointPacer } from './checkpoint-pacer.ts';
import type { LiveFeed } from './live-feed.ts';
import { AllSource, StreamSource, type SubscriptionSource } from './subscription-source.ts';

export type SubscriptionPlan = StreamSubscriptionPlan | AllSubscriptionPlan;

const FIRST_PAGE = 32;
const LARGEST_PAGE = 1024;
/** Live records that may wait for a slow client before they are read again from the log instead. */
const MAX_LIVE_QUEUE = 512;

/** Opens a catch-up subscription on the call; it lasts until the client cancels. */
export async function subscribe(
  store: EventStore,
  feed: LiveFeed,
  plan: SubscriptionPlan,
  call: Call,
): Promise<void> {
  if (plan.kind === 'subscribe-stream' && store.streamState(plan.stream).status === 'tombstoned')
    throw streamDeleted(plan.stream);
  const source =
    plan.kind === 'subscribe-stream'
      ? new StreamSource(store, feed, plan.stream, plan.from)
      : new AllSource(store, feed, plan.from);
  await new CatchUpSubscription(store, source, plan, call).run();
}

/**
 * History first, then live: while live, records come straight from the commits; when the client does
 * not keep up they are left, and read again from the log once it has taken what was sent.
 */
class CatchUpSubscription {
  private readonly store: EventStore;
  private readonly source: SubscriptionSource;
  private readonly plan: SubscriptionPlan;
  private readonly call: Call;
  private readonly replies: ReadReplies;
  private readonly pacer: CheckpointPacer | undefined;
  private live = false;
  private queue: EventRecord[] = [];
  private wake: (() => void) | undefined;

  constructor(store: EventStore, source: SubscriptionSource, plan: SubscriptionPlan, call: Call) {
    this.store = store;
    this.source = source;
    this.plan = plan;
    this.call = call;
    this.replies = new ReadReplies(plan.uuids);
    const filter = this.filterPlan;
    this.pacer = filter && new CheckpointPacer(filter.interval);
  }

  async run(): Promise<void> {
    this.replies.confirmation(randomUUID());
    await this.send();
    if (this.filterPlan?.window === 0) throw handlerFailure();
    const unfollow = this.source.follow((record) => this.arrived(record));
    this.call.onClose(() => {
      unfollow();
      this.wakeUp();
    });
    while (!this.call.closed) {
      await this.catchUp();
      await this.followLive();
    }
  }

  /** Reads the history to its end, and says so. */
  private async catchUp(): Promise<void> {
    let size = FIRST_PAGE;
    while (!this.call.closed && this.source.isBehind()) {
      const page = await this.source.read(size);
      if (page.status === 'deleted') throw this.deleted();
      await this.add(page.records);
      await this.send();
      size = Math.min(size * 2, LARGEST_PAGE);
    }
    // Nothing may be awaited between the last look for history and going live.
    this.live = true;
    const checkpoint = this.pacer?.atHead();
    if (checkpoint !== undefined)
      this.replies.checkpoint({ commit: checkpoint, prepare: checkpoint });
    this.replies.caughtUp();
    await this.send();
  }

  /** Sends what arrives until the client falls behind or is gone. */
  private async followLive(): Promise<void> {
    while ((this.live || this.queue.length > 0) && !this.call.closed) {
      if (this.queue.length === 0) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        continue;
      }
      const records = this.queue;
      this.queue = [];
      await this.add(records);
      await this.send();
      if (records.some((record) => this.endsStream(record))) throw this.deleted();
    }
  }

  private arrived(record: EventRecord): void {
    if (!this.live) return;
    if (this.queue.length >= MAX_LIVE_QUEUE) {
      // What is queued was taken from the source and is sent; what follows is read from the log.
      this.live = false;
      return;
    }
    if (!this.source.take(record)) return;
    this.queue.push(record);
    this.wakeUp();
  }

  private wakeUp(): void {
    this.wake?.();
    this.wake = undefined;
  }

  private async add(records: readonly EventRecord[]): Promise<void> {
    for (const record of records) {
      if (!this.filterPlan || this.filterPlan.filter.matches(record)) await this.addEvent(record);
      const checkpoint = this.pacer?.consider(record);
      if (checkpoint !== undefined)
        this.replies.checkpoint({ commit: checkpoint, prepare: checkpoint });
    }
  }

  private async addEvent(record: EventRecord): Promise<void> {
    const isLink = this.plan.resolveLinks && record.type === LINK_TYPE;
    this.replies.event(
      isLink ? await this.store.resolve(record) : { event: record, link: undefined },
    );
  }

  private async send(): Promise<void> {
    if (this.replies.length === 0) return;
    this.call.sendFramed(this.replies.take());
    await this.call.writable();
  }

  private endsStream(record: EventRecord): boolean {
    return this.plan.kind === 'subscribe-stream' && record.revision === TOMBSTONE_REVISION;
  }

  private deleted(): Error {
    return streamDeleted(this.plan.kind === 'subscribe-stream' ? this.plan.stream : '$all');
  }

  private get filterPlan(): AllSubscriptionPlan['filter'] {
    return this.plan.kind === 'subscribe-all' ? this.plan.filter : undefined;
  }
}
