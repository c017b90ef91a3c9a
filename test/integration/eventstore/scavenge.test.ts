import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../embedded/eventstore/logger.ts';
import { ANY } from '../../../embedded/eventstore/streams/event-store.ts';
import type { LogStore } from '../../../embedded/eventstore/streams/log-store.ts';
import { openStore } from '../../../embedded/eventstore/streams/open-store.ts';
import { startTestEventStore } from '../../support/embedded-event-store.ts';
import { bytesIn, numbered, streamRecords, userRecords } from '../../support/event-log.ts';
import { framed, RawGrpc } from '../../support/raw-grpc.ts';

let dataDir: string;
let store: LogStore;
let now = 1_700_000_000_000;

const open = async (): Promise<void> => {
  store = await openStore({ dataDir, logger: silentLogger(), segmentBytes: 4000, now: () => now });
};
const reopen = async (): Promise<void> => {
  await store.close();
  await open();
};
const metadata = (n: number, body: string) => numbered(n, body, '$metadata');

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'event-log-'));
  await open();
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Six streams of thirty events, in turns. */
const fill = async (): Promise<void> => {
  for (let n = 0; n < 180; n++) await store.append(`s${n % 6}`, ANY, [numbered(n)]);
};

describe('a scavenge', () => {
  test('frees the space of what no read can give, and changes nothing that one can', async () => {
    await fill();
    await store.append('$$s0', ANY, [metadata(900, '{"$maxCount":3}')]);
    await store.append('$$s1', ANY, [metadata(901, '{"$tb":25}')]);
    await store.deleteStream('s2', ANY);
    await store.tombstoneStream('s3', ANY);
    const streams = ['s0', 's1', 's2', 's3', 's4', 's5'];
    const read = (): Promise<string[][]> =>
      Promise.all(streams.map((stream) => streamRecords(store, stream)));
    const [readBefore, allBefore, sizeBefore] = [
      await read(),
      await userRecords(store),
      await bytesIn(dataDir),
    ];

    const result = await store.scavenger.start().done;

    // Of s0 27, of s1 25, of s2 all but the last, of s3 all events may go.
    expect(result.eventsRemoved).toBe(27 + 25 + 29 + 30);
    expect(await bytesIn(dataDir)).toBeLessThan(sizeBefore * 0.6);
    expect(await read()).toEqual(readBefore);
    const all = await userRecords(store);
    expect(all.every((record) => allBefore.includes(record))).toBe(true);
    expect(all).toHaveLength(allBefore.length - result.eventsRemoved);

    await reopen();
    expect(await read()).toEqual(readBefore);
    expect(await userRecords(store)).toEqual(all);
    expect(await store.append('s2', ANY, [numbered(1000)])).toMatchObject({ revision: 30 });
    expect(await store.append('s0', ANY, [numbered(1001)])).toMatchObject({ revision: 30 });
    expect(await streamRecords(store, 's2')).toEqual(['s2 30 {"n":1000}']);
  });

  test('takes what is too old, from the beginning of a stream on', async () => {
    await fill();
    await store.append('$$s0', ANY, [metadata(900, '{"$maxAge":60}')]);
    now += 50_000;
    await store.append('s0', ANY, [numbered(500)]);
    now += 20_000;
    expect((await store.scavenger.start().done).eventsRemoved).toBe(30);
    expect(await streamRecords(store, 's0')).toEqual(['s0 30 {"n":500}']);
  });

  test('keeps the positions of what stays', async () => {
    await fill();
    const { position } = (await store.append('s5', ANY, [numbered(700)])) as { position: number };
    await store.deleteStream('s0', ANY);
    await store.scavenger.start().done;
    await reopen();
    const page = await store.readAll(position, 'forwards', 1);
    expect(page.records[0]).toMatchObject({ stream: 's5', revision: 30, position });
  });

  test('may be repeated, and goes on while others read and write', async () => {
    await fill();
    await store.append('$$s0', ANY, [metadata(900, '{"$maxCount":1}')]);
    const { done } = store.scavenger.start();
    expect(store.scavenger.start().alreadyRunning).toBe(true);
    const reads = Promise.all(Array.from({ length: 20 }, () => userRecords(store)));
    for (let n = 0; n < 20; n++) await store.append('s0', ANY, [numbered(600 + n)]);
    await Promise.all([done, reads]);
    expect((await store.scavenger.start().done).eventsRemoved).toBeGreaterThan(0);
    expect((await store.scavenger.start().done).eventsRemoved).toBe(0);
    await reopen();
    expect(await streamRecords(store, 's0')).toEqual(['s0 49 {"n":619}']);
  });

  test('that was interrupted leaves the old file, and nothing of the new one', async () => {
    await fill();
    await store.close();
    await writeFile(join(dataDir, 'segment-0000000000000532.log.new'), 'half a segment');
    await open();
    expect(await userRecords(store)).toHaveLength(180);
    expect(await bytesIn(dataDir)).toBeGreaterThan(0);
  });
});

test('a running server scavenges when it is asked to, over HTTP and over gRPC', async () => {
  const server = await startTestEventStore();
  const http = server.url.replace('esdb:', 'http:').replace(/\?.*/, '');
  const answer = await request(`${http}/admin/scavenge`, { method: 'POST' });
  expect(await answer.body.json()).toEqual({ scavengeId: expect.any(String) });
  const raw = await RawGrpc.to(server.url);
  const call = `/event_store.client.operations.Operations/StartScavenge`;
  expect(await raw.call(call, framed(Buffer.alloc(0)))).toMatchObject({ status: 0, replies: 1 });
  await raw.close();
  await server.stop();
});
