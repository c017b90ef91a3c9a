import {
  MaxAppendSizeExceededError,
  StreamDeletedError,
  UnavailableError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { expect, test } from 'vitest';
import { kindOfFailure, NoAnswerError, textOf } from './failures.ts';

const bare = (code: unknown) => Object.assign(new Error('x'), { code });

test.each([
  ['no answer', new NoAnswerError('appending', 7), 'undecided'],
  ['an unavailable server', new UnavailableError({ code: 14 } as never), 'undecided'],
  ['a bare error of gRPC code 14, without a type', bare(14), 'undecided'],
  ['a bare error of gRPC code 4', bare(4), 'undecided'],
  ['a broken message', bare(13), 'undecided'],
  ['an invalid argument', bare(3), 'refused'],
  ['no permission', bare(7), 'refused'],
  ['a refused connection', bare('ECONNREFUSED'), 'undecided'],
  ['a cluster whose leader is not found', new Error('Failed to discover'), 'undecided'],
  ['a mistake of ours', new TypeError('x is not a function'), 'refused'],
  ['a deleted stream', StreamDeletedError.fromStreamName('s'), 'refused'],
  ['too large an append', MaxAppendSizeExceededError.fromMaxAppendSize(1), 'refused'],
  ['an answer that the client does not understand', new UnknownError(), 'undecided'],
  [
    'another writer',
    new WrongExpectedVersionError(undefined as never, {
      streamName: 's',
      current: 2n,
      expected: 1n,
    }),
    'conflict',
  ],
] as const)('%s', (_what, error, kind) => {
  expect(kindOfFailure(error)).toBe(kind);
});

test('says what went wrong, whatever was thrown', () => {
  expect(textOf(new RangeError('too far'))).toBe('RangeError: too far');
  expect(textOf('nothing')).toBe('nothing');
});
