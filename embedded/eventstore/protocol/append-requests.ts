import type { Expectation } from '../streams/event-store.ts';
import { readExpectation } from './expectation.ts';
import { readStreamIdentifier } from './stream-identifier.ts';
import { MISSING_UUID, readUuid, type WireUuid } from './uuid.ts';
import { WireReader } from './wire-reader.ts';

/** An event as proposed, not yet checked. `type` and `contentType` come from its metadata map. */
export interface ProposedEvent {
  readonly id: WireUuid;
  readonly type: string | undefined;
  readonly contentType: string | undefined;
  readonly customMetadata: Buffer;
  readonly data: Buffer;
}

const NOTHING = Buffer.alloc(0);

export function readProposedEvent(reader: WireReader): ProposedEvent {
  let id = MISSING_UUID;
  let type: string | undefined;
  let contentType: string | undefined;
  let customMetadata: Buffer = NOTHING;
  let data: Buffer = NOTHING;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        id = readUuid(reader.message());
        break;
      case 2: {
        const entry = readMapEntry(reader.message());
        if (entry.key === 'type') type = entry.value;
        else if (entry.key === 'content-type') contentType = entry.value;
        break;
      }
      case 3:
        customMetadata = reader.buffer();
        break;
      case 4:
        data = reader.buffer();
        break;
      default:
        reader.skip();
    }
  }
  return { id, type, contentType, customMetadata, data };
}

function readMapEntry(reader: WireReader): { readonly key: string; readonly value: string } {
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = reader.string();
    else reader.skip();
  }
  return { key, value };
}

/** Which stream, and what it must be like; also the whole request of Delete and Tombstone. */
export interface StreamTarget {
  readonly stream: string;
  readonly expectation: Expectation | undefined;
}

export function readStreamTarget(reader: WireReader): StreamTarget {
  let stream = '';
  let expectation: Expectation | undefined;
  while (reader.next()) {
    if (reader.field === 1) stream = readStreamIdentifier(reader.message());
    else {
      const found = readExpectation(reader);
      if (found) expectation = found;
      else reader.skip();
    }
  }
  return { stream, expectation };
}

/** One message of Streams.Append: options first, then proposed events. */
export type AppendRequest =
  | { readonly kind: 'options'; readonly target: StreamTarget }
  | { readonly kind: 'event'; readonly event: ProposedEvent }
  | { readonly kind: 'empty' };

export function readAppendRequest(bytes: Buffer): AppendRequest {
  const reader = new WireReader(bytes);
  let request: AppendRequest = { kind: 'empty' };
  while (reader.next()) {
    if (reader.field === 1)
      request = { kind: 'options', target: readStreamTarget(reader.message()) };
    else if (reader.field === 2)
      request = { kind: 'event', event: readProposedEvent(reader.message()) };
    else reader.skip();
  }
  return request;
}

/** The options of a unary Delete or Tombstone request; undefined when they are missing. */
export function readRemovalRequest(bytes: Buffer): StreamTarget | undefined {
  const reader = new WireReader(bytes);
  let target: StreamTarget | undefined;
  while (reader.next()) {
    if (reader.field === 1) target = readStreamTarget(reader.message());
    else reader.skip();
  }
  return target;
}
