/** What the engine needs to know of an event; the rest of it is the business of source and consumer. */
export interface SourceEvent {
  /** Revision in the stream, or position in `$all`; grows from event to event. */
  readonly position: number;
  /** The id that acknowledges it: of the link if there is one, else of the event. */
  readonly id: string;
  /** Memory that keeping it for redelivery costs. */
  readonly bytes: number;
  /** The stream that `Pinned` keeps with one consumer: the link target's stream for links. */
  readonly stream: string;
  /** `$correlationId` of its metadata; looked up only by `PinnedByCorrelation`. */
  correlationId(): string | undefined;
}
