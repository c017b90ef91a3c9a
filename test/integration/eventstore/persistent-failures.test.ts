import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  ANY,
  type EventStore,
  StoreFailure,
} from '../../../embedded/eventstore/streams/event-store.ts';
import { definition, PersistentStore } from '../../support/persistent-store.ts';
import { soon } from '../../support/soon.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** The operations that fail at present, by their name and what their stream's name ends with. */
let broken: { readonly operation: 'append' | 'readStream' | 'resolve'; readonly of: string }[] = [];
let refused = 0;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let s: PersistentStore;

beforeEach(async () => {
  broken = [];
  refused = 0;
  folder = await temporaryFolder();
  s = await PersistentStore.open(folder.path, faulty);
});
afterEach(async () => {
  broken = [];
  await s.close();
  await folder.remove();
});

/** A store whose operations fail while the test says so. */
const faulty = (store: EventStore): EventStore => {
  const refuses = (operation: 'append' | 'readStream' | 'resolve', stream: string): boolean => {
    const refusal = broken.some((each) => each.operation === operation && stream.endsWith(each.of));
    if (refusal) refused++;
    return refusal;
  };
  const failure = () => Promise.reject(new StoreFailure('the disk does not answer'));
  const methods: Partial<EventStore> = {
    append: (stream, ...rest) =>
      refuses('append', stream) ? failure() : store.append(stream, ...rest),
    readStream: (stream, ...rest) =>
      refuses('readStream', stream) ? failure() : store.readStream(stream, ...rest),
    resolve: (record) => (refuses('resolve', record.stream) ? failure() : store.resolve(record)),
  };
  return Object.create(
    store,
    Object.fromEntries(Object.entries(methods).map(([name, value]) => [name, { value }])),
  );
};

const info = (source: string) => s.subscriptions.info(source, 'g');
const wasRefused = () => soon(() => expect(refused).toBeGreaterThan(0));

test('nothing is created that is not durable', async () => {
  broken = [{ operation: 'append', of: 'Config' }];
  await expect(s.subscriptions.create(definition('a'))).rejects.toThrow('does not answer');
  expect(() => s.subscriptions.find('a', 'g')).toThrow('does not exist');
  broken = [];
  await s.subscriptions.create(definition('a'));
});

test('a message that could not be parked is parked later, and only then processed', async () => {
  await s.write('a', 1);
  await s.subscriptions.create(definition('a'));
  const c = s.join('a');
  await soon(() => expect(c.got).toHaveLength(1));
  broken = [{ operation: 'append', of: '-parked' }];
  s.park('a', c.events[0]);
  await wasRefused();
  expect(info('a')).toMatchObject({ parkedMessageCount: 0, lastCheckpoint: '' });
  broken = [];
  await soon(() => expect(info('a').parkedMessageCount).toBe(1));
  expect(info('a').lastCheckpoint).toBe('0');
});

test.each([
  ['by the next', [0, 1]],
  ['a moment later', [1, 0]],
])('a checkpoint that could not be written is made up for %s', async (_how, order) => {
  await s.write('a', 2);
  await s.subscriptions.create(definition('a'));
  const c = s.join('a');
  await soon(() => expect(c.got).toHaveLength(2));
  broken = [{ operation: 'append', of: '-checkpoint' }];
  s.ack('a', c.events[order[0] ?? 0]);
  if (order[0] === 1) s.ack('a', c.events[order[1] ?? 0]);
  await wasRefused();
  broken = [];
  if (order[0] === 0) s.ack('a', c.events[order[1] ?? 0]);
  const { store } = s;
  await soon(() =>
    expect(store.streamState('$persistentsubscription-a::g-checkpoint').status).toBe('live'),
  );
  await s.close();
  s = await PersistentStore.open(folder.path, faulty);
  expect(info('a').lastCheckpoint).toBe('1');
});

test('a group whose checkpoint cannot be read begins when it can', async () => {
  await s.write('a', 2);
  await s.subscriptions.create(definition('a'));
  const c = s.join('a');
  await soon(() => expect(c.got).toHaveLength(2));
  s.ack('a', c.events[0]);
  await s.close();
  broken = [{ operation: 'readStream', of: '-checkpoint' }];
  s = await PersistentStore.open(folder.path, faulty);
  expect(info('a').figures.status).toBe('NotReady');
  const next = s.join('a');
  broken = [];
  await soon(() => expect(next.got).toEqual(['1/0']));
});

test('history that cannot be read is read later', async () => {
  await s.write('a', 2);
  broken = [{ operation: 'readStream', of: 'a' }];
  await s.subscriptions.create(definition('a'));
  const c = s.join('a');
  await wasRefused();
  broken = [];
  await soon(() => expect(c.got).toEqual(['0/0', '1/0']));
});

test('links that could not be resolved as they came are read as history, none twice', async () => {
  await s.write('target', 2);
  await s.writeLinks('l', '0@target');
  await s.subscriptions.create(definition('l', { resolveLinks: true }));
  const c = s.join('l');
  await soon(() => expect(c.got).toEqual(['0 by 0/0']));
  broken = [{ operation: 'resolve', of: 'l' }];
  await s.writeLinks('l', '1@target');
  await wasRefused();
  broken = [];
  await s.writeLinks('l', '0@target');
  await soon(() => expect(c.got).toEqual(['0 by 0/0', '1 by 1/0', '0 by 2/0']));
});

test('a replay that could not be read can be asked for again', async () => {
  await s.write('a', 2);
  await s.subscriptions.create(definition('a'));
  const c = s.join('a');
  await soon(() => expect(c.got).toHaveLength(2));
  s.park('a', ...c.events);
  await soon(() => expect(info('a').parkedMessageCount).toBe(2));
  const group = s.subscriptions.find('a', 'g');
  broken = [{ operation: 'readStream', of: '-parked' }];
  group.replayParked(undefined);
  await wasRefused();
  await soon(() => expect(info('a').figures.status).toBe('Live'));
  broken = [];
  group.replayParked(undefined);
  await soon(() => expect(c.got.slice(2)).toEqual(['0 by 0/0', '1 by 1/0']));
});

test('a replay goes on as the group has room for it', async () => {
  const many = 350;
  await s.write('a', many);
  await s.subscriptions.create(definition('a', { historyBufferSize: 30, readBatchSize: 10 }));
  const c = s.join('a', 20);
  await soon(() => {
    s.park('a', ...c.events.slice(-20));
    expect(info('a').parkedMessageCount).toBe(many);
  });
  const group = s.subscriptions.find('a', 'g');
  const before = c.got.length;
  group.replayParked(undefined);
  await soon(() => expect(info('a').figures.inFlight).toBe(20));
  expect(info('a').figures.retryBufferCount).toBeLessThanOrEqual(130);
  expect(info('a').figures.status).toBe('ReplayingParkedMessages, Live');
  await soon(() => {
    s.ack('a', ...c.events.slice(-20));
    expect(c.got.length - before).toBe(many);
  });
  await soon(() => expect(info('a').parkedMessageCount).toBe(0));
});

test('a parked stream that was closed for ever keeps the message with the group', async () => {
  await s.write('a', 1);
  await s.subscriptions.create(definition('a'));
  await s.store.tombstoneStream('$persistentsubscription-a::g-parked', ANY);
  const c = s.join('a');
  await soon(() => expect(c.got).toHaveLength(1));
  s.park('a', c.events[0]);
  await soon(() => expect(info('a').figures).toMatchObject({ inFlight: 0, outstanding: 1 }));
  expect(info('a').lastCheckpoint).toBe('');
});
