import type { Consumer } from './consumer.ts';
import type { Place } from './linked-list.ts';
import type { SourceEvent } from './source-event.ts';

/** An event on its way through a group. */
export interface Message<E extends SourceEvent> {
  readonly event: E;
  /** Counts the records that the group has considered up to this one; 0 for a replayed message. */
  readonly sequence: number;
  /** Position of the last record considered before this one, -1 if there was none. */
  readonly previous: number;
  /** A parked message that came back: it does not hold up the checkpoint. */
  readonly replayed: boolean;
  retryCount: number;
  /** Who has it now; undefined while it waits. */
  consumer: Consumer<E> | undefined;
  sentAt: number;
  /** Its place in whichever waiting list it is, or in the list of those in flight. */
  place: Place<Message<E>> | undefined;
  /** Its place among the unprocessed messages that the checkpoint must not pass. */
  unprocessed: Place<Message<E>> | undefined;
  /** An older message in flight with the same id (an id may occur twice in one source). */
  sameId: Message<E> | undefined;
  /** Bucket of a pinning strategy, once computed. */
  bucket: number | undefined;
}

/** A message that has not been given to anybody yet. */
export function newMessage<E extends SourceEvent>(
  event: E,
  order: { readonly sequence: number; readonly previous: number },
): Message<E> {
  return fresh(event, order.sequence, order.previous, false);
}

/** A parked message that is offered again. */
export function replayedMessage<E extends SourceEvent>(event: E): Message<E> {
  return fresh(event, 0, -1, true);
}

const fresh = <E extends SourceEvent>(
  event: E,
  sequence: number,
  previous: number,
  replayed: boolean,
): Message<E> => ({
  event,
  sequence,
  previous,
  replayed,
  retryCount: 0,
  consumer: undefined,
  sentAt: 0,
  place: undefined,
  unprocessed: undefined,
  sameId: undefined,
  bucket: undefined,
});
