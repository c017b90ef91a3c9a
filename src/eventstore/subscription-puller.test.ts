import { Readable } from 'node:stream';
import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import { expect, test } from 'vitest';
import { createPuller } from './subscription-puller.ts';

const event = (n: number) => ({ event: { revision: BigInt(n) } }) as AllStreamResolvedEvent;
const subscribed = () => {
  const stream = new Readable({ objectMode: true, read: () => {} });
  const puller = createPuller();
  puller.attach(stream as unknown as AllStreamSubscription);
  return { stream, puller };
};
/** Lets what was pushed flow. */
const flown = () => new Promise((resolve) => setImmediate(resolve));
const kinds = (puller: ReturnType<typeof createPuller>): string[] => {
  const pulled = puller.next();
  return pulled ? [pulled.kind, ...kinds(puller)] : [];
};

test('a checkpoint comes out behind the events that were delivered before it', async () => {
  const { stream, puller } = subscribed();
  stream.push(event(0));
  stream.push(event(1));
  puller.checkpointReached({ commit: 700n, prepare: 700n });
  stream.push(event(2));
  await flown();
  expect(kinds(puller)).toEqual(['event', 'event', 'checkpoint', 'event']);
});

test('a checkpoint that lies before its record does not count as having seen the record', async () => {
  const { stream, puller } = subscribed();
  puller.checkpointReached({ commit: 700n, prepare: 0n });
  stream.push(event(0));
  await flown();
  expect(kinds(puller)).toEqual(['event']);
});

test('a failure is told once everything before it has been pulled', async () => {
  const { stream, puller } = subscribed();
  stream.push(event(0));
  const failure = new Error('the leader went away');
  await flown();
  stream.emit('error', failure);
  expect(puller.next()?.kind).toBe('event');
  expect(() => puller.next()).toThrow(failure);
});

test('a subscription that is not pulled is paused, and goes on when it is', async () => {
  const { stream, puller } = subscribed();
  for (let n = 0; n < 1_100; n++) stream.push(event(n));
  await flown();
  expect(stream.isPaused()).toBe(true);
  let pulled = 0;
  while (puller.next()) pulled += 1;
  await flown();
  expect(stream.isPaused()).toBe(false);
  while (puller.next()) pulled += 1;
  expect(pulled).toBe(1_100);
});

test('waiting ends when something comes, when time is up, and when it is aborted', async () => {
  const { stream, puller } = subscribed();
  const stopping = new AbortController();
  await puller.wait(stopping.signal, 1);
  const waiting = puller.wait(stopping.signal);
  stream.push(event(0));
  await waiting;
  expect(puller.next()?.kind).toBe('event');
  const last = puller.wait(stopping.signal);
  stopping.abort();
  await last;
});
