import { LinkedList } from './linked-list.ts';
import type { Message } from './message.ts';
import type { SourceEvent } from './source-event.ts';

/** The messages that consumers hold: found by id, and in the order in which they were sent. */
export class InFlight<E extends SourceEvent> {
  private readonly byId = new Map<string, Message<E>>();
  private readonly bySendTime = new LinkedList<Message<E>>();

  get size(): number {
    return this.bySendTime.size;
  }

  add(message: Message<E>): void {
    message.sameId = this.byId.get(message.event.id);
    this.byId.set(message.event.id, message);
    message.place = this.bySendTime.append(message);
  }

  find(id: string): Message<E> | undefined {
    return this.byId.get(id);
  }

  remove(message: Message<E>): void {
    if (message.place !== undefined) this.bySendTime.remove(message.place);
    message.place = undefined;
    this.removeId(message);
    message.sameId = undefined;
  }

  /** The message sent longest ago; all have the same time-out, so it is the first to expire. */
  oldest(): Message<E> | undefined {
    return this.bySendTime.first?.value;
  }

  /** Everything in flight, in the order in which it was sent. */
  *all(): Iterable<Message<E>> {
    for (let place = this.bySendTime.first; place !== undefined; place = place.next)
      yield place.value;
  }

  private removeId(message: Message<E>): void {
    const newest = this.byId.get(message.event.id);
    if (newest === message) {
      if (message.sameId === undefined) this.byId.delete(message.event.id);
      else this.byId.set(message.event.id, message.sameId);
      return;
    }
    for (let other = newest; other !== undefined; other = other.sameId)
      if (other.sameId === message) other.sameId = message.sameId;
  }
}
