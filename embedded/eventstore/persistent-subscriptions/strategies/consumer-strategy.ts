import type { Consumer } from '../engine/consumer.ts';
import type { Message } from '../engine/message.ts';
import type { SourceEvent } from '../engine/source-event.ts';

/** Nobody has a free slot: stop pushing until one frees. */
export const NO_CAPACITY = 'no-capacity';
/** The one consumer that this message is for is busy: leave it, and go on with the next message. */
export const OWNER_BUSY = 'owner-busy';

export type Choice<E extends SourceEvent> = Consumer<E> | typeof NO_CAPACITY | typeof OWNER_BUSY;

/** Decides which consumer of a group gets a message. */
export interface ConsumerStrategy<E extends SourceEvent> {
  add(consumer: Consumer<E>): void;
  remove(consumer: Consumer<E>): void;
  choose(message: Message<E>): Choice<E>;
  /** The message is no longer in flight. Called before the consumer is removed. */
  settled(message: Message<E>): void;
}
