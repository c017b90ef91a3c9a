import type { AppendResult, Expectation } from '../streams/event-store.ts';
import { appendSuccess } from './append-replies.ts';
import { type ProposedEvent, readProposedEvent } from './append-requests.ts';
import { readExpectation, UINT64_MAX } from './expectation.ts';
import { readStreamIdentifier, streamIdentifier } from './stream-identifier.ts';
import { echoUuid, MISSING_UUID, readUuid, type WireUuid } from './uuid.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

export interface BatchOptions {
  readonly stream: string;
  readonly expectation: Expectation | undefined;
  /** Milliseconds from now; zero or less when it has passed; undefined when none was given. */
  readonly timeLeftMs: number | undefined;
}

/** One message of a BatchAppend call: a piece of the append with that correlation id. */
export interface BatchAppendRequest {
  readonly correlationId: WireUuid;
  readonly options: BatchOptions | undefined;
  readonly events: readonly ProposedEvent[];
  readonly isFinal: boolean;
}

export function readBatchAppendRequest(bytes: Buffer, nowMs: number): BatchAppendRequest {
  const reader = new WireReader(bytes);
  let correlationId = MISSING_UUID;
  let options: BatchOptions | undefined;
  let isFinal = false;
  const events: ProposedEvent[] = [];
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        correlationId = readUuid(reader.message());
        break;
      case 2:
        options = readOptions(reader.message(), nowMs, options);
        break;
      case 3:
        events.push(readProposedEvent(reader.message()));
        break;
      case 4:
        isFinal = reader.bool();
        break;
      default:
        reader.skip();
    }
  }
  return { correlationId, options, events, isFinal };
}

/** A message field that comes twice is merged, as protobuf says. */
function readOptions(
  reader: WireReader,
  nowMs: number,
  earlier: BatchOptions | undefined,
): BatchOptions {
  let stream = earlier?.stream ?? '';
  let expectation = earlier?.expectation;
  let timeLeftMs = earlier?.timeLeftMs;
  while (reader.next()) {
    if (reader.field === 1) stream = readStreamIdentifier(reader.message());
    // An absolute Timestamp from older clients, a Duration from newer ones.
    else if (reader.field === 6) timeLeftMs = readSeconds(reader.message()) - nowMs;
    else if (reader.field === 7) timeLeftMs = readSeconds(reader.message());
    else {
      const found = readExpectation(reader);
      if (found) expectation = found;
      else reader.skip();
    }
  }
  return { stream, expectation, timeLeftMs };
}

/** google.protobuf.Timestamp or Duration in milliseconds. */
function readSeconds(reader: WireReader): number {
  let milliseconds = 0;
  while (reader.next()) {
    if (reader.field === 1) milliseconds += Number(reader.int64()) * 1000;
    else if (reader.field === 2) milliseconds += reader.int32() / 1e6;
    else reader.skip();
  }
  return milliseconds;
}

/** google.rpc.Code values that BatchAppend errors carry. */
const Code = {
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  internal: 13,
} as const;

export function batchSuccess(
  correlationId: WireUuid,
  stream: string,
  result: Extract<AppendResult, { kind: 'written' }>,
): Buffer {
  return new WireWriter(160)
    .message(1, echoUuid(correlationId))
    .message(3, appendSuccess(result))
    .message(4, streamIdentifier(stream))
    .finish();
}

/** Why an append of a batch call was refused. */
export type BatchError =
  | {
      readonly kind: 'wrong-expected-version';
      readonly current: number;
      readonly expectation: Expectation;
    }
  | { readonly kind: 'stream-deleted' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'too-large'; readonly maxAppendSize: number }
  | { readonly kind: 'bad-request'; readonly message: string }
  | { readonly kind: 'unknown' };

export function batchError(correlationId: WireUuid, stream: string, error: BatchError): Buffer {
  const { code, type, content } = errorParts(stream, error);
  const details = new WireWriter(160)
    .string(1, `type.googleapis.com/event_store.client.${type}`)
    .message(2, content);
  const status = new WireWriter(200).uint(1, code).string(2, type).message(3, details);
  return new WireWriter(320)
    .message(1, echoUuid(correlationId))
    .message(2, status)
    .message(4, streamIdentifier(stream))
    .finish();
}

interface ErrorParts {
  readonly code: number;
  /** Name of the detail message. */
  readonly type: string;
  readonly content: WireWriter;
}

function errorParts(stream: string, error: BatchError): ErrorParts {
  const content = new WireWriter();
  switch (error.kind) {
    case 'wrong-expected-version':
      return {
        code: Code.alreadyExists,
        type: 'WrongExpectedVersion',
        content: wrongExpectedVersion(error.current, error.expectation),
      };
    case 'stream-deleted':
      return {
        code: Code.notFound,
        type: 'StreamDeleted',
        content: content.message(1, streamIdentifier(stream)),
      };
    case 'timeout':
      return { code: Code.deadlineExceeded, type: 'Timeout', content };
    case 'too-large':
      return {
        code: Code.invalidArgument,
        type: 'MaximumAppendSizeExceeded',
        content: content.uint(1, error.maxAppendSize),
      };
    case 'bad-request':
      return {
        code: Code.invalidArgument,
        type: 'BadRequest',
        content: content.string(1, error.message),
      };
    case 'unknown':
      return { code: Code.unknown, type: 'Unknown', content };
  }
}

function wrongExpectedVersion(current: number, expectation: Expectation): WireWriter {
  const details = new WireWriter(32);
  if (current < 0) details.empty(2);
  else details.uint(1, current);
  switch (expectation.kind) {
    case 'revision':
      // The highest revision is the number that stands for "no stream".
      return expectation.revision === UINT64_MAX
        ? details.empty(6)
        : details.bigint(3, expectation.revision);
    case 'any':
      return details.empty(4);
    case 'stream-exists':
      return details.empty(5);
    case 'no-stream':
      return details.empty(6);
  }
}
