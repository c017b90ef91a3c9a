import { type FilterRequest, readFilter } from './filter-request.ts';
import { readStreamIdentifier } from './stream-identifier.ts';
import { WireReader } from './wire-reader.ts';

export interface WirePosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** Where a read begins. `unset` when the request names a target but no point. */
export type ReadStart =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'revision'; readonly revision: bigint }
  | { readonly kind: 'position'; readonly position: WirePosition }
  | { readonly kind: 'unset' };

export type ReadTarget =
  | { readonly kind: 'stream'; readonly stream: string; readonly from: ReadStart }
  | { readonly kind: 'all'; readonly from: ReadStart };

/** `ReadReq.Options` as it came; what is missing is undefined. */
export interface ReadRequest {
  readonly target: ReadTarget | undefined;
  readonly backwards: boolean;
  readonly resolveLinks: boolean;
  readonly amount:
    | { readonly kind: 'count'; readonly count: bigint }
    | { readonly kind: 'subscription' }
    | undefined;
  readonly filter: FilterRequest | 'none' | undefined;
  readonly uuid: 'string' | 'structured' | undefined;
  /** control_option.compatibility: from 1 on, reads tell the first and last position of the stream. */
  readonly compatibility: number;
}

/** Reads a `ReadReq`; undefined when it has no options. */
export function readReadRequest(bytes: Buffer): ReadRequest | undefined {
  const reader = new WireReader(bytes);
  let request: ReadRequest | undefined;
  while (reader.next()) {
    if (reader.field === 1) request = readOptions(reader.message());
    else reader.skip();
  }
  return request;
}

function readOptions(reader: WireReader): ReadRequest {
  let target: ReadTarget | undefined;
  let backwards = false;
  let resolveLinks = false;
  let amount: ReadRequest['amount'];
  let filter: ReadRequest['filter'];
  let uuid: ReadRequest['uuid'];
  let compatibility = 0;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        target = readStreamOptions(reader.message());
        break;
      case 2:
        target = { kind: 'all', from: readAllOptions(reader.message()) };
        break;
      case 3:
        backwards = reader.uint() === 1;
        break;
      case 4:
        resolveLinks = reader.bool();
        break;
      case 5:
        amount = { kind: 'count', count: reader.uint64() };
        break;
      case 6:
        reader.skip();
        amount = { kind: 'subscription' };
        break;
      case 7:
        filter = readFilter(reader.message());
        break;
      case 8:
        reader.skip();
        filter = 'none';
        break;
      case 9:
        uuid = readUuidOption(reader.message());
        break;
      case 10:
        compatibility = readCompatibility(reader.message());
        break;
      default:
        reader.skip();
    }
  }
  return { target, backwards, resolveLinks, amount, filter, uuid, compatibility };
}

function readStreamOptions(reader: WireReader): ReadTarget {
  let stream = '';
  let from: ReadStart = { kind: 'unset' };
  while (reader.next()) {
    if (reader.field === 1) stream = readStreamIdentifier(reader.message());
    else if (reader.field === 2) from = { kind: 'revision', revision: reader.uint64() };
    else from = readStartOrEnd(reader, from);
  }
  return { kind: 'stream', stream, from };
}

function readAllOptions(reader: WireReader): ReadStart {
  let from: ReadStart = { kind: 'unset' };
  while (reader.next()) {
    if (reader.field === 1) from = { kind: 'position', position: readPosition(reader.message()) };
    // In AllOptions `start` is field 2 and `end` 3, one lower than in StreamOptions.
    else if (reader.field === 2 || reader.field === 3) {
      from = { kind: reader.field === 2 ? 'start' : 'end' };
      reader.skip();
    } else reader.skip();
  }
  return from;
}

function readStartOrEnd(reader: WireReader, otherwise: ReadStart): ReadStart {
  const { field } = reader;
  reader.skip();
  if (field === 3) return { kind: 'start' };
  return field === 4 ? { kind: 'end' } : otherwise;
}

/** A `Position` message: commit (1) and prepare (2). */
export function readPosition(reader: WireReader): WirePosition {
  let commit = 0n;
  let prepare = 0n;
  while (reader.next()) {
    if (reader.field === 1) commit = reader.uint64();
    else if (reader.field === 2) prepare = reader.uint64();
    else reader.skip();
  }
  return { commit, prepare };
}

/** An option without either member asks for structured ids. */
function readUuidOption(reader: WireReader): 'string' | 'structured' {
  let form: 'string' | 'structured' = 'structured';
  while (reader.next()) {
    if (reader.field === 2) form = 'string';
    else if (reader.field === 1) form = 'structured';
    reader.skip();
  }
  return form;
}

function readCompatibility(reader: WireReader): number {
  let compatibility = 0;
  while (reader.next()) {
    if (reader.field === 1) compatibility = reader.uint();
    else reader.skip();
  }
  return compatibility;
}
