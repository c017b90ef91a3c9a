import type { JSONEventData, RecordedEvent } from '@eventstore/db-client';
import {
  type AnyEvent,
  decodeEvent,
  type EventFamily,
  type EventMetadata,
  type Recorded,
  UnreadableEventError,
} from '../domain/kernel/events.ts';
import { eventIdOf } from '../runtime/event-id.ts';
import type { Context } from '../runtime/ports.ts';

/**
 * What goes to the store: newest version of the shape, ids derived from the command.
 * @throws Error when an event is none of the family's: a bug of the caller, nothing may be written then
 */
export const encode = (
  family: EventFamily,
  stream: string,
  events: readonly AnyEvent[],
  commandId: string,
  context: Context,
): JSONEventData[] =>
  events.map(({ type, data }, index) => {
    const definition = family.definitions[type];
    if (!definition) throw new Error(`${type} is no event of ${family.category}`);
    const metadata: EventMetadata = {
      $correlationId: context.correlationId,
      $causationId: context.causationId,
      schemaVersion: definition.version,
      actor: context.actor,
    };
    return {
      id: eventIdOf(commandId, stream, index),
      contentType: 'application/json',
      type,
      data: data as Record<string, unknown>,
      metadata,
    };
  });

const metadataOf = (record: RecordedEvent): EventMetadata => {
  const metadata = record.metadata as Partial<EventMetadata> | Uint8Array | undefined;
  if (metadata === undefined || metadata instanceof Uint8Array)
    throw new UnreadableEventError(`${record.type}: its metadata is not JSON`);
  const { schemaVersion, actor } = metadata;
  if (typeof schemaVersion !== 'number' || !Number.isInteger(schemaVersion))
    throw new UnreadableEventError(`${record.type}: no schemaVersion in its metadata`);
  if (typeof actor !== 'object' || actor === null)
    throw new UnreadableEventError(`${record.type}: no actor in its metadata`);
  return metadata as EventMetadata;
};

/**
 * Brings a stored event to today's shape.
 * @param stream the name that the service knows it by
 * @param position of the event in `$all`
 * @throws UnreadableEventError naming the stream and revision
 */
export const decode = (
  family: EventFamily,
  record: RecordedEvent,
  stream: string,
  position: bigint,
): Recorded<AnyEvent> => {
  try {
    if (!record.isJson) throw new UnreadableEventError(`${record.type}: not JSON`);
    const metadata = metadataOf(record);
    const { type, data } = decodeEvent(family, record.type, metadata.schemaVersion, record.data);
    // Named one by one: a spread with new properties behind it costs V8 5 µs, a fifth of reading an event.
    return {
      type,
      data,
      id: record.id,
      at: record.created.toISOString(),
      stream,
      revision: record.revision,
      position,
      metadata,
    };
  } catch (error) {
    const what = error instanceof UnreadableEventError ? error.message : 'an upcaster threw';
    throw new UnreadableEventError(`${record.revision}@${record.streamId}: ${what}`, error);
  }
};
