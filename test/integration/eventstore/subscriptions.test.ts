import { randomUUID } from 'node:crypto';
import {
  type AllStreamSubscription,
  END,
  jsonEvent,
  START,
  StreamDeletedError,
  type StreamSubscription,
  streamNameFilter,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { eventually } from '../../support/eventually.ts';
import { RawGrpc } from '../../support/raw-grpc.ts';
import { Messages, Shared, WireCall } from '../../support/wire-client.ts';

let server: TestEventStore;
beforeAll(async () => {
  server = await startTestEventStore();
});
afterAll(() => server.stop());

const name = (label: string): string => `${label}-${randomUUID()}`;
const events = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => jsonEvent({ type: 'Tested', data: { n: from + i } }));

/** Collects `stream revision` of what a subscription delivers. */
const collect = (subscription: StreamSubscription | AllStreamSubscription): string[] => {
  const seen: string[] = [];
  subscription.on('data', ({ event, link }) => {
    const record = event ?? link;
    seen.push(`${record?.streamId} ${record?.revision}`);
  });
  subscription.on('error', () => undefined);
  return seen;
};
const expected = (stream: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `${stream} ${from + i}`);

describe('a subscription to a stream', () => {
  test('loses and repeats nothing at the turn from history to live, whoever writes meanwhile', async () => {
    const stream = name('turn');
    await server.client.appendToStream(stream, events(500));
    let writing = true;
    const writers = Array.from({ length: 4 }, async () => {
      while (writing) await server.client.appendToStream(stream, events(5));
    });
    const subscriptions = Array.from({ length: 5 }, () => server.client.subscribeToStream(stream));
    const seen = subscriptions.map(collect);
    await eventually('live events', () => seen.every((list) => list.length > 900));
    writing = false;
    await Promise.all(writers);
    const { nextExpectedRevision } = await server.client.appendToStream(stream, events(1));
    const count = Number(nextExpectedRevision) + 1;
    await eventually('all events', () => seen.every((list) => list.length >= count));
    for (const list of seen) expect(list).toEqual(expected(stream, count));
    await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()));
  });

  test('that is not read for a while gets everything later, in order', async () => {
    const stream = name('slow');
    const grpc = await RawGrpc.to(server.url);
    const options = new Messages.ReadReq.Options()
      .setStream(
        new Messages.ReadReq.Options.StreamOptions()
          .setStreamIdentifier(new Shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
          .setStart(new Shared.Empty()),
      )
      .setSubscription(new Messages.ReadReq.Options.SubscriptionOptions())
      .setNoFilter(new Shared.Empty())
      .setUuidOption(new Messages.ReadReq.Options.UUIDOption().setString(new Shared.Empty()));
    const call = new WireCall(grpc, 'Read', Messages.ReadResp);
    call.send(new Messages.ReadReq().setOptions(options)).halfClose();
    await call.until(2);
    call.stream.pause();
    for (let i = 0; i < 40; i++) await server.client.appendToStream(stream, events(200, i * 200));
    call.stream.resume();
    const revisions = (): (string | undefined)[] =>
      call.replies
        .filter((r) => r.hasEvent())
        .map((r) => r.getEvent()?.getEvent()?.getStreamRevision());
    await eventually('all events', () => revisions().length >= 8000, 20_000);
    expect(revisions()).toEqual(Array.from({ length: 8000 }, (_, i) => String(i)));
    expect(call.replies.filter((r) => r.hasCaughtUp()).length).toBeGreaterThan(1);
    await grpc.close();
  });

  test('goes on through a soft delete and ends with a tombstone', async () => {
    const stream = name('deleted');
    await server.client.appendToStream(stream, events(2));
    const subscription = server.client.subscribeToStream(stream);
    const seen = collect(subscription);
    let error: unknown;
    subscription.on('error', (cause) => {
      error = cause;
    });
    await eventually('history', () => seen.length === 2);
    await server.client.deleteStream(stream);
    await server.client.appendToStream(stream, events(1));
    await eventually('the first event after the deletion', () => seen.length === 3);
    await server.client.tombstoneStream(stream);
    await eventually('the end', () => error !== undefined);
    expect(error).toBeInstanceOf(StreamDeletedError);
    expect(seen).toEqual([...expected(stream, 3), `${stream} 9223372036854775807`]);
  });

  test('follows links, in history and live', async () => {
    const [stream, links] = [name('target'), name('links')];
    await server.client.appendToStream(stream, events(2));
    const link = (n: number, target = stream) => ({
      ...jsonEvent({ type: '$>', data: {} }),
      contentType: 'application/octet-stream' as const,
      data: Buffer.from(`${n}@${target}`),
    });
    await server.client.appendToStream(links, link(1));
    const subscription = server.client.subscribeToStream(links, { resolveLinkTos: true });
    const seen = collect(subscription);
    await eventually('the link in the history', () => seen.length === 1);
    await server.client.appendToStream(links, [link(0), link(9)]);
    await eventually('the live links', () => seen.length === 3);
    expect(seen).toEqual([`${stream} 1`, `${stream} 0`, `${links} 2`]);
    await subscription.unsubscribe();
  });

  test('may be one of hundreds on a connection, with an append beside them', async () => {
    const stream = name('crowd');
    const client = server.newClient();
    const seen = Array.from({ length: 500 }, () =>
      collect(client.subscribeToStream(stream, { fromRevision: START })),
    );
    await client.appendToStream(stream, events(1));
    await eventually('everybody', () => seen.every((list) => list.length === 1), 20_000);
    await client.dispose();
  });
});

