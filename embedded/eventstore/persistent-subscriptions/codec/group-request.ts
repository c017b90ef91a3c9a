import { handlerFailure, invalidArgument } from '../../grpc/status.ts';
import { WireReader } from '../../protocol/wire-reader.ts';
import type { FilterDefinition } from '../../streams/event-filter.ts';
import type { StartFrom } from '../group-settings.ts';
import { ALL } from '../names.ts';
import { readStreamIdentifier } from './identifiers.ts';
import { type RequestedSettings, readSettings, required } from './settings-request.ts';

const U64_MAX = 2n ** 64n - 1n;

/** A Create or Update request. */
export interface GroupRequest {
  /** A stream's name, or `$all`. */
  readonly source: string;
  readonly group: string;
  readonly startFrom: StartFrom;
  readonly filter: FilterDefinition | undefined;
  readonly settings: RequestedSettings;
}

interface Target {
  readonly source: string;
  readonly startFrom: StartFrom | undefined;
  readonly filter: FilterDefinition | undefined;
}

/**
 * Reads `CreateReq` or `UpdateReq`.
 * @throws GrpcError UNKNOWN without a stream, settings, or with `$all` as the name of a stream;
 * INVALID_ARGUMENT without a start.
 */
export function readGroupRequest(request: Buffer, kind: 'create' | 'update'): GroupRequest {
  const message = new WireReader(request);
  let options: WireReader | undefined;
  while (message.next())
    if (message.field === 1) options = message.message();
    else message.skip();
  return readOptions(required(options), kind);
}

function readOptions(reader: WireReader, kind: 'create' | 'update'): GroupRequest {
  let target: Target | undefined;
  let deprecatedStream: string | undefined;
  let group = '';
  let settings: RequestedSettings | undefined;
  while (reader.next())
    switch (reader.field) {
      case 1:
        deprecatedStream = readStreamIdentifier(reader.message());
        break;
      case 2:
        group = reader.string();
        break;
      case 3:
        settings = readSettings(reader.message(), kind === 'create');
        break;
      case 4:
        target = readStreamOptions(reader.message());
        break;
      case 5:
        target = readAllOptions(reader.message());
        break;
      default:
        reader.skip();
    }
  const chosen = required(settings);
  if (target === undefined)
    target = {
      source: asStreamName(required(deprecatedStream)),
      startFrom: fromRevision(chosen.revision),
      filter: undefined,
    };
  const { source, startFrom, filter } = target;
  if (startFrom === undefined) throw invalidArgument('The start position is not set.');
  return { source, group, startFrom, filter, settings: chosen };
}

function readStreamOptions(reader: WireReader): Target {
  let stream: string | undefined;
  let startFrom: StartFrom | undefined;
  while (reader.next())
    switch (reader.field) {
      case 1:
        stream = readStreamIdentifier(reader.message());
        break;
      case 2:
        startFrom = fromRevision(reader.uint64());
        break;
      case 3:
        reader.skip();
        startFrom = { kind: 'start' };
        break;
      case 4:
        reader.skip();
        startFrom = { kind: 'end' };
        break;
      default:
        reader.skip();
    }
  return { source: asStreamName(required(stream)), startFrom, filter: undefined };
}

function readAllOptions(reader: WireReader): Target {
  let startFrom: StartFrom | undefined;
  let filter: FilterDefinition | undefined;
  while (reader.next())
    switch (reader.field) {
      case 1:
        startFrom = readPosition(reader.message());
        break;
      case 2:
        reader.skip();
        startFrom = { kind: 'start' };
        break;
      case 3:
        reader.skip();
        startFrom = { kind: 'end' };
        break;
      case 4:
        filter = readFilter(reader.message());
        break;
      case 5:
        reader.skip();
        filter = undefined;
        break;
      default:
        reader.skip();
    }
  return { source: ALL, startFrom, filter };
}

function readPosition(reader: WireReader): StartFrom {
  let commit = 0n;
  let prepare = 0n;
  while (reader.next())
    if (reader.field === 1) commit = reader.uint64();
    else if (reader.field === 2) prepare = reader.uint64();
    else reader.skip();
  if (commit === U64_MAX && prepare === U64_MAX) return { kind: 'end' };
  if (prepare > commit) throw handlerFailure();
  return { kind: 'position', commit, prepare };
}

function readFilter(reader: WireReader): FilterDefinition {
  let filter: FilterDefinition | undefined;
  while (reader.next())
    if (reader.field === 1) filter = readExpression(reader.message(), 'stream');
    else if (reader.field === 2) filter = readExpression(reader.message(), 'type');
    else reader.skip();
  if (filter === undefined) throw invalidArgument('The filter has no expression.');
  return filter;
}

function readExpression(reader: WireReader, on: 'stream' | 'type'): FilterDefinition {
  let regex: string | undefined;
  const prefixes: string[] = [];
  while (reader.next())
    if (reader.field === 1) regex = reader.string();
    else if (reader.field === 2) prefixes.push(reader.string());
    else reader.skip();
  return { on, regex, prefixes };
}

const fromRevision = (revision: bigint): StartFrom => {
  if (revision === 0n) return { kind: 'start' };
  return revision === U64_MAX ? { kind: 'end' } : { kind: 'revision', revision };
};

/** `$all` as the name of a stream is not taken here, other than by the other methods. */
const asStreamName = (name: string): string => {
  if (name === ALL) throw handlerFailure();
  return name;
};
