import type { EventRecord } from '../streams/event-record.ts';
import type { ResolvedEvent } from '../streams/event-store.ts';
import type { SourceEvent } from './engine/source-event.ts';

/** An event as a group's consumer gets it: resolved, if the group resolves links. */
export interface DeliveredEvent extends SourceEvent {
  readonly event: EventRecord | undefined;
  readonly link: EventRecord | undefined;
  /** Position in `$all` of the record that lies in the source: of the link, if there is one. */
  readonly logPosition: number;
}

/**
 * Wraps a resolved record. `position` is what the group counts by: the revision of the record in the
 * source for a stream, its log position for `$all`.
 */
export function deliveredEvent(
  { event, link }: ResolvedEvent,
  positionOf: (record: EventRecord) => number,
): DeliveredEvent {
  const original = link ?? event;
  if (original === undefined) throw new Error('a resolved event has neither event nor link');
  const source = event ?? original;
  return {
    event,
    link,
    position: positionOf(original),
    logPosition: original.position,
    id: original.id,
    bytes: (event?.encoded.length ?? 0) + (link?.encoded.length ?? 0),
    stream: source.stream,
    correlationId: () => correlationIdOf(source),
  };
}

/** `$correlationId` of the metadata, if that is a JSON object with such a text. */
function correlationIdOf(record: EventRecord): string | undefined {
  if (record.metadata.length === 0) return undefined;
  try {
    const metadata: unknown = JSON.parse(record.metadata.toString('utf8'));
    if (typeof metadata !== 'object' || metadata === null) return undefined;
    const id = '$correlationId' in metadata ? metadata.$correlationId : undefined;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}
