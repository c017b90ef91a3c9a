import { expect, test } from 'vitest';
import { recordingLog } from '../../test/support/observing.ts';
import { isAway, whileAway } from './while-away.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const wrongPassword = Object.assign(new Error('password authentication failed'), { code: '28P01' });

/** A clock that goes on by ten seconds at every look. */
const run = async (failures: readonly Error[]) => {
  const left = [...failures];
  let looks = 0;
  let tries = 0;
  const now = () => {
    looks += 1;
    return new Date(looks * 10_000);
  };
  const { log, lines } = recordingLog();
  const done = whileAway(
    async () => {
      tries += 1;
      const failure = left.shift();
      if (failure) throw failure;
    },
    { log, clock: { now }, pauseMs: 1 },
  );
  const error: unknown = await done.then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, tries, lines };
};

test('a database that comes back is waited for', async () => {
  const { error, tries, lines } = await run([refused, refused]);
  expect(error).toBeNull();
  expect(tries).toBe(3);
  expect(lines.map(({ message }) => message)).toEqual([
    'the database is not there yet',
    'the database is not there yet',
  ]);
});

test('one that refuses us is not', async () => {
  const { error, tries } = await run([wrongPassword]);
  expect(error).toBe(wrongPassword);
  expect(tries).toBe(1);
});

test('patience ends after half a minute', async () => {
  const { error, tries } = await run(Array(10).fill(refused));
  expect(error).toBe(refused);
  expect(tries).toBe(3);
});

test.each([
  [Object.assign(new Error('starting up'), { code: '57P03' }), true],
  [Object.assign(new Error('postmaster exit'), { code: '57P01' }), true],
  [new Error('Connection terminated unexpectedly'), true],
  [new AggregateError([refused], ''), true],
  [Object.assign(new Error('no such table'), { code: '42P01' }), false],
  ['a text', false],
])('%s: away %s', (error, away) => {
  expect(isAway(error)).toBe(away);
});
