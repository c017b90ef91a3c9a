import {
  EventStoreDBClient,
  jsonEvent,
  START,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
} from '@eventstore/db-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClientConsumer } from '../../support/persistent-client.ts';
import { startChild, type TestChild } from '../../support/processes/child.ts';
import { freePort } from '../../support/processes/free-port.ts';
import { soon } from '../../support/soon.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const KILLS = 4;
const EVENTS_A_ROUND = 40;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: TestChild;
let client: EventStoreDBClient;
beforeAll(async () => {
  folder = await temporaryFolder();
  await start(String(await freePort()));
});
afterAll(async () => {
  await client.dispose();
  await server.stop();
  await folder.remove();
});

const start = async (port: string) => {
  const args = ['--port', port, '--data-dir', folder.path];
  server = await startChild('embedded/eventstore/main', args);
  client = EventStoreDBClient.connectionString(server.url);
};

/** Kills the server in the middle of whatever it does, and starts it again. */
const crash = async () => {
  const port = String(server.port);
  await server.kill();
  await client.dispose();
  await start(port);
};

/** The number that an event of this test carries. */
const numberOf = (data: unknown): number =>
  typeof data === 'object' && data !== null && 'n' in data ? Number(data.n) : -1;

const append = (from: number) =>
  client.appendToStream(
    'work',
    Array.from({ length: EVENTS_A_ROUND }, (_, i) =>
      jsonEvent({ type: 'T', data: { n: from + i } }),
    ),
  );

test('after each crash what was not acknowledged comes again, and parked messages stay', async () => {
  await append(0);
  await client.createPersistentSubscriptionToStream(
    'work',
    'g',
    settings({ startFrom: START, checkPointLowerBound: 1, checkPointUpperBound: 3 }),
  );
  const parked = new Set<number>();
  /** What consumers of earlier rounds were holding when the server was killed. */
  const held = new Set<number>();
  const acknowledged = new Set<number>();

  for (let round = 0; round <= KILLS; round++) {
    const isLast = round === KILLS;
    const holding = new Set<number>();
    const consumer = new ClientConsumer(
      client.subscribeToPersistentSubscriptionToStream('work', 'g', { bufferSize: 100 }),
      ({ event }) => {
        const n = numberOf(event?.data);
        held.delete(n);
        if (n % 10 === 3) {
          parked.add(n);
          return 'park';
        }
        if (!isLast && n % 5 === 1 && !acknowledged.has(n)) {
          holding.add(n);
          return 'hold';
        }
        acknowledged.add(n);
        return 'ack';
      },
    );
    const newest = (round + 1) * EVENTS_A_ROUND - 1;
    await soon(() =>
      expect(consumer.events.map(({ event }) => numberOf(event?.data))).toContain(newest),
    );
    await soon(() => expect([...held]).toEqual([]));
    if (isLast) break;
    for (const n of holding) held.add(n);
    // Parking may be half done: an event is then delivered again, and may be parked twice.
    await crash();
    await append((round + 1) * EVENTS_A_ROUND);
  }

  const total = (KILLS + 1) * EVENTS_A_ROUND;
  expect(acknowledged.size + parked.size).toBe(total);
  const pointers = async () => {
    const found = new Set<number>();
    const stream = client.readStream('$persistentsubscription-work::g-parked', {
      resolveLinkTos: true,
    });
    for await (const { event } of stream) found.add(numberOf(event?.data));
    return [...found].sort((a, b) => a - b);
  };
  await soon(async () => expect(await pointers()).toEqual([...parked].sort((a, b) => a - b)));
});
