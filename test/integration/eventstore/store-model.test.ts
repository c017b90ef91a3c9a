import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../embedded/eventstore/logger.ts';
import {
  ANY,
  type AppendResult,
  type Expectation,
  NO_STREAM,
  STREAM_EXISTS,
} from '../../../embedded/eventstore/streams/event-store.ts';
import type { LogStore } from '../../../embedded/eventstore/streams/log-store.ts';
import { openStore } from '../../../embedded/eventstore/streams/open-store.ts';
import { numbered, streamRecords } from '../../support/event-log.ts';
import { ModelStore } from '../../support/model-store.ts';

const STREAMS = ['a', 'b', '주문-1'];

const expectation = fc.oneof(
  fc.constantFrom(ANY, NO_STREAM, STREAM_EXISTS),
  fc
    .integer({ min: 0, max: 6 })
    .map((n): Expectation => ({ kind: 'revision', revision: BigInt(n) })),
);
const stream = fc.constantFrom(...STREAMS);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      stream,
      expectation,
      ids: fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), stream, expectation }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('tombstone' as const), stream, expectation }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('metadata' as const),
      stream,
      text: fc.constantFrom(
        '{"$maxCount":2}',
        '{"$tb":3}',
        '{"own":1}',
        '{"$maxCount":"x"}',
        'no JSON',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never;

const outcome = (result: AppendResult): unknown =>
  result.kind === 'written' ? ['written', result.revision] : result;

test(
  'any history gives the answers and the streams that a plain model of it gives',
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const dataDir = await mkdtemp(join(tmpdir(), 'event-log-'));
        const open = () => openStore({ dataDir, logger: silentLogger(), segmentBytes: 1500 });
        const held = { store: await open() };
        const model = new ModelStore();
        try {
          let metadataIds = 1000;
          for (const current of steps) {
            if (current.kind === 'reopen') {
              await held.store.close();
              held.store = await open();
            } else await compare(held.store, model, current, metadataIds++);
          }
          await held.store.scavenger.start().done;
          await compareReads(held.store, model);
          await held.store.close();
          held.store = await open();
          await compareReads(held.store, model);
        } finally {
          await held.store.close();
          await rm(dataDir, { recursive: true, force: true });
        }
      }),
      { numRuns: 60 },
    ),
  120_000,
);

const compareReads = async (store: LogStore, model: ModelStore): Promise<void> => {
  for (const name of STREAMS) expect(await streamRecords(store, name)).toEqual(model.read(name));
};

const compare = async (
  store: LogStore,
  model: ModelStore,
  current: Exclude<Step, { kind: 'reopen' }>,
  metadataId: number,
): Promise<void> => {
  const { stream: name } = current;
  switch (current.kind) {
    case 'append': {
      const events = current.ids.map((id) => numbered(id));
      const answer = await store.append(name, current.expectation, events);
      expect(outcome(answer)).toEqual(model.append(name, current.expectation, current.ids));
      break;
    }
    case 'delete':
      expect((await store.deleteStream(name, current.expectation)).kind).toBe(
        model.delete(name, current.expectation),
      );
      break;
    case 'tombstone':
      expect((await store.tombstoneStream(name, current.expectation)).kind).toBe(
        model.tombstone(name, current.expectation),
      );
      break;
    case 'metadata': {
      const event = numbered(metadataId, current.text, '$metadata');
      const answer = await store.append(`$$${name}`, ANY, [event]);
      expect(answer.kind).toBe(model.setMetadata(name, current.text));
      break;
    }
  }
  expect(await streamRecords(store, name)).toEqual(model.read(name));
};
