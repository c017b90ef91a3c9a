import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cartEvents } from '../../../src/domain/cart/events.ts';
import { createEventStore, type EventStore } from '../../../src/eventstore/event-store.ts';
import { testContext } from '../../support/command-context.ts';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog, recordingMetrics } from '../../support/observing.ts';

let server: TestEventStore;
let store: EventStore;
beforeEach(async () => {
  server = await startTestEventStore();
  const { metrics } = recordingMetrics();
  store = createEventStore({ url: server.url, log: recordingLog().log, metrics });
});
afterEach(async () => {
  await store.dispose();
  await server.stop();
});

const clear = (memberId: string) =>
  store.log.append(
    cartEvents,
    memberId,
    [{ type: 'CartCleared', data: { memberId } }],
    'no-stream',
    randomUUID(),
    testContext(),
  );

const consume = (...types: readonly string[]) => {
  const stopping = new AbortController();
  const streams: string[] = [];
  const running = store.wakeUps.consume({
    group: 'sagas',
    types,
    families: [cartEvents],
    concurrency: 5,
    signal: stopping.signal,
    handle: async ({ stream }) => {
      streams.push(stream);
      return 'ack';
    },
  });
  return {
    streams,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

test('a store without any group has none to show and nothing parked', async () => {
  expect(await store.groups()).toEqual([]);
  expect(await store.parked.list('sagas', 10)).toEqual([]);
  await store.parked.replay('sagas');
});

test('a release that listens to other types goes on where the older one stood', async () => {
  const members = Array.from({ length: 120 }, (_, index) => `m-${index}`);
  for (const member of members) await clear(member);
  const older = consume('CartCleared');
  await eventually('all of them', () => older.streams.length === members.length);
  // Checkpoints are written about once a second.
  const checkpoint = await eventually('a checkpoint', async () => {
    const [group] = await server.client.listPersistentSubscriptionsToAll();
    return group?.stats.lastCheckpointedEventPosition;
  });
  await older.stop();

  const newer = consume('CartCleared', 'CartItemAdded');
  await clear('m-new');
  await eventually('the new one', () => newer.streams.includes('cart-m-new'));
  await newer.stop();
  expect(newer.streams.length).toBeLessThan(members.length);
  expect(checkpoint.commit).toBeGreaterThan(0n);
  expect((await store.groups()).map(({ group }) => group)).toHaveLength(2);
});
