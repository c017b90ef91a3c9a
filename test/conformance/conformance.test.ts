import { readFileSync, writeFileSync } from 'node:fs';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, expect, inject, test } from 'vitest';
import { append } from './scenarios/append.ts';
import { idempotency } from './scenarios/idempotency.ts';
import { metadata } from './scenarios/metadata.ts';
import { persistent } from './scenarios/persistent.ts';
import { reading } from './scenarios/reading.ts';
import { removal } from './scenarios/removal.ts';
import { subscribing } from './scenarios/subscribing.ts';
import { observe } from './scene.ts';

/**
 * What a client observes of a server: recorded from the embedded one and checked by eye against what a real
 * EventStoreDB 24.6.0 was seen to do. Whichever EVENTSTORE_URL names must show the same. RECORD_CONFORMANCE=1 writes the observations of that server instead.
 */
const file = new URL('recorded.json', import.meta.url);
const scenarios = Object.entries({
  ...append,
  ...idempotency,
  ...reading,
  ...removal,
  ...metadata,
  ...subscribing,
  ...persistent,
});
const records = process.env.RECORD_CONFORMANCE === '1';
const recorded: Record<string, unknown> = records ? {} : JSON.parse(readFileSync(file, 'utf8'));

const url = inject('eventStoreUrl');
const client = EventStoreDBClient.connectionString(url);
afterAll(async () => {
  await client.dispose();
  if (!records) return;
  const inOrder = Object.fromEntries(scenarios.map(([name]) => [name, recorded[name]]));
  writeFileSync(file, `${JSON.stringify(inOrder, null, 2)}\n`);
});

test.concurrent.each(scenarios)('%s', async (name, scenario) => {
  const observed = await observe(url, client, scenario);
  if (records) recorded[name] = observed;
  else expect(observed).toEqual(recorded[name]);
});

test('every recorded observation has its scenario', () => {
  expect(Object.keys(recorded).sort()).toEqual(scenarios.map(([name]) => name).sort());
});
