import { connect } from 'node:net';
import { persistentSubscriptionToStreamSettingsFromDefaults, START } from '@eventstore/db-client';
import fc from 'fast-check';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../embedded/eventstore/logger.ts';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { append, appendLarge, ClientConsumer } from '../../support/persistent-client.ts';
import { framed, GROUPS, outcomeOf, RawGrpc, STREAMS } from '../../support/raw-grpc.ts';
import { soon } from '../../support/soon.ts';
import { EMPTY, message, readStream, streamNamed } from '../../support/wire-requests.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

let server: TestEventStore;
let address: { readonly host: string; readonly port: number };
const surprises: object[] = [];
beforeAll(async () => {
  const error = (details: object): void => void surprises.push(details);
  server = await startTestEventStore({ logger: { ...silentLogger(), error } });
  const { hostname, port } = new URL(server.url.replace('esdb:', 'http:'));
  address = { host: hostname, port: Number(port) };
});
afterEach(async () => {
  await append(server.client, 'witness', 1);
  expect(surprises).toEqual([]);
});
afterAll(() => server.stop());

/** Sends bytes on a connection of its own; gives what came back until it closed, or was quiet for a while. */
const say = (bytes: Uint8Array, quietMs = 150): Promise<Buffer> =>
  new Promise((resolve) => {
    const socket = connect(address);
    let received = Buffer.alloc(0);
    const finish = (): void => {
      socket.destroy();
      resolve(received);
    };
    socket.setTimeout(quietMs, finish);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
    });
    socket.on('error', finish);
    socket.on('close', finish);
    socket.write(bytes);
  });

describe('what is no HTTP/2', () => {
  test('any first bytes do no harm', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ minLength: 1, maxLength: 300 }),
          fc.uint8Array({ maxLength: 300 }).map((rest) => Buffer.concat([PREFACE, rest])),
          fc
            .uint8Array({ maxLength: 300 })
            .map((rest) => Buffer.concat([PREFACE, EMPTY_SETTINGS, rest])),
          fc.nat(PREFACE.length - 1).map((length) => PREFACE.subarray(0, length + 1)),
        ),
        async (bytes) => void (await say(bytes, 20)),
      ),
      { numRuns: 60 },
    );
  });

  test('HTTP/1.1 has its own pages on the port', async () => {
    const info = await request(`http://${address.host}:${address.port}/info`);
    expect(info.statusCode).toBe(200);
    expect(await info.body.json()).toMatchObject({ esVersion: expect.any(String) });
    const live = await request(`http://${address.host}:${address.port}/health/live`);
    expect(live.statusCode).toBe(204);
    await live.body.dump();
  });

  test.each([
    ['a request without a host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a version that does not exist', 'GET /info HTTP/9.9\r\n\r\n'],
    ['a path without end', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nhost: a\r\n\r\n`],
    [
      'a method of gRPC',
      `POST ${STREAMS}/Read HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n12345`,
    ],
    [
      'an upgrade to HTTP/2',
      'GET /info HTTP/1.1\r\nhost: a\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
    ],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello'],
  ])('%s is answered or closed', async (_what, text) => {
    const answer = (await say(Buffer.from(text, 'latin1'))).toString('latin1');
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 [245]\d\d /);
  });
});

describe('clients that hold on', () => {
  test('thousands of idle calls on one connection leave the others alone', async () => {
    const raw = await RawGrpc.to(server.url);
    const calls = Array.from({ length: 3000 }, () => raw.open(`${STREAMS}/BatchAppend`));
    await soon(() => expect(calls.every((call) => call.id !== undefined)).toBe(true));
    const began = performance.now();
    await append(server.client, 'beside', 1);
    expect(performance.now() - began).toBeLessThan(10_000);
    const last = raw.open(`${STREAMS}/Read`);
    last.end(framed(readStream('beside').finish()));
    expect(await outcomeOf(last, 15_000)).toMatchObject({ status: 0, replies: 1 });
    await raw.close();
  });

  test('hundreds of connections that say nothing leave the others alone', async () => {
    const sockets = Array.from({ length: 500 }, () =>
      connect(address).on('error', () => undefined),
    );
    await soon(() => expect(sockets.every((s) => s.readyState === 'open')).toBe(true));
    await append(server.client, 'beside', 1);
    for (const socket of sockets) socket.destroy();
  });

  test('readers that never read cost next to nothing, and may vanish', async () => {
    await appendLarge(server.client, 'large', 1000, 10_000);
    const before = memory();
    const raw = await RawGrpc.to(server.url);
    // 10 MB each if the server did not wait for the reader.
    const everything = message([
      1,
      message(
        [1, message([1, streamNamed('large')], [3, EMPTY])],
        [5, 1_000_000],
        [8, EMPTY],
        [9, message([2, EMPTY])],
      ),
    ]);
    let answered = 0;
    for (let i = 0; i < 100; i++) {
      const call = raw.open(`${STREAMS}/Read`);
      call.once('response', () => answered++);
      call.end(framed(everything.finish()));
    }
    await soon(() => expect(answered).toBe(100));
    for (let i = 0; i < 20; i++) await append(server.client, 'beside', 1);
    expect(memory() - before).toBeLessThan(200 * 1024 * 1024);
    await raw.close();
  });

  test('a consumer that never reads is not sent the same again and again', async () => {
    await appendLarge(server.client, 'unread', 1000, 20_000);
    const raw = await RawGrpc.to(server.url);
    const settings = message([5, 1000], [11, 20], [12, 500], [13, 1], [14, 1]);
    const group = message(
      [2, 'g'],
      [3, settings],
      [4, message([1, streamNamed('unread')], [3, EMPTY])],
    );
    await raw.call(`${GROUPS}/Create`, framed(message([1, group]).finish()));
    const before = memory();
    const consumer = raw.open(`${GROUPS}/Read`);
    const join = message(
      [1, streamNamed('unread')],
      [2, 'g'],
      [3, 100_000],
      [4, message([2, EMPTY])],
    );
    consumer.write(framed(message([1, join]).finish()));
    const info = () => server.client.getPersistentSubscriptionToStreamInfo('unread', 'g');
    // Messages expire after a millisecond: the first tick takes everything back.
    await soon(async () => expect((await info()).stats.retryBufferCount).toBeGreaterThan(0));
    const sent = (await info()).stats.totalItems;
    await ticks(3);
    expect((await info()).stats.totalItems).toBe(sent);
    expect(memory() - before).toBeLessThan(100 * 1024 * 1024);
    await raw.close();
    await soon(async () => expect((await info()).connections).toEqual([]));
  });
});

/** Waits until messages of another group have expired so many times: as many ticks of the server. */
const ticks = async (count: number): Promise<void> => {
  await append(server.client, 'ticks', 1);
  await server.client.createPersistentSubscriptionToStream(
    'ticks',
    'g',
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, messageTimeout: 1 }),
  );
  const consumer = new ClientConsumer(
    server.client.subscribeToPersistentSubscriptionToStream('ticks', 'g'),
    () => 'hold',
  );
  await soon(() => expect(consumer.got.length).toBeGreaterThan(count));
  await consumer.leave();
};

const memory = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
