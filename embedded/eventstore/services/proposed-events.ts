import type { ProposedEvent } from '../protocol/append-requests.ts';
import { isZeroUuid } from '../protocol/uuid.ts';
import type { NewEvent } from '../streams/event-store.ts';

const JSON_CONTENT_TYPE = 'application/json';

/** Names longer than this are refused, so that the index stays small. */
export const MAX_NAME_BYTES = 64 * 1024;

export type CheckedEvent =
  | { readonly kind: 'event'; readonly event: NewEvent }
  | { readonly kind: 'metadata-missing' }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Checks a proposed event as EventStoreDB does; JSON bodies are not looked at. */
export function checkProposed(proposed: ProposedEvent): CheckedEvent {
  const { id, type, contentType } = proposed;
  if (type === undefined || contentType === undefined) return { kind: 'metadata-missing' };
  if (!id.id || isZeroUuid(id.id))
    return { kind: 'malformed', reason: 'the event has no valid id' };
  if (type === '') return { kind: 'malformed', reason: 'the event has no type' };
  if (type.length > MAX_NAME_BYTES) return { kind: 'malformed', reason: 'the type is too long' };
  const event: NewEvent = {
    id: id.id,
    type,
    isJson: contentType === JSON_CONTENT_TYPE,
    data: proposed.data,
    metadata: proposed.customMetadata,
  };
  return { kind: 'event', event };
}

/** Stream names must not be empty nor longer than the limit. */
export const isUsableName = (stream: string): boolean =>
  stream !== '' && Buffer.byteLength(stream) <= MAX_NAME_BYTES;
