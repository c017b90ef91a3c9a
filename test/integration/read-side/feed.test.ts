import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { cartEvents } from '../../../src/domain/cart/events.ts';
import { orderEvents } from '../../../src/domain/order/events.ts';
import { createEventStore, type EventStore } from '../../../src/eventstore/event-store.ts';
import type { Batch } from '../../../src/runtime/ports.ts';
import { testContext } from '../../support/command-context.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog, recordingMetrics } from '../../support/observing.ts';

let store: EventStore;
const { signal } = new AbortController();
beforeAll(() => {
  const { log } = recordingLog();
  const { metrics } = recordingMetrics();
  store = createEventStore({ url: inject('eventStoreUrl'), log, metrics });
});
afterAll(() => store.dispose());

const add = async (memberId: string, count = 1, schemaVersion = 1): Promise<bigint> => {
  const definition = { ...cartEvents.definitions.CartItemAdded, version: schemaVersion };
  const family = { category: 'cart', definitions: { CartItemAdded: definition } };
  const event = {
    type: 'CartItemAdded',
    data: {
      memberId,
      productVariantId: 1,
      quantity: 1,
      snapshot: { productName: '녹차', unitPrice: 1_000, addedAt: '2026-03-01T09:00:00.000Z' },
    },
  } as const;
  const appended = await store.log.append(
    family,
    memberId,
    Array.from({ length: count }, () => event),
    'no-stream',
    randomUUID(),
    testContext(),
  );
  if (appended.kind !== 'appended') throw new Error('expected to be first');
  return appended.position;
};
const newMember = () => `m-${randomUUID()}`;

/** Collects in the background until stopped. */
const follow = (from: bigint | 'start', maxEvents = 100) => {
  const stopping = new AbortController();
  const batches: Batch[] = [];
  const running = (async () => {
    const options = { from, families: [cartEvents], maxEvents, maxWaitMs: 20 };
    for await (const batch of store.feed.batches({ ...options, signal: stopping.signal }))
      batches.push(batch);
  })();
  return {
    batches,
    streams: () => batches.flatMap(({ events }) => events.map(({ stream }) => stream)),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

test('delivers what is there and what comes, once and in log order', async () => {
  const from = await store.head(signal);
  const before = newMember();
  await add(before, 250);
  const feed = follow(from);
  await eventually('the first member', () => feed.streams().length >= 250);
  const later = newMember();
  const position = await add(later, 3);
  await eventually('the second member', () => feed.streams().includes(`cart-${later}`));
  await feed.stop();

  const ours = feed.batches
    .flatMap(({ events }) => events)
    .filter(({ stream }) => [`cart-${before}`, `cart-${later}`].includes(stream));
  expect(ours.map(({ stream, revision }) => `${revision}@${stream}`)).toEqual([
    ...Array.from({ length: 250 }, (_, revision) => `${revision}@cart-${before}`),
    ...Array.from({ length: 3 }, (_, revision) => `${revision}@cart-${later}`),
  ]);
  expect(ours.at(-1)?.position).toBe(position);
  const positions = feed.batches.map((batch) => batch.position);
  expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  expect(feed.batches.every(({ events }) => events.length <= 100)).toBe(true);
});

test('says when it has reached the end of the log', async () => {
  const from = await store.head(signal);
  const feed = follow(from);
  await eventually('live', () => feed.batches.some(({ live }) => live));
  await feed.stop();
});

test('goes on behind a position, without what lies at it', async () => {
  const from = await store.head(signal);
  const first = newMember();
  const position = await add(first, 2);
  const second = newMember();
  await add(second);
  expect(position).toBeGreaterThan(from);
  const feed = follow(position);
  await eventually('the second member', () => feed.streams().includes(`cart-${second}`));
  await feed.stop();
  expect(feed.streams()).not.toContain(`cart-${first}`);
});

test('leaves out streams of other families', async () => {
  const from = await store.head(signal);
  const member = newMember();
  const cancelled = {
    type: 'OrderFlaggedForReview',
    data: {
      orderNo: 'ORD-20260301-ABCDEFGHIJ',
      reason: 'a test',
      flaggedAt: '2026-03-01T09:00:00.000Z',
    },
  } as const;
  const id = `X${randomUUID()}`;
  await store.log.append(orderEvents, id, [cancelled], 'no-stream', randomUUID(), testContext());
  await add(member);
  const feed = follow(from);
  await eventually('the member', () => feed.streams().includes(`cart-${member}`));
  await feed.stop();
  expect(feed.streams()).not.toContain(`order-${id}`);
});

test('reports an unreadable event in its place and goes on', async () => {
  const from = await store.head(signal);
  const [before, unreadable, behind] = [newMember(), newMember(), newMember()];
  await add(before);
  const position = await add(unreadable, 1, 9);
  await add(behind);
  const feed = follow(from);
  await eventually('the last member', () => feed.streams().includes(`cart-${behind}`));
  await feed.stop();
  expect(feed.streams()).toContain(`cart-${before}`);
  const found = feed.batches
    .flatMap((batch) => batch.unreadable ?? [])
    .find(({ stream }) => stream === `cart-${unreadable}`);
  expect(found).toMatchObject({ position, revision: 0n, type: 'CartItemAdded' });
  expect(found?.message).toContain('v9');
});

test('makes the server wait while the consumer is busy, and loses nothing', async () => {
  const from = await store.head(signal);
  const members = Array.from({ length: 30 }, newMember);
  for (const member of members) await add(member, 100);
  const seen: string[] = [];
  const options = { from, families: [cartEvents], maxEvents: 50, maxWaitMs: 5 };
  for await (const { events } of store.feed.batches({ ...options, signal })) {
    // Longer than the network needs to bring the next ones.
    await new Promise((resolve) => setTimeout(resolve, 2));
    for (const { stream, revision } of events) seen.push(`${revision}@${stream}`);
    if (members.every((member) => seen.includes(`99@cart-${member}`))) break;
  }
  const wanted = members.flatMap((member) =>
    Array.from({ length: 100 }, (_, revision) => `${revision}@cart-${member}`),
  );
  const ours = new Set(wanted);
  expect(seen.filter((event) => ours.has(event))).toEqual(wanted);
});
