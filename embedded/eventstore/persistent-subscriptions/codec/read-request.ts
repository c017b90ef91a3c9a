import { WireReader } from '../../protocol/wire-reader.ts';
import type { NackAction } from '../engine/group-ports.ts';
import { ALL } from '../names.ts';
import { readEventId, readStreamIdentifier } from './identifiers.ts';
import { required } from './settings-request.ts';

/** What a consumer may send. */
export type ReadRequest =
  | {
      readonly kind: 'options';
      readonly source: string;
      readonly group: string;
      readonly bufferSize: number;
      /** Undefined when the request does not say. */
      readonly structuredIds: boolean | undefined;
    }
  | { readonly kind: 'ack'; readonly ids: readonly string[] }
  | {
      readonly kind: 'nack';
      readonly ids: readonly string[];
      readonly action: NackAction;
      readonly reason: string;
    }
  | { readonly kind: 'nothing' };

/** Reads a `ReadReq`. */
export function readReadRequest(request: Buffer): ReadRequest {
  const message = new WireReader(request);
  let result: ReadRequest = { kind: 'nothing' };
  while (message.next())
    switch (message.field) {
      case 1:
        result = readOptions(message.message());
        break;
      case 2:
        result = readAck(message.message());
        break;
      case 3:
        result = readNack(message.message());
        break;
      default:
        message.skip();
    }
  return result;
}

function readOptions(reader: WireReader): ReadRequest {
  let source: string | undefined;
  let group = '';
  let bufferSize = 0;
  let structuredIds: boolean | undefined;
  while (reader.next())
    switch (reader.field) {
      case 1:
        source = readStreamIdentifier(reader.message());
        break;
      case 2:
        group = reader.string();
        break;
      case 3:
        bufferSize = reader.int32();
        break;
      case 4:
        structuredIds = !asksForStrings(reader.message());
        break;
      case 5:
        reader.skip();
        source = ALL;
        break;
      default:
        reader.skip();
    }
  return { kind: 'options', source: required(source), group, bufferSize, structuredIds };
}

/** `UUIDOption`: ids as two halves unless strings are asked for. */
function asksForStrings(reader: WireReader): boolean {
  let strings = false;
  while (reader.next()) {
    strings = reader.field === 2;
    reader.skip();
  }
  return strings;
}

function readAck(reader: WireReader): ReadRequest {
  const ids: string[] = [];
  while (reader.next())
    if (reader.field === 2) ids.push(readEventId(reader.message()));
    else reader.skip();
  return { kind: 'ack', ids };
}

function readNack(reader: WireReader): ReadRequest {
  const ids: string[] = [];
  let action = 0;
  let reason = '';
  while (reader.next())
    switch (reader.field) {
      case 2:
        ids.push(readEventId(reader.message()));
        break;
      case 3:
        action = reader.int32();
        break;
      case 4:
        reason = reader.string();
        break;
      default:
        reader.skip();
    }
  return { kind: 'nack', ids, action: nackAction(action), reason };
}

/** Unknown (0) is a retry; Stop (4), and every number that means nothing, is a skip. */
const nackAction = (action: number): NackAction => {
  if (action === 0 || action === 2) return 'retry';
  return action === 1 ? 'park' : 'skip';
};
