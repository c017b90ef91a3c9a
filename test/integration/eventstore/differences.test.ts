import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  persistentSubscriptionToAllSettingsFromDefaults as allSettings,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  jsonEvent,
  type Position,
  START,
  streamNameFilter,
  persistentSubscriptionToStreamSettingsFromDefaults as streamSettings,
} from '@eventstore/db-client';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { append, appendLarge, ClientConsumer } from '../../support/persistent-client.ts';
import { framed, GROUPS, RawGrpc, STREAMS } from '../../support/raw-grpc.ts';
import { soon } from '../../support/soon.ts';
import {
  anyVersion,
  appendOptions,
  EMPTY,
  message,
  streamNamed,
} from '../../support/wire-requests.ts';

let server: TestEventStore;
let client: EventStoreDBClient;
let raw: RawGrpc;
let http: string;
beforeAll(async () => {
  server = await startTestEventStore();
  ({ client } = server);
  raw = await RawGrpc.to(server.url);
  http = server.url.replace('esdb:', 'http:').replace(/\?.*/, '');
});
afterAll(async () => {
  await raw.close();
  await server.stop();
});

const UNKNOWN = 2;
const UNIMPLEMENTED = 12;
const eager = streamSettings({
  startFrom: START,
  checkPointLowerBound: 1,
  checkPointUpperBound: 1,
});
const join = (
  stream: string,
  ...answer: ConstructorParameters<typeof ClientConsumer> extends [unknown, ...infer Rest]
    ? Rest
    : never
) => new ClientConsumer(client.subscribeToPersistentSubscriptionToStream(stream, 'g'), ...answer);
const statsOf = async (stream: string) =>
  (await client.getPersistentSubscriptionToStreamInfo(stream, 'g')).stats;
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const positionOf = ({ position }: { readonly position?: Position }): Position => {
  if (position === undefined) throw new Error('no position');
  return position;
};

