import { randomUUID } from 'node:crypto';
import {
  type EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';

/** What a client does to be measured. */
export type Task =
  | {
      readonly kind: 'append';
      readonly inFlight: number;
      readonly batch: number;
      readonly ms: number;
    }
  | { readonly kind: 'fill'; readonly stream: string; readonly events: number }
  | { readonly kind: 'drain-all'; readonly events: number }
  | { readonly kind: 'drain-stream'; readonly stream: string }
  | {
      readonly kind: 'short-reads';
      readonly streams: number;
      readonly inFlight: number;
      readonly ms: number;
    }
  | { readonly kind: 'catch-up'; readonly stream: string; readonly events: number }
  | { readonly kind: 'group'; readonly stream: string; readonly events: number }
  | { readonly kind: 'latency'; readonly appends: number };

/** How many operations (events, where it is about events) in how many milliseconds. */
export type Done = {
  readonly operations: number;
  readonly ms: number;
  /** For latencies: each one, in milliseconds. */
  readonly samples?: readonly number[];
};

/** Makes an event of about 500 bytes of data. */
const event = () => jsonEvent({ type: 'OrderPlaced', data: { filler: 'x'.repeat(485) } });
const GROUP_BUFFER = 100;

export const perform = async (client: EventStoreDBClient, task: Task): Promise<Done> => {
  switch (task.kind) {
    case 'append':
      return append(client, task.inFlight, task.batch, task.ms);
    case 'fill':
      return fill(client, task.stream, task.events);
    case 'drain-all':
      return drain(client.readAll({ maxCount: task.events }));
    case 'drain-stream':
      return drain(client.readStream(task.stream));
    case 'short-reads':
      return shortReads(client, task.streams, task.inFlight, task.ms);
    case 'catch-up':
      return catchUp(client, task.stream, task.events);
    case 'group':
      return group(client, task.stream, task.events);
    case 'latency':
      return latency(client, task.appends);
  }
};

/** Runs `work` in so many loops for so long; counts what it says it did. */
const loops = async (
  inFlight: number,
  ms: number,
  work: (loop: number) => Promise<number>,
): Promise<Done> => {
  const began = performance.now();
  let operations = 0;
  const loop = async (_unused: unknown, i: number): Promise<void> => {
    while (performance.now() - began < ms) {
      const done = await work(i);
      operations += done;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return { operations, ms: performance.now() - began };
};

const append = (
  client: EventStoreDBClient,
  inFlight: number,
  batch: number,
  ms: number,
): Promise<Done> => {
  const run = randomUUID().slice(0, 8);
  return loops(inFlight, ms, async (loop) => {
    await client.appendToStream(`append${run}-${loop}`, Array.from({ length: batch }, event));
    return batch;
  });
};

const fill = async (client: EventStoreDBClient, stream: string, events: number): Promise<Done> => {
  const began = performance.now();
  for (let written = 0; written < events; written += 500)
    await client.appendToStream(
      stream,
      Array.from({ length: Math.min(500, events - written) }, event),
    );
  return { operations: events, ms: performance.now() - began };
};

const drain = async (events: AsyncIterable<unknown>): Promise<Done> => {
  const began = performance.now();
  let operations = 0;
  for await (const _event of events) operations++;
  return { operations, ms: performance.now() - began };
};

const shortReads = async (
  client: EventStoreDBClient,
  streams: number,
  inFlight: number,
  ms: number,
): Promise<Done> => {
  let next = 0;
  return loops(inFlight, ms, async () => {
    const stream = `short-${next++ % streams}`;
    for await (const _event of client.readStream(stream, { maxCount: 5 }));
    return 1;
  });
};

const catchUp = async (
  client: EventStoreDBClient,
  stream: string,
  events: number,
): Promise<Done> => {
  const began = performance.now();
  let operations = 0;
  const subscription = client.subscribeToStream(stream, { fromRevision: START });
  for await (const _event of subscription) if (++operations === events) break;
  await subscription.unsubscribe();
  return { operations, ms: performance.now() - began };
};

const group = async (client: EventStoreDBClient, stream: string, events: number): Promise<Done> => {
  const name = `group-${randomUUID()}`;
  const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
  await client.createPersistentSubscriptionToStream(stream, name, settings);
  const began = performance.now();
  let operations = 0;
  const subscription = client.subscribeToPersistentSubscriptionToStream(stream, name, {
    bufferSize: GROUP_BUFFER,
  });
  for await (const received of subscription) {
    await subscription.ack(received);
    if (++operations === events) break;
  }
  await subscription.unsubscribe();
  return { operations, ms: performance.now() - began };
};

/** From the call of an append until a subscriber has the event. */
const latency = async (client: EventStoreDBClient, appends: number): Promise<Done> => {
  const stream = `latency-${randomUUID()}`;
  const samples: number[] = [];
  let arrived = (): void => undefined;
  const subscription = client.subscribeToStream(stream, { fromRevision: START });
  await new Promise((resolve) => subscription.once('confirmation', () => resolve(undefined)));
  subscription.on('data', () => arrived());
  const began = performance.now();
  for (let i = 0; i < appends; i++) {
    const seen = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const from = performance.now();
    await Promise.all([client.appendToStream(stream, event()), seen]);
    samples.push(performance.now() - from);
  }
  await subscription.unsubscribe();
  return { operations: appends, ms: performance.now() - began, samples };
};
