import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { cartEvents } from '../../../src/domain/cart/events.ts';
import { createEventStore, type EventStore } from '../../../src/eventstore/event-store.ts';
import { collect } from '../../support/collect.ts';
import { testContext } from '../../support/command-context.ts';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog, recordingMetrics } from '../../support/observing.ts';
import { startStoreProxy } from '../../support/store-proxy.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'programs', 'append-many.ts');
const appendMany = (...args: readonly string[]) =>
  run(process.execPath, ['--import', 'tsx', program, ...args]);

const { signal } = new AbortController();
const newMember = () => `m-${randomUUID()}`;
const append = (store: EventStore, memberId: string, commandId: string = randomUUID()) =>
  store.log.append(
    cartEvents,
    memberId,
    [{ type: 'CartCleared', data: { memberId } }],
    'no-stream',
    commandId,
    testContext(),
  );
const lengthOf = async (store: EventStore, memberId: string) =>
  (await collect(store.log.read(cartEvents, memberId, { signal }))).length;

const hasty = { serverMs: 500, tryMs: 700, giveUpMs: 4_000 };
/** For many appends at once on a busy machine: a try that is slow must not count as unanswered. */
const calm = { serverMs: 4_000, tryMs: 5_000, giveUpMs: 18_000 };

const open = (url: string, appendPatience = hasty) => {
  const { metrics, counted } = recordingMetrics();
  const store = createEventStore({ url, log: recordingLog().log, metrics, appendPatience });
  return { store, counted };
};

describe('answers to appends', () => {
  let proxy: Awaited<ReturnType<typeof startStoreProxy>>;
  beforeEach(async () => {
    proxy = await startStoreProxy(inject('eventStoreUrl'));
  });
  afterEach(() => proxy.stop());

  test('that come twice do not end the process', async () => {
    proxy.spoil('twice', 20);
    const { stdout } = await appendMany(proxy.url);
    const { appended, defects } = JSON.parse(stdout) as { appended: string[]; defects: number };
    expect(new Set(appended)).toEqual(new Set(['appended']));
    expect(defects).toBeGreaterThan(0);
  });

  test('leave any other unhandled rejection what it is: the end of the process', async () => {
    const ended = appendMany(proxy.url, 'stray');
    await expect(ended).rejects.toMatchObject({
      stderr: expect.stringContaining('nobody caught this'),
    });
  });

  test('that never come are asked for again, and the event is written once', async () => {
    const { store, counted } = open(proxy.url);
    const member = newMember();
    proxy.spoil('never', 2);
    expect(await append(store, member)).toMatchObject({ kind: 'appended', revision: 0n });
    expect(proxy.left()).toBe(0);
    expect(counted('eventstore_retries_total')).toBe(2);
    expect(await lengthOf(store, member)).toBe(1);
    await store.dispose();
  });

  test('that never come at all end as unknown, in bounded time', async () => {
    const { store } = open(proxy.url);
    proxy.spoil('never', 1_000);
    await expect(append(store, newMember())).rejects.toMatchObject({
      code: 'APPEND_OUTCOME_UNKNOWN',
      retryable: true,
    });
    await store.dispose();
  });

  test('of a conflict after a try of unknown outcome are checked: ours or another', async () => {
    const { store } = open(proxy.url);
    const [mine, theirs] = [newMember(), newMember()];
    // The first try of each is written and not answered; then the second stream moves on.
    const commandId = randomUUID();
    proxy.spoil('never', 1);
    const first = append(store, mine, commandId);
    expect(await first).toMatchObject({ kind: 'appended', revision: 0n });
    await append(store, theirs);
    proxy.spoil('never', 1);
    expect(await append(store, theirs)).toEqual({ kind: 'conflict' });
    expect(await lengthOf(store, theirs)).toBe(1);
    await store.dispose();
  });

  test('that are cut off in the middle of many appends are settled one by one', async () => {
    const { store } = open(proxy.url, calm);
    const members = Array.from({ length: 150 }, newMember);
    const appends = members.map((member) => append(store, member));
    for (let cuts = 0; cuts < 3; cuts++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      proxy.cut();
    }
    const outcomes = await Promise.all(appends);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['appended']));
    const lengths = await Promise.all(members.map((member) => lengthOf(store, member)));
    expect(new Set(lengths)).toEqual(new Set([1]));
    await store.dispose();
  });
});

