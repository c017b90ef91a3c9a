import type { Consumer } from '../engine/consumer.ts';
import type { Message } from '../engine/message.ts';
import type { SourceEvent } from '../engine/source-event.ts';
import {
  type Choice,
  type ConsumerStrategy,
  NO_CAPACITY,
  OWNER_BUSY,
} from './consumer-strategy.ts';

const BUCKETS = 1024;

interface Bucket<E extends SourceEvent> {
  owner: Consumer<E> | undefined;
  inFlight: number;
}

/**
 * `Pinned` and `PinnedByCorrelation`: the message's key falls into one of 1024 buckets, and each
 * bucket belongs to one consumer from its first use on. A consumer that joins takes over its share,
 * buckets with nothing in flight first, so that a key seldom is with two consumers at a time.
 */
export class PinnedStrategy<E extends SourceEvent> implements ConsumerStrategy<E> {
  private readonly buckets: readonly Bucket<E>[] = Array.from({ length: BUCKETS }, () => ({
    owner: undefined,
    inFlight: 0,
  }));
  private readonly owned = new Map<Consumer<E>, number>();
  private readonly keyOf: (event: E) => string;

  constructor(keyOf: (event: E) => string) {
    this.keyOf = keyOf;
  }

  add(joining: Consumer<E>): void {
    this.owned.set(joining, 0);
    let assigned = 0;
    for (const count of this.owned.values()) assigned += count;
    const share = Math.ceil(assigned / this.owned.size);
    for (const idle of [true, false])
      for (const bucket of this.buckets) {
        const { owner } = bucket;
        if (owner === undefined || owner === joining || idle !== (bucket.inFlight === 0)) continue;
        if (this.ownedBy(joining) >= share) return;
        if (this.ownedBy(owner) > share) this.assign(bucket, joining);
      }
  }

  remove(leaving: Consumer<E>): void {
    this.owned.delete(leaving);
    for (const bucket of this.buckets) if (bucket.owner === leaving) bucket.owner = undefined;
  }

  choose(message: Message<E>): Choice<E> {
    const bucket = this.bucketOf(message);
    if (bucket.owner === undefined) {
      const owner = this.leastLoaded();
      if (owner === undefined) return NO_CAPACITY;
      this.assign(bucket, owner);
    }
    if (bucket.owner?.hasSlot()) {
      bucket.inFlight++;
      return bucket.owner;
    }
    return this.anyCapacity() ? OWNER_BUSY : NO_CAPACITY;
  }

  settled(message: Message<E>): void {
    this.bucketOf(message).inFlight--;
  }

  private assign(bucket: Bucket<E>, owner: Consumer<E>): void {
    if (bucket.owner !== undefined) this.owned.set(bucket.owner, this.ownedBy(bucket.owner) - 1);
    bucket.owner = owner;
    this.owned.set(owner, this.ownedBy(owner) + 1);
  }

  private ownedBy(consumer: Consumer<E>): number {
    return this.owned.get(consumer) ?? 0;
  }

  private anyCapacity(): boolean {
    for (const consumer of this.owned.keys()) if (consumer.hasSlot()) return true;
    return false;
  }

  private leastLoaded(): Consumer<E> | undefined {
    let least: Consumer<E> | undefined;
    for (const [consumer, count] of this.owned)
      if (least === undefined || count < this.ownedBy(least)) least = consumer;
    return least;
  }

  private bucketOf(message: Message<E>): Bucket<E> {
    message.bucket ??= bucketNumber(this.keyOf(message.event));
    return this.buckets[message.bucket] ?? { owner: undefined, inFlight: 0 };
  }
}

/** FNV-1a over the UTF-16 units; which hash it is cannot be seen from outside. */
function bucketNumber(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & (BUCKETS - 1);
}
