import type { Expectation } from './event-store.ts';

/** What a decision needs to know of a stream, staged writes included. */
export interface StreamFacts {
  readonly tombstoned: boolean;
  readonly softDeleted: boolean;
  /** -1 when the stream has no event. */
  readonly last: number;
  /** Whether metadata was ever written for it: that counts as existing. */
  readonly hasMetadata: boolean;
}

export type Decision =
  | { readonly kind: 'accept' }
  /** An idempotent repeat: the revision its last event got the first time. */
  | { readonly kind: 'repeat'; readonly revision: number }
  | { readonly kind: 'wrong-expected-version' }
  | { readonly kind: 'stream-deleted' };

/** How the proposed events relate to the stored ones. */
export interface KnownEvents {
  readonly count: number;
  /** Revision of the first event of the stream with the id of the i-th proposed one, -1 when unknown. */
  revisionOf(i: number): number;
  /** Whether the i-th proposed event is the one stored at that revision. */
  isAt(i: number, revision: number): boolean;
}

const ACCEPT: Decision = { kind: 'accept' };
const WRONG: Decision = { kind: 'wrong-expected-version' };
const DELETED: Decision = { kind: 'stream-deleted' };

/** The append table of EventStoreDB, with its two kinds of idempotency. */
export function decideAppend(
  stream: StreamFacts,
  expectation: Expectation,
  events: KnownEvents,
): Decision {
  if (stream.tombstoned) return DELETED;
  if (expectation.kind === 'stream-exists' && stream.softDeleted) return DELETED;
  switch (expectation.kind) {
    case 'stream-exists':
      return exists(stream) ? appendById(events) : WRONG;
    case 'any':
      return appendById(events);
    case 'no-stream':
      return stream.last < 0 ? ACCEPT : appendAfter(-1, stream, events);
    case 'revision':
      return appendAtRevision(expectation.revision, stream, events);
  }
}

const exists = (stream: StreamFacts): boolean => stream.last >= 0 || stream.hasMetadata;

function appendAtRevision(revision: bigint, stream: StreamFacts, events: KnownEvents): Decision {
  const last = BigInt(stream.last);
  if (revision > last) return WRONG;
  return revision === last ? ACCEPT : appendAfter(Number(revision), stream, events);
}

/** ANY and STREAM_EXISTS: a repeat is known by its ids, wherever in the stream they are. */
function appendById(events: KnownEvents): Decision {
  let revision = -1;
  for (let i = 0; i < events.count; i++) {
    revision = events.revisionOf(i);
    if (revision < 0) return i === 0 ? ACCEPT : WRONG;
  }
  return events.count === 0 ? ACCEPT : { kind: 'repeat', revision };
}

/** An older revision: a repeat is known by the same ids in the same places. */
function appendAfter(revision: number, stream: StreamFacts, events: KnownEvents): Decision {
  if (events.count === 0) return WRONG;
  for (let i = 0; i < events.count; i++) {
    if (events.isAt(i, revision + 1 + i)) continue;
    return i === 0 && revision < 0 && stream.softDeleted ? ACCEPT : WRONG;
  }
  return { kind: 'repeat', revision: revision + events.count };
}

/** Whether a soft delete is allowed. */
export function decideDelete(stream: StreamFacts, expectation: Expectation): Decision {
  if (stream.tombstoned) return DELETED;
  if (!exists(stream)) return WRONG;
  return matchesForRemoval(stream, expectation);
}

/** Whether a tombstone may be set: also on a stream that was never written. */
export function decideTombstone(stream: StreamFacts, expectation: Expectation): Decision {
  if (stream.tombstoned) return DELETED;
  if (!exists(stream) && expectation.kind === 'stream-exists') return WRONG;
  return matchesForRemoval(stream, expectation);
}

function matchesForRemoval(stream: StreamFacts, expectation: Expectation): Decision {
  switch (expectation.kind) {
    case 'any':
      return ACCEPT;
    case 'stream-exists':
      return stream.softDeleted ? DELETED : ACCEPT;
    case 'no-stream':
      return stream.last < 0 || stream.softDeleted ? ACCEPT : WRONG;
    case 'revision':
      return stream.last >= 0 && expectation.revision === BigInt(stream.last) ? ACCEPT : WRONG;
  }
}
