import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../embedded/eventstore/logger.ts';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { append } from '../../support/persistent-client.ts';
import { framed, GROUPS, type Outcome, RawGrpc, STREAMS } from '../../support/raw-grpc.ts';
import {
  anyVersion,
  appendOptions,
  EMPTY,
  message,
  proposedEvent,
  readStream,
  soundCalls,
  streamNamed,
  subscribeAllByRegex,
} from '../../support/wire-requests.ts';

let server: TestEventStore;
let raw: RawGrpc;
let written = 0;
/** What the server found unexpected; to bad input it should be used. */
const surprises: object[] = [];
beforeAll(async () => {
  const error = (details: object): void => void surprises.push(details);
  server = await startTestEventStore({ logger: { ...silentLogger(), error } });
});
beforeEach(async () => {
  raw = await RawGrpc.to(server.url);
});
/** Whatever came before, another client notices nothing. */
afterEach(async () => {
  await raw.close();
  await append(server.client, 'witness', 1);
  written++;
  expect(await witnesses()).toBe(written);
  expect(surprises).toEqual([]);
});
/** And the store starts again. */
afterAll(async () => {
  await server.restart();
  await server.client.dispose();
  expect(await witnesses(server.newClient())).toBe(written);
  await server.stop();
});

const witnesses = async (client = server.client): Promise<number> => {
  let count = 0;
  for await (const { event } of client.readStream('witness')) if (event) count++;
  return count;
};

/** A status, an HTTP error, or a call that was cut off; the rest is for the next client to notice. */
const isProper = ({ ended, status, httpStatus }: Outcome): boolean =>
  !ended || status !== undefined || httpStatus !== 200;

const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;

describe('requests that are no messages', () => {
  test.each(soundCalls)('%s is sound to begin with', async (path, body) => {
    const { status, ended } = await raw.call(path, body, { waitMs: 1000 });
    if (ended) expect(status).toBeDefined();
    expect([undefined, 0]).toContain(status);
  });

  test.each(soundCalls)(
    '%s takes any bytes, and any truncation of sound ones',
    async (path, body) => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.uint8Array({ maxLength: 200 }).map((bytes) => framed(bytes)),
            fc.uint8Array({ maxLength: 60 }),
            fc.nat(body.length).map((length) => body.subarray(0, length)),
            fc.nat(Math.max(0, body.length - 6)).map((cut) => framed(body.subarray(5, 5 + cut))),
            fc
              .tuple(fc.nat(Math.max(0, body.length - 1)), fc.nat(255))
              .map(([at, value]) => Buffer.from(body).fill(value, at, at + 1)),
          ),
          async (bytes) => isProper(await raw.call(path, bytes, { waitMs: 40 })),
        ),
        { numRuns: 100 },
      );
    },
  );

  test('a missing, a half and an undecodable message have their own answers', async () => {
    const path = `${GROUPS}/GetInfo`;
    expect(await raw.call(path, Buffer.alloc(0))).toMatchObject({ status: INTERNAL });
    expect(await raw.call(path, framed(Buffer.alloc(20)).subarray(0, 12))).toMatchObject({
      status: INTERNAL,
      message: 'Incomplete message.',
    });
    expect(await raw.call(path, framed(Buffer.from([0x0a, 0x7f, 1])))).toMatchObject({
      status: UNKNOWN,
    });
  });

  test('a length beyond the limit ends the call before the bytes are sent', async () => {
    const claim = Buffer.from([0, 0xff, 0xff, 0xff, 0xff]);
    for (const [path] of soundCalls)
      expect((await raw.call(path, claim)).status).toBe(RESOURCE_EXHAUSTED);
  });

  test('a compressed message is refused', async () => {
    const body = framed(readStream('s').finish());
    body[0] = 1;
    const { status } = await raw.call(`${STREAMS}/Read`, body);
    expect([UNIMPLEMENTED, INTERNAL]).toContain(status);
  });

  test('unknown fields are passed over', async () => {
    const extra = message([99, 'more'], [1000, 5], [536_870_911, 2n ** 64n - 1n]).finish();
    const body = framed(Buffer.concat([readStream('nothing-there').finish(), extra]));
    expect(await raw.call(`${STREAMS}/Read`, body)).toMatchObject({ status: 0, replies: 1 });
  });

  test('messages nested without end are refused, not followed', async () => {
    const nested = Buffer.alloc(100_000, 0x0b);
    expect((await raw.call(`${STREAMS}/Read`, framed(nested))).status).toBe(UNKNOWN);
  });

  test('another content type and another method are answered', async () => {
    const [, body] = soundCalls[0] ?? [];
    const path = `${STREAMS}/Read`;
    const json = { 'content-type': 'application/json' };
    expect(await raw.call(path, body ?? EMPTY.finish(), { headers: json })).toMatchObject({
      httpStatus: 415,
    });
    expect(await raw.call('/nothing.Here/Nope', framed(Buffer.alloc(0)))).toMatchObject({
      status: UNIMPLEMENTED,
    });
  });
});

