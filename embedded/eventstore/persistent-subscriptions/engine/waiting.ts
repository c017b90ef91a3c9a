import { LinkedList } from './linked-list.ts';
import type { Message } from './message.ts';
import type { SourceEvent } from './source-event.ts';

/** Bytes of undelivered events above which a group reads no further, whatever its buffer sizes are. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** The messages of a group that no consumer has, in the order in which they are offered. */
export class Waiting<E extends SourceEvent> {
  /** Failed once already; in the order of the source. */
  private readonly retries = new LinkedList<Message<E>>();
  /** Parked messages that are replayed, behind all retries. */
  private readonly replays = new LinkedList<Message<E>>();
  /** Never delivered; in the order of the source. */
  private readonly fresh = new LinkedList<Message<E>>();
  private readonly historyBufferSize: number;
  private bytes = 0;

  constructor(historyBufferSize: number) {
    this.historyBufferSize = historyBufferSize;
  }

  get readBufferCount(): number {
    return this.fresh.size;
  }

  get retryBufferCount(): number {
    return this.retries.size + this.replays.size;
  }

  /** Whether there is room for a page of history of that many events. */
  canAcceptPage(events: number): boolean {
    const held = this.fresh.size + this.retryBufferCount;
    return this.historyBufferSize - held > events && this.bytes < MAX_BUFFERED_BYTES;
  }

  /** Whether there is room for one more event that was just written. */
  canAcceptLive(): boolean {
    return this.fresh.size < this.historyBufferSize && this.bytes < MAX_BUFFERED_BYTES;
  }

  /** Whether another page of parked messages may be read for a replay. */
  canAcceptReplay(): boolean {
    return (
      this.replays.size < Math.max(1, this.historyBufferSize) && this.bytes < MAX_BUFFERED_BYTES
    );
  }

  add(message: Message<E>): void {
    message.place = (message.replayed ? this.replays : this.fresh).append(message);
    this.bytes += message.event.bytes;
  }

  /** Takes back what a consumer had: before every retry that comes later in the source. */
  addRetry(message: Message<E>): void {
    this.bytes += message.event.bytes;
    if (message.replayed) {
      message.place = this.replays.append(message);
      return;
    }
    let before = this.retries.last;
    while (before !== undefined && before.value.sequence > message.sequence)
      before = before.previous;
    message.place = this.retries.insertAfter(before, message);
  }

  remove(message: Message<E>): void {
    const { place } = message;
    if (place?.list === undefined) return;
    place.list.remove(place);
    message.place = undefined;
    this.bytes -= message.event.bytes;
  }

  /** Every waiting message in the order of offering; the one just given may be removed meanwhile. */
  *inOrder(): Iterable<Message<E>> {
    for (const list of [this.retries, this.replays, this.fresh]) {
      let place = list.first;
      while (place !== undefined) {
        const { next, value } = place;
        yield value;
        place = next;
      }
    }
  }
}
