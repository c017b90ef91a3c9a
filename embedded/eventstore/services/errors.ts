import { GrpcError, Status } from '../grpc/status.ts';
import { expectationNumber } from '../protocol/expectation.ts';
import type { Expectation } from '../streams/event-store.ts';

/**
 * The errors of the Streams service. Clients look at the trailer `exception` first and read the
 * others without asking whether they are there.
 */
export const streamDeleted = (stream: string): GrpcError =>
  new GrpcError(Status.failedPrecondition, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

/** @param current last revision of the stream, -1 when it has none */
export const wrongExpectedVersion = (
  stream: string,
  expectation: Expectation,
  current: number,
): GrpcError =>
  new GrpcError(
    Status.failedPrecondition,
    `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expectationNumber(expectation)}, Actual version: ${current}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': expectationNumber(expectation),
      'actual-version': String(current),
    },
  );

export const maximumAppendSizeExceeded = (maxAppendSize: number): GrpcError =>
  new GrpcError(Status.invalidArgument, `Maximum Append Size of ${maxAppendSize} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(maxAppendSize),
  });

export const requiredMetadataMissing = (): GrpcError =>
  new GrpcError(Status.invalidArgument, 'Required Metadata Property is missing', {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });

/** The log could not be written; nothing of the request was. */
export const writeFailed = (message: string): GrpcError => new GrpcError(Status.unknown, message);
