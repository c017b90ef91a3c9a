import {
  persistentSubscriptionToAllSettingsFromDefaults as allSettings,
  END,
  EventStoreDBClient,
  START,
  streamNameFilter,
  persistentSubscriptionToStreamSettingsFromDefaults as streamSettings,
  UNBOUNDED,
} from '@eventstore/db-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { type Answer, append, ClientConsumer } from '../../support/persistent-client.ts';
import { soon } from '../../support/soon.ts';

let server: TestEventStore;
beforeAll(async () => {
  server = await startTestEventStore();
});
afterAll(() => server.stop());

/** Marks a checkpoint after every event. */
const eager = { startFrom: START, checkPointLowerBound: 1, checkPointUpperBound: 1 } as const;
const join = (stream: string, answer?: Answer) =>
  new ClientConsumer(server.client.subscribeToPersistentSubscriptionToStream(stream, 'g'), answer);
const info = (stream: string) => server.client.getPersistentSubscriptionToStreamInfo(stream, 'g');

test('the list of all groups is empty at first, and then has stream and $all groups', async () => {
  expect(await server.client.listAllPersistentSubscriptions()).toEqual([]);
  await server.client.createPersistentSubscriptionToStream('listed', 'g', streamSettings());
  await server.client.createPersistentSubscriptionToAll('listed', allSettings());
  const all = await server.client.listAllPersistentSubscriptions();
  expect(all.map((each) => [each.eventSource, each.groupName])).toEqual([
    ['listed', 'g'],
    ['$all', 'listed'],
  ]);
  expect(await server.client.listPersistentSubscriptionsToAll()).toHaveLength(1);
  await server.client.deletePersistentSubscriptionToStream('listed', 'g');
  expect(await server.client.listPersistentSubscriptionsToStream('listed')).toEqual([]);
});

test.each<typeof START | typeof END | bigint>([START, END, 5n])(
  'info gives back every setting of a start from %s',
  async (startFrom) => {
    const given = {
      startFrom,
      resolveLinkTos: true,
      extraStatistics: true,
      messageTimeout: 1234,
      maxRetryCount: 5,
      checkPointAfter: 6789,
      checkPointLowerBound: 2,
      checkPointUpperBound: 3,
      maxSubscriberCount: UNBOUNDED,
      liveBufferSize: 11,
      readBatchSize: 12,
      historyBufferSize: 13,
      consumerStrategyName: 'Pinned',
    } as const;
    const stream = `settings-${String(startFrom)}`;
    await server.client.createPersistentSubscriptionToStream(stream, 'g', given);
    expect((await info(stream)).settings).toEqual(given);
  },
);

test('info of a group on $all gives back its position', async () => {
  const { position } = await append(server.client, 'somewhere', 1);
  if (position === undefined) throw new Error('no position');
  await server.client.createPersistentSubscriptionToAll(
    'position',
    allSettings({ startFrom: position }),
  );
  const { settings, stats } = await server.client.getPersistentSubscriptionToAllInfo('position');
  expect(settings.startFrom).toEqual(position);
  expect(stats.lastCheckpointedEventPosition).toBeUndefined();
});

test('info shows who is connected, and what is known before and after the first event', async () => {
  await server.client.createPersistentSubscriptionToStream('shown', 'g', streamSettings(eager));
  const before = await info('shown');
  expect(before.stats.lastKnownEventRevision).toBeUndefined();
  expect(before.stats.lastCheckpointedEventRevision).toBeUndefined();
  const named = EventStoreDBClient.connectionString(`${server.url}&connectionName=probe`);
  const c = new ClientConsumer(
    named.subscribeToPersistentSubscriptionToStream('shown', 'g', { bufferSize: 7 }),
    (_, index) => (index === 0 ? 'ack' : 'hold'),
  );
  await append(server.client, 'shown', 3);
  await soon(() => expect(c.got).toHaveLength(3));
  await soon(async () => {
    const after = await info('shown');
    expect(after.stats).toMatchObject({
      lastKnownEventRevision: 2n,
      lastCheckpointedEventRevision: 0n,
      totalItems: 3n,
    });
    expect(after.connections).toMatchObject([
      { connectionName: 'probe', username: 'system', availableSlots: 5, inFlightMessages: 2 },
    ]);
    expect(after.connections[0]?.extraStatistics).toBeUndefined();
  });
  await c.leave();
  await named.dispose();
});

test('extra statistics are the fourteen figures, once something was acknowledged', async () => {
  await append(server.client, 'measured', 2);
  await server.client.createPersistentSubscriptionToStream(
    'measured',
    'g',
    streamSettings({ startFrom: START, extraStatistics: true }),
  );
  const c = join('measured');
  await soon(async () => {
    const [connection] = (await info('measured')).connections;
    expect([...(connection?.extraStatistics?.keys() ?? [])]).toEqual([
      'mean',
      'median',
      'fastest',
      'quintile 1',
      'quintile 2',
      'quintile 3',
      'quintile 4',
      'quintile 5',
      '90%',
      '95%',
      '99%',
      '99.5%',
      '99.9%',
      'highest',
    ]);
  });
  await c.leave();
});