describe('reads', () => {
  test('that are cut off go on behind the last event they gave', async () => {
    const proxy = await startStoreProxy(inject('eventStoreUrl'));
    const { store, counted } = open(proxy.url, calm);
    const memberId = newMember();
    const events = Array.from({ length: 3_000 }, () => ({
      type: 'CartCleared' as const,
      data: { memberId },
    }));
    await store.log.append(cartEvents, memberId, events, 'no-stream', randomUUID(), testContext());
    const revisions: bigint[] = [];
    for await (const { revision } of store.log.read(cartEvents, memberId, { signal })) {
      revisions.push(revision);
      if (revision === 100n) proxy.cut();
    }
    expect(revisions).toEqual(events.map((_, index) => BigInt(index)));
    expect(counted('eventstore_retries_total')).toBeGreaterThanOrEqual(1);
    await store.dispose();
    await proxy.stop();
  });

  test('end at once when they are aborted', async () => {
    const { store } = open('esdb://127.0.0.1:1?tls=false');
    const aborting = new AbortController();
    const reading = collect(store.log.read(cartEvents, newMember(), { signal: aborting.signal }));
    aborting.abort(new Error('the client left'));
    await expect(reading).rejects.toThrow('the client left');
    await store.dispose();
  });

  test('and appends of a stream that was deleted for good are refused, not repeated', async () => {
    const server = await startTestEventStore();
    const { store, counted } = open(server.url);
    const member = newMember();
    await append(store, member);
    await server.client.tombstoneStream(`cart-${member}`);
    await expect(lengthOf(store, member)).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    await expect(append(store, member)).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    expect(counted('eventstore_retries_total')).toBe(0);
    await store.dispose();
    await server.stop();
  });
});

describe('a store that goes away and comes back', () => {
  let server: TestEventStore;
  beforeEach(async () => {
    server = await startTestEventStore();
  });
  afterEach(() => server.stop());

  test('is said to be away, and everything goes on afterwards from where it was', async () => {
    const { store, counted } = open(server.url, calm);
    const stopping = new AbortController();
    const fed: string[] = [];
    const woken: string[] = [];
    const feeding = (async () => {
      const options = {
        from: 'start',
        families: [cartEvents],
        maxEvents: 10,
        maxWaitMs: 5,
      } as const;
      for await (const { events } of store.feed.batches({ ...options, signal: stopping.signal }))
        fed.push(...events.map(({ stream }) => stream));
    })();
    const waking = store.wakeUps.consume({
      group: 'away',
      types: ['CartCleared'],
      families: [cartEvents],
      concurrency: 5,
      signal: stopping.signal,
      handle: async ({ stream }) => {
        woken.push(stream);
        return 'ack';
      },
    });
    const before = newMember();
    await append(store, before);
    await eventually('the first event', () => fed.length === 1 && woken.length === 1);
    expect(await store.ready()).toEqual({ ok: true });

    for (let restart = 0; restart < 2; restart++) {
      const restarting = server.restart();
      const during = newMember();
      const appending = append(store, during);
      await restarting;
      expect((await appending).kind).toBe('appended');
      await eventually('the event by feed', () => fed.includes(`cart-${during}`));
      await eventually('the event by wake-up', () => woken.includes(`cart-${during}`));
    }
    await eventually('ready again', async () => (await store.ready()).ok);
    expect(new Set(fed).size).toBe(fed.length);
    expect(counted('eventstore_reopened_total')).toBeGreaterThanOrEqual(2);
    stopping.abort();
    await Promise.all([feeding, waking]);
    await store.dispose();
  });

  test('is not ready while it is away', async () => {
    const { store } = open('esdb://127.0.0.1:1?tls=false');
    expect(await store.ready()).toMatchObject({ ok: false });
    await store.dispose();
  });
});
