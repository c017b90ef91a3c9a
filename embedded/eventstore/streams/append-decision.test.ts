import { describe, expect, test } from 'vitest';
import {
  decideAppend,
  decideDelete,
  decideTombstone,
  type KnownEvents,
  type StreamFacts,
} from './append-decision.ts';
import { ANY, type Expectation, NO_STREAM, STREAM_EXISTS } from './event-store.ts';

const at = (revision: number): Expectation => ({ kind: 'revision', revision: BigInt(revision) });
const missing: StreamFacts = {
  tombstoned: false,
  softDeleted: false,
  last: -1,
  hasMetadata: false,
};
const metadataOnly: StreamFacts = { ...missing, hasMetadata: true };
const live: StreamFacts = { ...missing, last: 2 };
const soft: StreamFacts = { ...live, softDeleted: true, hasMetadata: true };
const tombstoned: StreamFacts = { ...live, tombstoned: true };

/** A stream of events a b c …, and proposed events by their letters. */
const events = (stored: string, proposed: string): KnownEvents => ({
  count: proposed.length,
  revisionOf: (i) => stored.indexOf(proposed[i] ?? '?'),
  isAt: (i, revision) => stored[revision] === proposed[i],
});
const fresh = events('abc', 'x');
const none = events('abc', '');

const accept = { kind: 'accept' };
const wrong = { kind: 'wrong-expected-version' };
const deleted = { kind: 'stream-deleted' };
const repeat = (revision: number): object => ({ kind: 'repeat', revision });

describe('an append of new events', () => {
  test.each([
    ['a missing stream', missing, [accept, accept, wrong, wrong, wrong]],
    ['a stream with metadata only', metadataOnly, [accept, accept, accept, wrong, wrong]],
    ['a live stream', live, [accept, wrong, accept, accept, wrong]],
    ['a soft-deleted stream', soft, [accept, accept, deleted, accept, wrong]],
    ['a tombstoned stream', tombstoned, [deleted, deleted, deleted, deleted, deleted]],
  ] as const)(
    'to %s: any, no stream, exists, its last revision, a later one',
    (_name, facts, want) => {
      const expectations = [ANY, NO_STREAM, STREAM_EXISTS, at(2), at(9)];
      expect(expectations.map((e) => decideAppend(facts, e, fresh))).toEqual(want);
    },
  );

  test('without events is checked as any other', () => {
    expect(decideAppend(live, NO_STREAM, none)).toEqual(wrong);
    expect(decideAppend(live, at(1), none)).toEqual(wrong);
    expect(decideAppend(live, ANY, none)).toEqual(accept);
    expect(decideAppend(soft, NO_STREAM, none)).toEqual(wrong);
  });
});

describe('a repeated append', () => {
  test.each([
    ['all known', 'bc', repeat(2)],
    ['in another order, the last id counts', 'ca', repeat(0)],
    ['the first known, a later one new', 'ax', wrong],
    ['the first new, a later one known', 'xa', accept],
  ])('with any is told by its ids: %s', (_name, proposed, want) => {
    expect(decideAppend(live, ANY, events('abc', proposed))).toEqual(want);
    expect(decideAppend(live, STREAM_EXISTS, events('abc', proposed))).toEqual(want);
  });

  test.each([
    ['all of it', NO_STREAM, 'abc', repeat(2)],
    ['a prefix', NO_STREAM, 'ab', repeat(1)],
    ['more than was stored', NO_STREAM, 'abcd', wrong],
    ['other events', NO_STREAM, 'x', wrong],
    ['from a revision', at(0), 'bc', repeat(2)],
    ['from a revision, differing later', at(0), 'bx', wrong],
    ['from another revision', at(1), 'b', wrong],
  ])(
    'with an exact place is told by the events there: %s',
    (_name, expectation, proposed, want) => {
      expect(decideAppend(live, expectation, events('abc', proposed))).toEqual(want);
    },
  );

  test('at the current revision is never taken for a repeat', () =>
    expect(decideAppend(live, at(2), events('abc', 'a'))).toEqual(accept));

  test('of a soft-deleted stream from its beginning is known too', () =>
    expect(decideAppend(soft, NO_STREAM, events('abc', 'ab'))).toEqual(repeat(1)));
});

describe('a removal', () => {
  test.each([
    ['a missing stream', missing, [wrong, wrong, wrong, wrong]],
    ['a stream with metadata only', metadataOnly, [accept, accept, accept, wrong]],
    ['a live stream', live, [accept, wrong, accept, accept]],
    ['a soft-deleted stream', soft, [accept, accept, deleted, accept]],
    ['a tombstoned stream', tombstoned, [deleted, deleted, deleted, deleted]],
  ] as const)('soft, of %s: any, no stream, exists, its last revision', (_name, facts, want) => {
    const expectations = [ANY, NO_STREAM, STREAM_EXISTS, at(2)];
    expect(expectations.map((e) => decideDelete(facts, e))).toEqual(want);
  });

  test('for ever is possible before the first event', () => {
    expect(decideTombstone(missing, ANY)).toEqual(accept);
    expect(decideTombstone(missing, NO_STREAM)).toEqual(accept);
    expect(decideTombstone(missing, STREAM_EXISTS)).toEqual(wrong);
    expect(decideTombstone(missing, at(0))).toEqual(wrong);
    expect(decideTombstone(soft, STREAM_EXISTS)).toEqual(deleted);
    expect(decideTombstone(tombstoned, ANY)).toEqual(deleted);
  });
});
