import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { cartEvents } from '../../../src/domain/cart/events.ts';
import { createEventStore, type EventStore } from '../../../src/eventstore/event-store.ts';
import type { Handled } from '../../../src/runtime/ports.ts';
import { testContext } from '../../support/command-context.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog, recordingMetrics } from '../../support/observing.ts';

let store: EventStore;
beforeAll(() => {
  const { log } = recordingLog();
  const { metrics } = recordingMetrics();
  store = createEventStore({ url: inject('eventStoreUrl'), log, metrics });
});
afterAll(() => store.dispose());

const append = (memberId: string, schemaVersion = 1) => {
  const definition = { ...cartEvents.definitions.CartCleared, version: schemaVersion };
  return store.log.append(
    { category: 'cart', definitions: { CartCleared: definition } },
    memberId,
    [{ type: 'CartCleared', data: { memberId } }],
    'no-stream',
    randomUUID(),
    testContext(),
  );
};
const newMember = () => `m-${randomUUID()}`;

type Delivery = { readonly stream: string; readonly retryCount: number };

/** A consumer of a group of its own; what `handle` does not know it acknowledges. */
const consume = (
  group: string,
  handle: (delivery: Delivery) => Handled | Promise<Handled>,
  concurrency = 10,
) => {
  const stopping = new AbortController();
  const deliveries: Delivery[] = [];
  const running = store.wakeUps.consume({
    group,
    types: ['CartCleared'],
    families: [cartEvents],
    concurrency,
    signal: stopping.signal,
    handle: async (event, retryCount) => {
      const delivery = { stream: event.stream, retryCount };
      deliveries.push(delivery);
      return handle(delivery);
    },
  });
  return {
    deliveries,
    of: (member: string) => deliveries.filter(({ stream }) => stream === `cart-${member}`),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
const newGroup = () => `test-${randomUUID().slice(0, 8)}`;

test('delivers each event of the types once, from the beginning of the log', async () => {
  const before = newMember();
  await append(before);
  const consumer = consume(newGroup(), () => 'ack');
  await eventually('the early one', () => consumer.of(before).length === 1);
  const later = newMember();
  await append(later);
  await eventually('the late one', () => consumer.of(later).length === 1);
  await consumer.stop();
  expect(consumer.of(before)).toEqual([{ stream: `cart-${before}`, retryCount: 0 }]);
});

test('brings back what was not handled, and what a handler threw on', async () => {
  const [refused, thrown] = [newMember(), newMember()];
  const consumer = consume(newGroup(), ({ stream, retryCount }) => {
    if (stream === `cart-${refused}` && retryCount === 0) return 'retry';
    if (stream === `cart-${thrown}` && retryCount === 0) throw new Error('not today');
    return 'ack';
  });
  await append(refused);
  await append(thrown);
  await eventually('both again', () =>
    [refused, thrown].every((member) => consumer.of(member).length === 2),
  );
  await consumer.stop();
  expect(consumer.of(refused).map(({ retryCount }) => retryCount)).toEqual([0, 1]);
  expect(consumer.of(thrown).map(({ retryCount }) => retryCount)).toEqual([0, 1]);
});

test('parks what is given up or cannot be read, shows it, and replays it', async () => {
  const [given, unreadable] = [newMember(), newMember()];
  const group = newGroup();
  let park = true;
  const consumer = consume(group, ({ stream }) =>
    park && stream === `cart-${given}` ? 'park' : 'ack',
  );
  await append(given);
  await append(unreadable, 9);
  const parked = await eventually('both parked', async () => {
    const list = await store.parked.list(group, 1_000);
    const ours = list.filter(({ stream }) =>
      [`cart-${given}`, `cart-${unreadable}`].includes(stream),
    );
    return ours.length === 2 && ours;
  });
  expect(parked.map(({ stream, type, reason }) => ({ stream, type, reason }))).toEqual(
    expect.arrayContaining([
      {
        stream: `cart-${given}`,
        type: 'CartCleared',
        reason: expect.stringContaining('said park'),
      },
      {
        stream: `cart-${unreadable}`,
        type: 'CartCleared',
        reason: expect.stringContaining('unreadable event'),
      },
    ]),
  );
  const groups = await store.groups();
  expect(groups.find((info) => info.group.startsWith(group))).toMatchObject({ connections: 1 });

  park = false;
  await store.parked.replay(group);
  await eventually('the parked one again', () => consumer.of(given).length === 2);
  await consumer.stop();
});

test('a consumer that goes away leaves its work to the next one', async () => {
  const group = newGroup();
  const member = newMember();
  let release = (): void => {};
  const held = new Promise<Handled>((resolve) => {
    release = () => resolve('retry');
  });
  const first = consume(group, ({ stream }) => (stream === `cart-${member}` ? held : 'ack'));
  await append(member);
  await eventually('the first to hold it', () => first.of(member).length === 1);
  const second = consume(group, () => 'ack');
  const stopped = first.stop();
  release();
  await stopped;
  await eventually('the second to get it', () => second.of(member).length >= 1);
  await second.stop();
});

test('never has more under way than it may', async () => {
  let underWay = 0;
  let most = 0;
  const members = Array.from({ length: 40 }, newMember);
  for (const member of members) await append(member);
  const consumer = consume(
    newGroup(),
    async (): Promise<Handled> => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 2));
      underWay -= 1;
      return 'ack';
    },
    4,
  );
  await eventually('all', () => members.every((member) => consumer.of(member).length > 0));
  await consumer.stop();
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
});

test('ends when it is stopped while its group is still being made', async () => {
  const consumer = consume(newGroup(), () => 'ack');
  await expect(consumer.stop()).resolves.toBeUndefined();
  expect(consumer.deliveries).toEqual([]);
});
