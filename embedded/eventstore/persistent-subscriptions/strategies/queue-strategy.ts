import type { Consumer } from '../engine/consumer.ts';
import type { SourceEvent } from '../engine/source-event.ts';
import { type Choice, type ConsumerStrategy, NO_CAPACITY } from './consumer-strategy.ts';

/**
 * The two strategies that keep their consumers in a queue. `RoundRobin` sends whoever got a message
 * to the back of it; `DispatchToSingle` stays with the first until that one has no free slot.
 */
export class QueueStrategy<E extends SourceEvent> implements ConsumerStrategy<E> {
  private readonly queue: Consumer<E>[] = [];
  private readonly rotates: boolean;

  constructor(rotates: boolean) {
    this.rotates = rotates;
  }

  add(consumer: Consumer<E>): void {
    this.queue.push(consumer);
  }

  remove(consumer: Consumer<E>): void {
    const at = this.queue.indexOf(consumer);
    if (at >= 0) this.queue.splice(at, 1);
  }

  choose(): Choice<E> {
    for (let tries = this.queue.length; tries > 0; tries--) {
      const first = this.queue[0];
      if (first === undefined) break;
      const free = first.hasSlot();
      if (this.rotates || !free) {
        this.queue.shift();
        this.queue.push(first);
      }
      if (free) return first;
    }
    return NO_CAPACITY;
  }

  settled(): void {}
}
