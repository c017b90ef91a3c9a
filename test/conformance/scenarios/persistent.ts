import {
  persistentSubscriptionToAllSettingsFromDefaults as allSettings,
  binaryEvent,
  END,
  type EventStoreDBClient,
  PINNED,
  START,
  streamNameFilter,
  persistentSubscriptionToStreamSettingsFromDefaults as streamSettings,
} from '@eventstore/db-client';
import { type Answer, append, ClientConsumer } from '../../support/persistent-client.ts';
import { all, event, outcome, refusal, type Scenarios, type Scene, until } from '../scene.ts';

type Settings = Parameters<typeof streamSettings>[0];

const create = ({ client, name }: Scene, changed: Settings = {}) =>
  client.createPersistentSubscriptionToStream(
    name('a'),
    'g',
    streamSettings({ startFrom: START, ...changed }),
  );
const join = ({ client, name }: Scene, answer?: Answer, bufferSize = 10) =>
  new ClientConsumer(
    client.subscribeToPersistentSubscriptionToStream(name('a'), 'g', { bufferSize }),
    answer,
  );
const info = ({ client, name }: Scene) =>
  client.getPersistentSubscriptionToStreamInfo(name('a'), 'g');
const parkedStream = ({ name }: Scene) => `$persistentsubscription-${name('a')}::g-parked`;
const has = (consumer: ClientConsumer, count: number) => until(() => consumer.got.length >= count);
const idle = (scene: Scene) =>
  until(async () => (await info(scene)).stats.totalInFlightMessages === 0);
/** The first error of a consumer, with what it tells. */
const endOf = (client: EventStoreDBClient, stream: string) =>
  new Promise((resolve) => {
    client
      .subscribeToPersistentSubscriptionToStream(stream, 'g')
      .on('error', (error) => resolve(refusal(error)))
      .on('data', () => undefined);
  });

