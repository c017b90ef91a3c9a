import type { EventRecord } from '../streams/event-record.ts';
import { type EventStore, TOMBSTONE_REVISION } from '../streams/event-store.ts';
import type { LiveFeed, LiveListener } from './live-feed.ts';

export interface SourcePage {
  /** `deleted`: the stream is tombstoned. */
  readonly status: 'found' | 'deleted';
  readonly records: readonly EventRecord[];
}

/** Where a subscription's records come from; remembers what it has handed out. */
export interface SubscriptionSource {
  /** The next records of the history; considered as handed out. */
  read(limit: number): Promise<SourcePage>;
  /** Whether durable records lie beyond what was handed out. */
  isBehind(): boolean;
  /** Whether a live record is the next one: not handed out before, not before the start. */
  take(record: EventRecord): boolean;
  follow(listener: LiveListener): () => void;
}

/** The records of one stream. */
export class StreamSource implements SubscriptionSource {
  private readonly store: EventStore;
  private readonly feed: LiveFeed;
  private readonly stream: string;
  private next: number;

  constructor(store: EventStore, feed: LiveFeed, stream: string, from: number | 'end') {
    this.store = store;
    this.feed = feed;
    this.stream = stream;
    this.next = from === 'end' ? store.streamState(stream).lastRevision + 1 : from;
  }

  async read(limit: number): Promise<SourcePage> {
    const page = await this.store.readStream(this.stream, this.next, 'forwards', limit);
    if (page.status === 'deleted') return { status: 'deleted', records: [] };
    if (page.status === 'found')
      this.next = Math.max(this.next, page.next ?? page.lastRevision + 1);
    return { status: 'found', records: page.records };
  }

  isBehind(): boolean {
    const { status, lastRevision } = this.store.streamState(this.stream);
    return status === 'tombstoned' || (status === 'live' && lastRevision >= this.next);
  }

  take(record: EventRecord): boolean {
    if (record.revision < this.next) return false;
    if (record.revision !== TOMBSTONE_REVISION) this.next = record.revision + 1;
    return true;
  }

  follow(listener: LiveListener): () => void {
    return this.feed.followStream(this.stream, listener);
  }
}

/** The records of `$all`. */
export class AllSource implements SubscriptionSource {
  private readonly store: EventStore;
  private readonly feed: LiveFeed;
  private next: number;

  constructor(store: EventStore, feed: LiveFeed, from: number | 'end') {
    this.store = store;
    this.feed = feed;
    this.next = from === 'end' ? store.endPosition : from;
  }

  async read(limit: number): Promise<SourcePage> {
    const page = await this.store.readAll(this.next, 'forwards', limit);
    this.next = Math.max(this.next, page.next);
    return { status: 'found', records: page.records };
  }

  isBehind(): boolean {
    return this.store.endPosition > this.next;
  }

  take(record: EventRecord): boolean {
    if (record.position < this.next) return false;
    this.next = record.position + 1;
    return true;
  }

  follow(listener: LiveListener): () => void {
    return this.feed.followAll(listener);
  }
}