test('an update drops the consumers; the group goes on behind its checkpoint, newly set', async () => {
  await append(server.client, 'updated', 4);
  await server.client.createPersistentSubscriptionToStream('updated', 'g', streamSettings(eager));
  const c = join('updated', (_, index) => (index < 2 ? 'ack' : 'hold'));
  await soon(async () =>
    expect((await info('updated')).stats.lastCheckpointedEventRevision).toBe(1n),
  );
  await server.client.updatePersistentSubscriptionToStream(
    'updated',
    'g',
    streamSettings({ ...eager, maxRetryCount: 3 }),
  );
  await soon(() => expect(c.ended).toBe('persistent-subscription-dropped'));
  const next = join('updated');
  await soon(() => expect(next.got).toEqual(['2/0', '3/0']));
  expect((await info('updated')).settings.maxRetryCount).toBe(3);
});

test('a group that is deleted and created again starts afresh', async () => {
  await append(server.client, 'again', 2);
  await server.client.createPersistentSubscriptionToStream('again', 'g', streamSettings(eager));
  const c = join('again', (_, index) => (index === 0 ? 'park' : 'ack'));
  await soon(async () => expect((await info('again')).stats.parkedMessageCount).toBe(1n));
  await server.client.deletePersistentSubscriptionToStream('again', 'g');
  await soon(() => expect(c.ended).toBe('persistent-subscription-dropped'));
  await server.client.createPersistentSubscriptionToStream('again', 'g', streamSettings(eager));
  const next = join('again', () => 'hold');
  await soon(() => expect(next.got).toEqual(['0/0', '1/0']));
  const { stats } = await info('again');
  expect(stats.parkedMessageCount).toBe(0n);
  expect(stats.lastCheckpointedEventRevision).toBeUndefined();
});

test('a restart of the subsystem drops the consumers and goes on behind the checkpoint', async () => {
  await append(server.client, 'subsystem', 3);
  await server.client.createPersistentSubscriptionToStream('subsystem', 'g', streamSettings(eager));
  const c = join('subsystem', (_, index) => (index < 2 ? 'ack' : 'hold'));
  await soon(async () =>
    expect((await info('subsystem')).stats.lastCheckpointedEventRevision).toBe(1n),
  );
  await server.client.restartPersistentSubscriptionSubsystem();
  await soon(() => expect(c.ended).toBe('persistent-subscription-dropped'));
  const next = join('subsystem');
  await soon(() => expect(next.got).toEqual(['2/0']));
});

test('each change of a group is one $PersistentConfig event in $all', async () => {
  const filter = streamNameFilter({ prefixes: ['$persistentSubscriptionConfig'] });
  await server.client.createPersistentSubscriptionToAll('config', allSettings(), { filter });
  const c = new ClientConsumer(server.client.subscribeToPersistentSubscriptionToAll('config'));
  await server.client.createPersistentSubscriptionToStream('configured', 'g', streamSettings());
  await server.client.updatePersistentSubscriptionToStream('configured', 'g', streamSettings());
  await server.client.deletePersistentSubscriptionToStream('configured', 'g');
  await soon(() => expect(c.events).toHaveLength(3));
  for (const { event } of c.events) expect(event?.type).toBe('$PersistentConfig');
});

test('everything is there after a restart of the server', async () => {
  const own = await startTestEventStore();
  try {
    await append(own.client, 'kept', 4);
    const settings = streamSettings(eager);
    await own.client.createPersistentSubscriptionToStream('kept', 'g', settings);
    const answers = ['park', 'ack', 'hold', 'hold'] as const;
    const c = new ClientConsumer(
      own.client.subscribeToPersistentSubscriptionToStream('kept', 'g'),
      (_, index) => answers[index] ?? 'hold',
    );
    const stats = async () =>
      (await own.client.getPersistentSubscriptionToStreamInfo('kept', 'g')).stats;
    await soon(async () => expect((await stats()).lastCheckpointedEventRevision).toBe(1n));
    await own.restart();
    await soon(() => expect(c.ended).toBe('unavailable'));
    await soon(async () =>
      expect(await stats()).toMatchObject({
        parkedMessageCount: 1n,
        lastCheckpointedEventRevision: 1n,
      }),
    );
    const next = new ClientConsumer(
      own.client.subscribeToPersistentSubscriptionToStream('kept', 'g'),
    );
    await soon(() => expect(next.got).toEqual(['2/0', '3/0']));
    await own.client.replayParkedMessagesToStream('kept', 'g');
    await soon(() => expect(next.got).toEqual(['2/0', '3/0', '0/0']));
    await next.leave();
  } finally {
    await own.stop();
  }
});