export const persistent: Scenarios = {
  'persistent: what is refused of a group that is there, and of one that is not': async (scene) => {
    const { client, name } = scene;
    await create(scene);
    const again = await outcome(create(scene));
    await client.deletePersistentSubscriptionToStream(name('a'), 'g');
    return {
      again,
      delete: await outcome(client.deletePersistentSubscriptionToStream(name('a'), 'g')),
      update: await outcome(
        client.updatePersistentSubscriptionToStream(name('a'), 'g', streamSettings()),
      ),
      info: await outcome(info(scene)),
      replay: await outcome(client.replayParkedMessagesToStream(name('a'), 'g')),
      list: await outcome(client.listPersistentSubscriptionsToStream(name('b'))),
      join: await endOf(client, name('a')),
    };
  },
  'persistent: where it starts': async (scene) => {
    const { client, name } = scene;
    const seen: unknown[] = [];
    for (const startFrom of [START, 2n, END] as const) {
      const own = { ...scene, name: (label: string) => name(`${label}-${startFrom}`) };
      await append(client, own.name('a'), 3);
      await create(own, { startFrom });
      const consumer = join(own);
      await until(async () => (await info(own)).connections.length === 1);
      await append(client, own.name('a'), 1);
      await until(() => consumer.got.includes('3/0'));
      await consumer.leave();
      seen.push(consumer.got);
    }
    return seen;
  },
  'persistent: the buffer size bounds what is in flight': async (scene) => {
    await append(scene.client, scene.name('a'), 6);
    await create(scene);
    const consumer = join(scene, () => 'hold', 2);
    await has(consumer, 2);
    const { connections } = await info(scene);
    const before = [...consumer.got];
    await consumer.ack(...consumer.events);
    await has(consumer, 4);
    await consumer.leave();
    return {
      before,
      slots: connections.map((each) => [each.availableSlots, each.inFlightMessages]),
      after: consumer.got,
    };
  },
  'persistent: retry, skip and stop': async (scene) => {
    await append(scene.client, scene.name('a'), 4);
    await create(scene);
    const answers = ['retry', 'skip', 'stop', 'ack', 'ack'] as const;
    const consumer = join(scene, (_, index) => answers[index] ?? 'ack', 1);
    await has(consumer, 5);
    await idle(scene);
    const { stats } = await info(scene);
    await consumer.leave();
    return { got: consumer.got, parked: stats.parkedMessageCount };
  },
  'persistent: parked messages, and their replay': async (scene) => {
    const { client, name } = scene;
    await append(client, name('a'), 3);
    await create(scene);
    const consumer = join(scene, (_, index) => (index < 2 ? 'park' : 'ack'));
    await until(async () => (await info(scene)).stats.parkedMessageCount === 2n);
    const parked = await all(client.readStream(parkedStream(scene), { resolveLinkTos: true }));
    await client.replayParkedMessagesToStream(name('a'), 'g', { stopAt: 1 });
    await has(consumer, 4);
    await until(async () => (await info(scene)).stats.parkedMessageCount === 1n);
    await client.replayParkedMessagesToStream(name('a'), 'g');
    await has(consumer, 5);
    await until(async () => (await info(scene)).stats.parkedMessageCount === 0n);
    await consumer.leave();
    return {
      parked: parked.map(({ event: each, link }) => [
        each?.streamId,
        each?.revision,
        link?.type,
        Object.keys(link?.metadata ?? {}).sort(),
      ]),
      got: consumer.got,
      links: consumer.events.map(({ link }) => link?.revision),
    };
  },
  'persistent: time-outs and too many retries': async (scene) => {
    await append(scene.client, scene.name('a'), 1);
    await create(scene, { messageTimeout: 200, maxRetryCount: 2 });
    const consumer = join(scene, (_, index) => (index === 0 ? 'hold' : 'retry'));
    await until(async () => (await info(scene)).stats.parkedMessageCount === 1n);
    await consumer.leave();
    return consumer.got;
  },
  'persistent: one that leaves hands on what it had': async (scene) => {
    await append(scene.client, scene.name('a'), 2);
    await create(scene);
    const one = join(scene, () => 'hold');
    await has(one, 2);
    await one.leave();
    const two = join(scene);
    await has(two, 2);
    await two.leave();
    return [one.got, two.got];
  },
  'persistent: two consumers share, each event once': async (scene) => {
    await create(scene);
    const consumers = [join(scene), join(scene)];
    await until(async () => (await info(scene)).connections.length === 2);
    for (let n = 0; n < 30; n++) await append(scene.client, scene.name('a'), 1);
    await until(() => consumers.flatMap(({ got }) => got).length >= 30);
    for (const consumer of consumers) await consumer.leave();
    return {
      both: consumers.every(({ got }) => got.length > 5),
      different: new Set(consumers.flatMap(({ got }) => got)).size,
    };
  },
  'persistent: Pinned keeps a stream with one consumer': async ({ client, name, prefix }) => {
    const group = name('pinned');
    await client.createPersistentSubscriptionToAll(
      group,
      allSettings({ startFrom: END, consumerStrategyName: PINNED }),
      { filter: streamNameFilter({ prefixes: [`${prefix}source`] }) },
    );
    const consumers = [1, 2].map(
      () => new ClientConsumer(client.subscribeToPersistentSubscriptionToAll(group)),
    );
    await until(
      async () => (await client.getPersistentSubscriptionToAllInfo(group)).connections.length === 2,
    );
    for (let n = 0; n < 24; n++) await append(client, name(`source-${n % 6}`), 1);
    const streams = () => consumers.map((each) => each.events.map((e) => e.event?.streamId));
    await until(() => streams().flat().length >= 24);
    const [one, two] = streams().map((each) => new Set(each));
    for (const consumer of consumers) await consumer.leave();
    await client.deletePersistentSubscriptionToAll(group);
    return {
      shared: [...(one ?? [])].filter((stream) => two?.has(stream)).length,
      streams: (one?.size ?? 0) + (two?.size ?? 0),
    };
  },
  'persistent: no more consumers than allowed': async (scene) => {
    await create(scene, { maxSubscriberCount: 1 });
    const one = join(scene);
    await until(async () => (await info(scene)).connections.length === 1);
    const two = await endOf(scene.client, scene.name('a'));
    await one.leave();
    return two;
  },
  'persistent: an update and a deletion drop the consumers': async (scene) => {
    const { client, name } = scene;
    await create(scene);
    const one = join(scene);
    await until(async () => (await info(scene)).connections.length === 1);
    await client.updatePersistentSubscriptionToStream(name('a'), 'g', streamSettings());
    await until(() => one.ended !== undefined);
    const two = join(scene);
    await until(async () => (await info(scene)).connections.length === 1);
    await client.deletePersistentSubscriptionToStream(name('a'), 'g');
    await until(() => two.ended !== undefined);
    return [one.ended, two.ended];
  },
  'persistent: info tells the settings': async (scene) => {
    await append(scene.client, scene.name('a'), 1);
    await create(scene, { maxRetryCount: 7, messageTimeout: 12_000, checkPointLowerBound: 3 });
    await until(async () => (await info(scene)).status === 'Live');
    const { eventSource, groupName, settings, stats } = await info(scene);
    return { eventSource, groupName, settings, known: stats.lastKnownEventRevision };
  },
  'persistent: progress is kept': async (scene) => {
    await append(scene.client, scene.name('a'), 20);
    await create(scene, { checkPointLowerBound: 1, checkPointUpperBound: 1 });
    const one = join(scene, (_, index) => (index < 12 ? 'ack' : 'hold'), 12);
    await until(async () => (await info(scene)).stats.lastCheckpointedEventRevision === 11n);
    await one.leave();
    const two = join(scene, undefined, 20);
    await has(two, 8);
    await two.leave();
    return two.got;
  },
  'persistent: links come with their targets, and alone without': async (scene) => {
    const { client, name } = scene;
    await append(client, name('target'), 2);
    const links = [`1@${name('target')}`, `9@${name('target')}`].map((target) =>
      binaryEvent({ type: '$>', data: Buffer.from(target) }),
    );
    await client.appendToStream(name('a'), links);
    await create(scene, { resolveLinkTos: true });
    const consumer = join(scene);
    await has(consumer, 2);
    await idle(scene);
    await consumer.leave();
    return consumer.events.map(({ event: each, link }) => [each?.revision, link?.revision]);
  },
  'persistent $all: a filter, a position, and what is written later': async ({
    client,
    name,
    prefix,
  }) => {
    const group = name('group');
    const { position } = await client.appendToStream(name('x'), event({ n: 0 }));
    if (position === undefined) return 'no position';
    await client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: position }), {
      filter: streamNameFilter({ prefixes: [`${prefix}x`] }),
    });
    const consumer = new ClientConsumer(client.subscribeToPersistentSubscriptionToAll(group));
    await client.appendToStream(name('y'), event({ n: 1 }));
    await client.appendToStream(name('x'), event({ n: 2 }));
    await has(consumer, 2);
    await consumer.leave();
    await client.deletePersistentSubscriptionToAll(group);
    return consumer.events.map(({ event: each, retryCount }) => [each?.data, retryCount]);
  },
};