describe('a subscription to $all', () => {
  test('with a filter delivers what matches, and any checkpoint is a place to go on from', async () => {
    const wanted = name('wanted');
    for (let i = 0; i < 10; i++) {
      await server.client.appendToStream(wanted, events(2));
      await server.client.appendToStream(name('noise'), events(30));
    }
    const checkpoints: { commit: bigint; prepare: bigint; seen: number }[] = [];
    const seen: string[] = [];
    const filter = streamNameFilter({
      prefixes: [wanted],
      checkpointInterval: 1,
      maxSearchWindow: 20,
      checkpointReached: async (_subscription, position) => {
        checkpoints.push({ ...position, seen: seen.length });
      },
    });
    const subscription = server.client.subscribeToAll({ filter });
    subscription.on('data', ({ event }) => seen.push(`${event?.streamId} ${event?.revision}`));
    await eventually(
      'all events and some checkpoints',
      () => seen.length === 20 && checkpoints.length > 10,
    );
    await subscription.unsubscribe();
    expect(seen).toEqual(expected(wanted, 20));
    for (const from of checkpoints.filter((_checkpoint, i) => i % 5 === 0)) {
      const rest = server.client.subscribeToAll({
        filter: streamNameFilter({ prefixes: [wanted] }),
        fromPosition: from,
      });
      const later = collect(rest);
      await new Promise((resolve) => rest.once('caughtUp', () => resolve(undefined)));
      await eventually('the rest', () => later.length === 20 - from.seen);
      expect(later).toEqual(expected(wanted, 20 - from.seen, from.seen));
      await rest.unsubscribe();
    }
  });

  test('from the end delivers only what comes, and leaves out what $all hides', async () => {
    const stream = name('live');
    await server.client.appendToStream(stream, events(1));
    const subscription = server.client.subscribeToAll({ fromPosition: END });
    const seen = collect(subscription);
    await new Promise((resolve) => subscription.once('caughtUp', () => resolve(undefined)));
    await server.client.appendToStream('$persistentsubscription-$all::g-parked', events(1));
    await server.client.appendToStream(stream, events(1, 1));
    await eventually('the live event', () => seen.length > 0);
    expect(seen).toEqual([`${stream} 1`]);
    await subscription.unsubscribe();
  });
});

test('a stopped server ends its subscriptions, and the same client goes on with the next one', async () => {
  const own = await startTestEventStore();
  const stream = name('restart');
  await own.client.appendToStream(stream, events(1));
  const subscription = own.client.subscribeToStream(stream);
  const errors: unknown[] = [];
  subscription.on('error', (error) => errors.push(error));
  await new Promise((resolve) => subscription.once('data', resolve));
  await own.restart();
  await eventually('the end of the subscription', () => errors.length > 0);
  const appended = await eventually('an append', () =>
    own.client.appendToStream(stream, events(1)).catch(() => undefined),
  );
  expect(appended.nextExpectedRevision).toBe(1n);
  await own.stop();
});
