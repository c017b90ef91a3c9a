import { handlerFailure } from '../../grpc/status.ts';
import { WireReader } from '../../protocol/wire-reader.ts';
import { ALL } from '../names.ts';
import { readStreamIdentifier } from './identifiers.ts';
import { required } from './settings-request.ts';

/** Which group a request is about. */
export interface GroupTarget {
  readonly source: string;
  readonly group: string;
}

/** The field numbers that the otherwise equal options of these requests differ in. */
interface TargetFields {
  readonly stream: number;
  readonly all: number;
  readonly group: number;
}

/** `DeleteReq`; refuses `$all` as the name of a stream, as the real server's handler does. */
export function readDeleteRequest(request: Buffer): GroupTarget {
  const options = optionsOf(request);
  let stream: string | undefined;
  let all = false;
  let group = '';
  while (options.next())
    if (options.field === 1) stream = readStreamIdentifier(options.message());
    else if (options.field === 2) group = options.string();
    else {
      all ||= options.field === 3;
      options.skip();
    }
  if (all) return { source: ALL, group };
  if (stream === ALL) throw handlerFailure();
  return { source: required(stream), group };
}

/** `GetInfoReq`. */
export const readInfoRequest = (request: Buffer): GroupTarget =>
  readTarget(optionsOf(request), { stream: 1, all: 2, group: 3 });

/** `ReplayParkedReq`: `stopAt` is the first parked number not to replay, undefined for all. */
export function readReplayRequest(
  request: Buffer,
): GroupTarget & { readonly stopAt: bigint | undefined } {
  let stopAt: bigint | undefined;
  let limited: boolean | undefined;
  const target = readTarget(optionsOf(request), { stream: 2, all: 3, group: 1 }, (options) => {
    if (options.field === 4) {
      stopAt = options.int64();
      limited = true;
      return true;
    }
    if (options.field === 5) {
      stopAt = undefined;
      limited = false;
    }
    return false;
  });
  if (limited === undefined) throw handlerFailure();
  return { ...target, stopAt };
}

/** `ListReq`: the source whose groups are wanted, undefined for all groups. */
export function readListRequest(request: Buffer): string | undefined {
  const options = optionsOf(request);
  let wanted: { readonly source: string | undefined } | undefined;
  while (options.next())
    if (options.field === 1) {
      options.skip();
      wanted = { source: undefined };
    } else if (options.field === 2)
      wanted = { source: readTarget(options.message(), { stream: 1, all: 2, group: -1 }).source };
    else options.skip();
  return required(wanted).source;
}

function readTarget(
  options: WireReader,
  fields: TargetFields,
  /** Reads another field; answers whether it consumed it. */
  other: (options: WireReader) => boolean = () => false,
): GroupTarget {
  let source: string | undefined;
  let group = '';
  while (options.next())
    if (options.field === fields.stream) source = readStreamIdentifier(options.message());
    else if (options.field === fields.group) group = options.string();
    else {
      if (options.field === fields.all) source = ALL;
      if (!other(options)) options.skip();
    }
  return { source: required(source), group };
}

function optionsOf(request: Buffer): WireReader {
  const message = new WireReader(request);
  let options: WireReader | undefined;
  while (message.next())
    if (message.field === 1) options = message.message();
    else message.skip();
  return required(options);
}
