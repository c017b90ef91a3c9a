import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { cartEvents } from '../../../src/domain/cart/events.ts';
import { UnreadableEventError } from '../../../src/domain/kernel/events.ts';
import { createEventStore, type EventStore } from '../../../src/eventstore/event-store.ts';
import { EventStoreFailure } from '../../../src/runtime/ports.ts';
import { collect } from '../../support/collect.ts';
import { testContext } from '../../support/command-context.ts';
import { recordingLog, recordingMetrics } from '../../support/observing.ts';

let store: EventStore;
const { signal } = new AbortController();
beforeAll(() => {
  const { log } = recordingLog();
  const { metrics } = recordingMetrics();
  store = createEventStore({ url: inject('eventStoreUrl'), log, metrics });
});
afterAll(() => store.dispose());

const added = (memberId: string, quantity = 1) =>
  ({
    type: 'CartItemAdded',
    data: {
      memberId,
      productVariantId: 1,
      quantity,
      snapshot: { productName: '녹차', unitPrice: 1_000, addedAt: '2026-03-01T09:00:00.000Z' },
    },
  }) as const;
const cleared = (memberId: string) => ({ type: 'CartCleared', data: { memberId } }) as const;
const newMember = () => `m-${randomUUID()}`;

const readAll = async (id: string, after?: bigint) =>
  collect(store.log.read(cartEvents, id, after === undefined ? { signal } : { after, signal }));

describe('append and read', () => {
  test('gives back what was appended, with position, revision and metadata', async () => {
    const member = newMember();
    const commandId = randomUUID();
    const appended = await store.log.append(
      cartEvents,
      member,
      [added(member), cleared(member)],
      'no-stream',
      commandId,
      testContext(),
    );
    const events = await readAll(member);
    expect(events.map(({ type, data, revision }) => ({ type, data, revision }))).toEqual([
      { ...added(member), revision: 0n },
      { ...cleared(member), revision: 1n },
    ]);
    expect(appended).toEqual({ kind: 'appended', revision: 1n, position: events[1]?.position });
    expect(events[0]?.metadata).toEqual({
      $correlationId: 'correlation-1',
      $causationId: 'causation-1',
      schemaVersion: 1,
      actor: { kind: 'member', id: 'member-1' },
    });
  });

  test('reads nothing of a stream that does not exist', async () => {
    expect(await readAll(newMember())).toEqual([]);
  });

  test('reads only what lies after a revision', async () => {
    const member = newMember();
    const events = [added(member), added(member, 2), cleared(member)];
    await store.log.append(cartEvents, member, events, 'no-stream', randomUUID(), testContext());
    expect((await readAll(member, 1n)).map(({ type }) => type)).toEqual(['CartCleared']);
    expect(await readAll(member, 2n)).toEqual([]);
  });

  test('writes nothing and says conflict when another writer was first', async () => {
    const member = newMember();
    const append = () =>
      store.log.append(
        cartEvents,
        member,
        [added(member)],
        'no-stream',
        randomUUID(),
        testContext(),
      );
    expect((await append()).kind).toBe('appended');
    expect(await append()).toEqual({ kind: 'conflict' });
    expect(await readAll(member)).toHaveLength(1);
  });

  test('answers the repeat of an append like the first, and writes it once', async () => {
    const member = newMember();
    const commandId = randomUUID();
    const append = () =>
      store.log.append(cartEvents, member, [added(member)], 'no-stream', commandId, testContext());
    const first = await append();
    expect(await append()).toEqual(first);
    expect(await readAll(member)).toHaveLength(1);
  });

  test('a hundred reads and appends at once all come through', async () => {
    const members = Array.from({ length: 100 }, newMember);
    await Promise.all(
      members.map((member) =>
        store.log.append(
          cartEvents,
          member,
          [added(member)],
          'no-stream',
          randomUUID(),
          testContext(),
        ),
      ),
    );
    const all = await Promise.all(members.map((member) => readAll(member)));
    expect(all.map((events) => events.length)).toEqual(members.map(() => 1));
  });

  test('a read that is left early does not keep the store busy', async () => {
    const member = newMember();
    const events = Array.from({ length: 20 }, () => added(member));
    await store.log.append(cartEvents, member, events, 'no-stream', randomUUID(), testContext());
    // More than the reads that may be under way at once: a forgotten one would block the last ones.
    for (let i = 0; i < 60; i++)
      for await (const event of store.log.read(cartEvents, member, { signal })) {
        expect(event.revision).toBe(0n);
        break;
      }
    expect(await readAll(member)).toHaveLength(20);
  });

  test('an aborted command is of unknown outcome, not a conflict', async () => {
    const member = newMember();
    const aborting = new AbortController();
    const append = store.log.append(
      cartEvents,
      member,
      [added(member)],
      'no-stream',
      randomUUID(),
      testContext(aborting.signal),
    );
    aborting.abort();
    await expect(append).rejects.toMatchObject({ code: 'APPEND_OUTCOME_UNKNOWN' });
    await expect(append).rejects.toBeInstanceOf(EventStoreFailure);
  });

  test('an event that no release wrote is unreadable, by name', async () => {
    const member = newMember();
    const tomorrow = {
      category: 'cart',
      definitions: { CartCleared: { ...cartEvents.definitions.CartCleared, version: 9 } },
    };
    await store.log.append(
      tomorrow,
      member,
      [cleared(member)],
      'no-stream',
      randomUUID(),
      testContext(),
    );
    await expect(readAll(member)).rejects.toThrow(UnreadableEventError);
    await expect(readAll(member)).rejects.toThrow(`0@cart-${member}`);
  });
});

test('the end of the log is at or behind the last append, and the store is ready', async () => {
  const member = newMember();
  const appended = await store.log.append(
    cartEvents,
    member,
    [added(member)],
    'no-stream',
    randomUUID(),
    testContext(),
  );
  if (appended.kind !== 'appended') throw new Error('expected to be first');
  expect(await store.head(signal)).toBeGreaterThanOrEqual(appended.position);
  expect(await store.ready()).toEqual({ ok: true });
});
