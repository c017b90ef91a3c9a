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
const kinds = (puller: ReturnType<typeof createPuller>): string[] => {
  const pulled = puller.next();
  return pulled ? [pulled.kind, ...kinds(puller)] : [];
};

test('a checkpoint comes out behind the events that were delivered before it', () => {
  const { stream, puller } = subscribed();
  stream.push(event(0));
  stream.push(event(1));
  puller.checkpointReached({ commit: 700n, prepare: 700n });
  stream.push(event(2));
  expect(kinds(puller)).toEqual(['event', 'event', 'checkpoint', 'event']);
});

test('a checkpoint that lies before its record does not count as having seen the record', () => {
  const { stream, puller } = subscribed();
  puller.checkpointReached({ commit: 700n, prepare: 0n });
  stream.push(event(0));
  expect(kinds(puller)).toEqual(['event']);
});

test('a failure is told once everything before it has been pulled', () => {
  const { stream, puller } = subscribed();
  stream.push(event(0));
  const failure = new Error('the leader went away');
  stream.emit('error', failure);
  expect(puller.next()?.kind).toBe('event');
  expect(() => puller.next()).toThrow(failure);
});