/** The tests, by the words of docs/event-store.md. */
const differences: Readonly<Record<string, () => Promise<void>>> = {
  'projections, users, statistics and most operations are unimplemented': async () => {
    const methods = [
      'projections.Projections/Enable',
      'users.Users/Details',
      'monitoring.Monitoring/Stats',
      'operations.Operations/Shutdown',
    ];
    for (const method of methods)
      expect(await raw.call(`/event_store.client.${method}`, framed(EMPTY.finish()))).toMatchObject(
        {
          status: UNIMPLEMENTED,
        },
      );
  },
  'events are not served over HTTP, only `/info`, `/gossip`, `/ping` and `/health/live` are':
    async () => {
      const status = async (path: string) => {
        const { statusCode, body } = await request(http + path);
        await body.dump();
        return statusCode;
      };
      expect(await status('/streams/$all')).toBe(404);
      for (const path of ['/info', '/gossip', '/ping']) expect(await status(path)).toBe(200);
      expect(await status('/health/live')).toBe(204);
    },
  'more than a hundred calls may be open on a connection': async () => {
    const subscriptions = Array.from({ length: 150 }, () => client.subscribeToStream('many'));
    const got: unknown[] = [];
    for (const subscription of subscriptions) subscription.on('data', (each) => got.push(each));
    await append(client, 'many', 1);
    await soon(() => expect(got).toHaveLength(150));
    for (const subscription of subscriptions) await subscription.unsubscribe();
  },
  'a repeat with ANY is recognised after a restart, and in a second stream': async () => {
    const own = await startTestEventStore();
    const events = [jsonEvent({ id: randomUUID(), type: 'T', data: {} })];
    for (const stream of ['one', 'two']) await own.client.appendToStream(stream, events);
    await own.restart();
    await own.client.dispose();
    const later = own.newClient();
    for (const stream of ['one', 'two']) {
      expect((await later.appendToStream(stream, events)).nextExpectedRevision).toBe(0n);
      expect(await all(later.readStream(stream))).toHaveLength(1);
    }
    await later.dispose();
    await own.stop();
  },
  'an append of no events writes nothing': async () => {
    await append(client, 'empty', 2);
    const newest = async () =>
      (await all(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })))[0];
    const before = await newest();
    await client.appendToStream('empty', []);
    expect((await newest())?.event?.position).toEqual(before?.event?.position);
  },
  'a position between two records is taken as the next record': async () => {
    const position = positionOf(await append(client, 'between', 1));
    const second = await append(client, 'between', 1);
    const between = { commit: position.commit + 1n, prepare: position.commit + 1n };
    const [found] = await all(client.readAll({ fromPosition: between, maxCount: 1 }));
    expect(found?.event?.position).toEqual(positionOf(second));
    await client.createPersistentSubscriptionToAll('between', allSettings({ startFrom: between }), {
      filter: streamNameFilter({ prefixes: ['between'] }),
    });
    const c = new ClientConsumer(client.subscribeToPersistentSubscriptionToAll('between'));
    await soon(() => expect(c.got).toEqual(['1/0']));
    await c.leave();
  },
  'a count of zero is refused for `$all`, too': async () => {
    await expect(all(client.readAll({ maxCount: 0 }))).rejects.toMatchObject({ type: 'unknown' });
  },
  'stream names end at 64 KiB': async () => {
    const status = async (length: number) => {
      const options = framed(appendOptions('x'.repeat(length), anyVersion).finish());
      return (await raw.call(`${STREAMS}/Append`, options)).status;
    };
    expect(await status(65_536)).toBe(0);
    expect(await status(65_537)).toBe(UNKNOWN);
  },
  'patterns are RE2: without look-around and back-references, in linear time': async () => {
    for (const regex of ['(?=a)', '(a)\\1']) {
      const filter = streamNameFilter({ regex });
      await expect(
        client.createPersistentSubscriptionToAll('patterns', allSettings(), { filter }),
      ).rejects.toMatchObject({ type: 'unknown' });
    }
  },
  'an error about a stream whose name is not ASCII reaches the client': async () => {
    await client.tombstoneStream('주문-\n-1');
    await expect(client.deleteStream('주문-\n-1')).rejects.toMatchObject({
      type: 'stream-deleted',
      streamName: expect.stringMatching(/^%EC.*-%0A-1$/),
    });
  },
  'the metadata of a tombstoned stream take no events': async () => {
    await client.tombstoneStream('closed');
    await expect(client.setStreamMetadata('closed', { owner: 'x' })).rejects.toMatchObject({
      type: 'stream-deleted',
    });
  },
  'a stream is readable with the answer of the append that brings it back': async () => {
    for (let i = 0; i < 20; i++) {
      await append(client, `back-${i}`, 1);
      await client.deleteStream(`back-${i}`);
      await append(client, `back-${i}`, 1);
      expect(await all(client.readStream(`back-${i}`))).toHaveLength(1);
    }
  },
  'a message counts as parked only when it is stored': async () => {
    await append(client, 'parks', 1);
    await client.createPersistentSubscriptionToStream('parks', 'g', eager);
    // Nobody can write to a tombstoned stream: the message cannot be stored.
    await client.tombstoneStream('$persistentsubscription-parks::g-parked');
    const c = join('parks', () => 'park');
    await soon(async () =>
      expect(await statsOf('parks')).toMatchObject({
        totalInFlightMessages: 0,
        outstandingMessagesCount: 1,
        parkedMessageCount: 0n,
      }),
    );
    expect((await statsOf('parks')).lastCheckpointedEventRevision).toBeUndefined();
    await c.leave();
  },
  'parked messages are counted after a restart': async () => {
    const own = await startTestEventStore();
    await append(own.client, 'counted', 1);
    // No checkpoint is due.
    const settings = streamSettings({ startFrom: START });
    await own.client.createPersistentSubscriptionToStream('counted', 'g', settings);
    const c = new ClientConsumer(
      own.client.subscribeToPersistentSubscriptionToStream('counted', 'g'),
      () => 'park',
    );
    const count = async (of: EventStoreDBClient) =>
      (await of.getPersistentSubscriptionToStreamInfo('counted', 'g')).stats.parkedMessageCount;
    await soon(async () => expect(await count(own.client)).toBe(1n));
    await c.leave();
    await own.client.dispose();
    await own.restart();
    const later = own.newClient();
    expect(await count(later)).toBe(1n);
    await later.dispose();
    await own.stop();
  },
  'the newest checkpoint is always written': async () => {
    await append(client, 'marks', 300);
    await client.createPersistentSubscriptionToStream('marks', 'g', eager);
    const c = join('marks');
    await soon(async () =>
      expect((await statsOf('marks')).lastCheckpointedEventRevision).toBe(299n),
    );
    await soon(async () => {
      const stream = '$persistentsubscription-marks::g-checkpoint';
      const [newest] = await all(
        client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 }),
      );
      expect(newest?.event?.data).toBe('299');
    });
    await c.leave();
  },
  'a scavenge keeps only the newest checkpoint of a group': async () => {
    await append(client, 'scavenged', 3);
    await client.createPersistentSubscriptionToStream('scavenged', 'g', eager);
    const c = join('scavenged', () => 'hold');
    await soon(() => expect(c.got).toHaveLength(3));
    const checkpoints = () =>
      all(client.readStream('$persistentsubscription-scavenged::g-checkpoint'));
    for (const [n, each] of c.events.entries()) {
      await c.ack(each);
      await soon(async () => expect(await checkpoints()).toHaveLength(n + 1));
    }
    const started = await raw.call(
      '/event_store.client.operations.Operations/StartScavenge',
      framed(EMPTY.finish()),
    );
    expect(started.status).toBe(0);
    await soon(async () =>
      expect((await checkpoints()).map(({ event }) => event?.data)).toEqual(['2']),
    );
    await c.leave();
  },
  'latencies are in milliseconds': async () => {
    await append(client, 'timed', 1);
    const settings = streamSettings({ startFrom: START, extraStatistics: true });
    await client.createPersistentSubscriptionToStream('timed', 'g', settings);
    const c = join('timed', () => 'hold');
    await soon(() => expect(c.got).toHaveLength(1));
    const began = performance.now();
    await soon(() => expect(performance.now() - began).toBeGreaterThan(50));
    await c.ack(...c.events);
    await soon(async () => {
      const { connections } = await client.getPersistentSubscriptionToStreamInfo('timed', 'g');
      const highest = Number(connections[0]?.extraStatistics?.get('highest'));
      expect(highest).toBeGreaterThanOrEqual(50);
      expect(highest).toBeLessThan(5000);
    });
    await c.leave();
  },
  'a group on a stream without a name is refused': async () => {
    await expect(
      client.createPersistentSubscriptionToStream('', 'g', streamSettings()),
    ).rejects.toMatchObject({ type: 'persistent-subscription-failed' });
  },
  'a consumer that does not read is not sent more': async () => {
    await appendLarge(client, 'unread', 300, 20_000);
    await client.createPersistentSubscriptionToStream('unread', 'g', eager);
    const consumer = raw.open(`${GROUPS}/Read`);
    const options = message(
      [1, streamNamed('unread')],
      [2, 'g'],
      [3, 300],
      [4, message([2, EMPTY])],
    );
    consumer.write(framed(message([1, options]).finish()));
    await soon(async () =>
      expect((await statsOf('unread')).totalInFlightMessages).toBeGreaterThan(0),
    );
    expect((await statsOf('unread')).totalInFlightMessages).toBeLessThan(300);
    consumer.resume();
    await soon(async () => expect((await statsOf('unread')).totalInFlightMessages).toBe(300));
    consumer.close();
  },
  'a client that cancels calls by the hundred is asked for a new connection': async () => {
    const connection = await RawGrpc.to(server.url);
    const asked = new Promise((resolve) => connection.session.once('goaway', resolve));
    const open = () => {
      const call = connection.open(`${STREAMS}/BatchAppend`);
      call.write(framed(Buffer.alloc(0)));
      return call;
    };
    const kept = open();
    const calls = Array.from({ length: 800 }, open);
    await soon(() => expect(calls.every(({ pending }) => !pending)).toBe(true));
    for (let i = 0; i < 8; i++) {
      for (const call of calls.slice(i * 100, i * 100 + 100)) call.close(8);
      await connection.call('/event_store.client.gossip.Gossip/Read', framed(Buffer.alloc(0)));
    }
    expect(await asked).toBe(0);
    expect(kept.destroyed).toBe(false);
    await connection.close();
  },
};

test.each(Object.entries(differences))('%s', (_what, holds) => holds());

test('the list in the documentation is the list of these tests', () => {
  const page = readFileSync(new URL('../../../docs/event-store.md', import.meta.url), 'utf8');
  const differ = page.split(/^## /m).find((part) => part.startsWith('How it differs')) ?? '';
  const rows = [...differ.matchAll(/^\| (.+?) \| .+ \|$/gm)].map(([, what]) => what);
  expect(rows.slice(2)).toEqual(Object.keys(differences));
});