describe('requests that say the wrong thing', () => {
  test.each([
    ['no expectation', [appendOptions('s')], INVALID_ARGUMENT],
    ['no stream name', [appendOptions('', anyVersion)], UNKNOWN],
    ['a revision of 2^63', [appendOptions('s', [2, 2n ** 63n])], UNKNOWN],
    ['options twice', [appendOptions('s', anyVersion), appendOptions('s', anyVersion)], UNKNOWN],
    ['an event first', [proposedEvent(Buffer.alloc(1))], UNKNOWN],
    [
      'an id that is none',
      [appendOptions('s', anyVersion), proposedEvent(EMPTY.finish(), 'x')],
      UNKNOWN,
    ],
    [
      'the id of zeros',
      [
        appendOptions('s', anyVersion),
        proposedEvent(Buffer.alloc(1), '00000000-0000-0000-0000-000000000000'),
      ],
      UNKNOWN,
    ],
    [
      'more data than one append may hold',
      [appendOptions('s', anyVersion), proposedEvent(Buffer.alloc(1024 * 1024 + 1))],
      INVALID_ARGUMENT,
    ],
  ])('an append with %s is refused and writes nothing', async (_what, messages, status) => {
    const body = Buffer.concat(messages.map((each) => framed(each.finish())));
    expect(await raw.call(`${STREAMS}/Append`, body)).toMatchObject({ status, ended: true });
    await expect(firstOf('s')).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  test.each([
    [
      'no identifiers wanted',
      message([1, message([1, message([1, streamNamed('s')], [3, EMPTY])], [5, 1], [8, EMPTY])]),
      INVALID_ARGUMENT,
    ],
    [
      'neither stream nor $all',
      message([1, message([5, 1], [8, EMPTY], [9, EMPTY])]),
      INVALID_ARGUMENT,
    ],
    [
      'no amount',
      message([
        1,
        message([1, message([1, streamNamed('s')], [3, EMPTY])], [8, EMPTY], [9, EMPTY]),
      ]),
      INVALID_ARGUMENT,
    ],
    [
      'a count of zero',
      message([
        1,
        message([1, message([1, streamNamed('s')], [3, EMPTY])], [5, 0], [8, EMPTY], [9, EMPTY]),
      ]),
      UNKNOWN,
    ],
    [
      'a revision of 2^63',
      message([
        1,
        message(
          [1, message([1, streamNamed('s')], [2, 2n ** 63n])],
          [5, 1],
          [8, EMPTY],
          [9, EMPTY],
        ),
      ]),
      UNKNOWN,
    ],
    ['a pattern that is no regular expression', subscribeAllByRegex('(a'), UNKNOWN],
  ])('a read with %s is refused', async (_what, request, status) => {
    expect(await raw.call(`${STREAMS}/Read`, framed(request.finish()))).toMatchObject({ status });
  });

  test.each([
    ['options are not first', [message([2, EMPTY])]],
    ['no form of ids is named', [message([1, message([1, streamNamed('p')], [2, 'g'], [3, 1])])]],
    [
      'the buffer size is negative',
      [message([1, message([1, streamNamed('p')], [2, 'g'], [3, -1n], [4, EMPTY])])],
    ],
  ])('a consumer is refused when %s', async (_what, messages) => {
    const body = Buffer.concat(messages.map((each) => framed(each.finish())));
    expect(await raw.call(`${GROUPS}/Read`, body)).toMatchObject({ status: UNKNOWN, ended: true });
  });

  test('very long and strange stream names work, or are refused', async () => {
    for (const name of ['x'.repeat(60_000), '한글 😀\n\0', '$'.repeat(100), '@', '::'])
      await append(server.client, name, 1);
    for (const length of [70_000, 1_000_000, 4_000_000]) {
      const body = Buffer.concat([
        framed(appendOptions('x'.repeat(length), anyVersion).finish()),
        framed(proposedEvent(Buffer.alloc(1)).finish()),
      ]);
      const { status, ended } = await raw.call(`${STREAMS}/Append`, body);
      expect(ended).toBe(true);
      expect([0, UNKNOWN, INVALID_ARGUMENT]).toContain(status);
    }
  });

  test('a name that is not UTF-8 does no harm', async () => {
    const name = Buffer.from([0xff, 0xfe, 0x41]);
    const request = message([
      1,
      message([1, message([1, streamNamed(name)], [3, EMPTY])], [5, 1], [8, EMPTY], [9, EMPTY]),
    ]);
    const { ended } = await raw.call(`${STREAMS}/Read`, framed(request.finish()));
    expect(ended).toBe(true);
  });

  test('a pattern that would never end elsewhere holds nobody up', async () => {
    const long = 'a'.repeat(30_000);
    await append(server.client, long, 3);
    const stream = raw.open(`${STREAMS}/Read`);
    stream.resume();
    stream.write(framed(subscribeAllByRegex('^(a|aa|(a+)+)+$b').finish()));
    const began = performance.now();
    await append(server.client, 'meanwhile', 1);
    expect(performance.now() - began).toBeLessThan(10_000);
    stream.close();
  });
});

const firstOf = async (stream: string) => {
  for await (const resolved of server.client.readStream(stream, { maxCount: 1 })) return resolved;
  return undefined;
};
