import {
  persistentSubscriptionToAllSettingsFromDefaults as allSettings,
  binaryEvent,
  DISPATCH_TO_SINGLE,
  END,
  eventTypeFilter,
  jsonEvent,
  PINNED,
  START,
  streamNameFilter,
  persistentSubscriptionToStreamSettingsFromDefaults as streamSettings,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { type Answer, append, ClientConsumer } from '../../support/persistent-client.ts';
import { soon } from '../../support/soon.ts';

let server: TestEventStore;
beforeAll(async () => {
  server = await startTestEventStore();
});
afterAll(() => server.stop());

const settings = (changed: Partial<Parameters<typeof streamSettings>[0]> = {}) =>
  streamSettings({ startFrom: START, ...changed });
const createGroup = (stream: string, changed?: Parameters<typeof settings>[0]) =>
  server.client.createPersistentSubscriptionToStream(stream, 'g', settings(changed));
const join = (stream: string, answer?: Answer, bufferSize = 10) =>
  new ClientConsumer(
    server.client.subscribeToPersistentSubscriptionToStream(stream, 'g', { bufferSize }),
    answer,
  );
const joinAll = (group: string, answer?: Answer) =>
  new ClientConsumer(server.client.subscribeToPersistentSubscriptionToAll(group), answer);
const info = (stream: string) => server.client.getPersistentSubscriptionToStreamInfo(stream, 'g');
const link = (target: string) => binaryEvent({ type: '$>', data: Buffer.from(target) });

describe('where a group starts', () => {
  test('a group on a stream that does not exist yet gets its first event', async () => {
    await createGroup('later');
    const c = join('later');
    await append(server.client, 'later', 1);
    await soon(() => expect(c.got).toEqual(['0/0']));
  });

  test.each<[typeof START | typeof END | bigint, string[]]>([
    [START, ['0/0', '1/0', '2/0', '3/0']],
    [2n, ['2/0', '3/0']],
    [END, ['3/0']],
  ])('from %s', async (startFrom, expected) => {
    const stream = `from-${String(startFrom)}`;
    await append(server.client, stream, 3);
    await createGroup(stream, { startFrom });
    const c = join(stream);
    await append(server.client, stream, 1);
    await soon(() => expect(c.got).toEqual(expected));
  });

  test('a position of $all is inclusive, and one beyond its end is refused', async () => {
    const first = await append(server.client, 'position', 1);
    const second = await append(server.client, 'position', 1);
    if (second.position === undefined || first.position === undefined)
      throw new Error('no position');
    await server.client.createPersistentSubscriptionToAll(
      'position',
      allSettings({ startFrom: second.position }),
      { filter: streamNameFilter({ prefixes: ['position'] }) },
    );
    const c = joinAll('position');
    await soon(() => expect(c.got).toEqual(['1/0']));
    const beyond = { commit: 2n ** 60n, prepare: 2n ** 60n };
    await expect(
      server.client.createPersistentSubscriptionToAll('x', allSettings({ startFrom: beyond })),
    ).rejects.toMatchObject({ type: 'persistent-subscription-failed', groupName: 'x' });
  });
});

describe('filters of a group on $all', () => {
  test.each([
    ['stream-prefix', streamNameFilter({ prefixes: ['fs-a', 'fs-b'] }), ['fs-a', 'fs-b-1']],
    ['stream-regex', streamNameFilter({ regex: '^fs-.*1$' }), ['fs-b-1', 'fs-c-1']],
    ['type-prefix', eventTypeFilter({ prefixes: ['FsWanted'] }), ['fs-b-1']],
    ['type-regex', eventTypeFilter({ regex: 'Wanted$' }), ['fs-b-1', 'fs-c-1']],
  ])(
    '%s lets through exactly what matches, in history and live',
    async (name, filter, expected) => {
      const write = async () => {
        await append(server.client, 'fs-a', 1, 'Fs');
        await append(server.client, 'fs-b-1', 1, 'FsWanted');
        await append(server.client, 'fs-c-1', 1, 'FsNotWanted');
      };
      const before = await append(server.client, 'fs-start', 1);
      if (before.position === undefined) throw new Error('no position');
      await write();
      await server.client.createPersistentSubscriptionToAll(
        name,
        allSettings({ startFrom: before.position }),
        { filter },
      );
      const c = joinAll(name);
      await soon(() => expect(c.events).toHaveLength(expected.length));
      await write();
      await soon(() => expect(c.events).toHaveLength(expected.length * 2));
      expect(c.events.map(({ event }) => event?.streamId)).toEqual([...expected, ...expected]);
      await c.leave();
    },
  );

  test('a pattern that is no regular expression is refused', async () => {
    await expect(
      server.client.createPersistentSubscriptionToAll('bad', allSettings(), {
        filter: streamNameFilter({ regex: '(' }),
      }),
    ).rejects.toMatchObject({ type: 'unknown' });
  });
});

describe('acknowledgement', () => {
  test('several events in one nack are each retried', async () => {
    await append(server.client, 'nack', 3);
    await createGroup('nack');
    const c = join('nack', (_, index) => (index < 3 ? 'hold' : 'ack'));
    await soon(() => expect(c.got).toHaveLength(3));
    await c.nack('retry', ...c.events);
    await soon(() => expect(c.got.slice(3)).toEqual(['0/1', '1/1', '2/1']));
  });

  test.each(['skip', 'stop'] as const)('nack %s drops the event and goes on', async (action) => {
    const stream = `nack-${action}`;
    await append(server.client, stream, 2);
    await createGroup(stream);
    const c = join(stream, (_, index) => (index === 0 ? action : 'ack'));
    await soon(async () => {
      const { stats } = await info(stream);
      expect([stats.totalItems, stats.totalInFlightMessages]).toEqual([2n, 0]);
      expect(stats.parkedMessageCount).toBe(0n);
    });
    expect(c.got).toEqual(['0/0', '1/0']);
  });

  test('an expired event comes again, and is parked at the limit', async () => {
    await append(server.client, 'expires', 1);
    await createGroup('expires', { messageTimeout: 200, maxRetryCount: 1 });
    const c = join('expires', () => 'hold');
    await soon(() => expect(c.got).toEqual(['0/0', '0/1']));
    await soon(async () => expect((await info('expires')).stats.parkedMessageCount).toBe(1n));
  });

  test('links are acknowledged by their own id, and broken ones are delivered too', async () => {
    await append(server.client, 'target', 1);
    await server.client.appendToStream('links', [link('0@target'), link('7@target')]);
    await createGroup('links', { resolveLinkTos: true });
    const c = join('links');
    await soon(() => expect(c.got).toEqual(['0/0', 'nothing/0']));
    expect(c.events.map((each) => each.link?.revision)).toEqual([0n, 1n]);
    await soon(async () => expect((await info('links')).stats.totalInFlightMessages).toBe(0));
  });
});

describe('consumers', () => {
  test('DispatchToSingle uses one until it is full', async () => {
    await createGroup('single', { consumerStrategyName: DISPATCH_TO_SINGLE });
    const one = join('single', () => 'hold', 3);
    await soon(async () => expect((await info('single')).connections).toHaveLength(1));
    const two = join('single', () => 'hold', 3);
    await soon(async () => expect((await info('single')).connections).toHaveLength(2));
    await append(server.client, 'single', 5);
    await soon(() => expect(two.got).toEqual(['3/0', '4/0']));
    expect(one.got).toEqual(['0/0', '1/0', '2/0']);
  });

  test('Pinned goes by the stream that a link points to', async () => {
    await createGroup('pins', { consumerStrategyName: PINNED, resolveLinkTos: true });
    const consumers = [join('pins'), join('pins')];
    await soon(async () => expect((await info('pins')).connections).toHaveLength(2));
    for (const stream of ['pin-a', 'pin-b', 'pin-c', 'pin-d'])
      await append(server.client, stream, 3);
    const targets = [0, 1, 2].flatMap((n) =>
      ['a', 'b', 'c', 'd'].map((name) => `${n}@pin-${name}`),
    );
    await server.client.appendToStream('pins', targets.map(link));
    const seen = () => consumers.map((c) => c.events.map(({ event }) => event?.streamId));
    await soon(() => expect(seen().flat()).toHaveLength(12));
    for (const streams of seen()) expect(new Set(streams).size).toBe(2);
  });

  test('what one held while it left comes to the other, counted as a retry', async () => {
    await append(server.client, 'leaves', 2);
    await createGroup('leaves');
    const one = join('leaves', () => 'hold');
    await soon(() => expect(one.got).toHaveLength(2));
    const two = join('leaves');
    await one.leave();
    await soon(() => expect(two.got).toEqual(['0/1', '1/1']));
  });

  test('a consumer that stops reading gets all later, and others go on meanwhile', async () => {
    const size = 20_000;
    const events = Array.from({ length: 60 }, (_, n) =>
      jsonEvent({ type: 'T', data: { n, filler: 'x'.repeat(size) } }),
    );
    for (const part of [0, 20, 40])
      await server.client.appendToStream('slow', events.slice(part, part + 20));
    await createGroup('slow');
    const slow = server.client.subscribeToPersistentSubscriptionToStream('slow', 'g', {
      bufferSize: 100,
    });
    await soon(async () =>
      expect((await info('slow')).stats.totalInFlightMessages).toBeGreaterThan(0),
    );
    await append(server.client, 'beside', 1);
    const got: bigint[] = [];
    for await (const event of slow) {
      got.push(event.event?.revision ?? -1n);
      await slow.ack(event);
      if (got.length === 60) break;
    }
    expect(got).toEqual(Array.from({ length: 60 }, (_, n) => BigInt(n)));
  });
});
