import { ANY, type Expectation, NO_STREAM, STREAM_EXISTS } from '../streams/event-store.ts';
import type { WireReader } from './wire-reader.ts';

/**
 * Reads one member of the oneof revision (2) | no_stream (3) | any (4) | stream_exists (5), which has
 * the same numbers in Append, BatchAppend, Delete and Tombstone. Undefined for any other field.
 */
export function readExpectation(reader: WireReader): Expectation | undefined {
  switch (reader.field) {
    case 2:
      return { kind: 'revision', revision: reader.uint64() };
    case 3:
      reader.skip();
      return NO_STREAM;
    case 4:
      reader.skip();
      return ANY;
    case 5:
      reader.skip();
      return STREAM_EXISTS;
    default:
      return undefined;
  }
}

export const UINT64_MAX: bigint = 2n ** 64n - 1n;
export const INT64_MAX: bigint = 2n ** 63n - 1n;

/** Revisions that EventStoreDB cannot even represent; u64max it can, as "no stream". */
export const isUnrepresentable = (expectation: Expectation): boolean =>
  expectation.kind === 'revision' &&
  expectation.revision > INT64_MAX &&
  expectation.revision < UINT64_MAX;

/** The number that error trailers use for an expectation. */
export function expectationNumber(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'any':
      return '-2';
    case 'no-stream':
      return '-1';
    case 'stream-exists':
      return '-4';
    case 'revision':
      return String(BigInt.asIntN(64, expectation.revision));
  }
}
