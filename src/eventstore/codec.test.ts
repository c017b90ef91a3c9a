import type { RecordedEvent } from '@eventstore/db-client';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testContext } from '../../test/support/command-context.ts';
import { defineEvents, UnreadableEventError } from '../domain/kernel/events.ts';
import { decode, encode } from './codec.ts';

const family = defineEvents('jar', {
  Filled: {
    version: 2,
    data: z.object({ grams: z.number() }),
    upcast: {
      1: ({ kilos }: { kilos: number }) => {
        if (kilos < 0) throw new RangeError('less than nothing');
        return { grams: kilos * 1_000 };
      },
    },
  },
});
const commandId = '6f1c1f0e-3c65-4c0a-9a3f-1f4f0f5b0c01';

const record = (fields: Partial<RecordedEvent> = {}): RecordedEvent =>
  ({
    streamId: 'jar-1',
    id: 'e1',
    isJson: true,
    revision: 3n,
    type: 'Filled',
    created: new Date('2026-03-01T09:00:00.123Z'),
    data: { grams: 5 },
    metadata: {
      $correlationId: 'c',
      $causationId: 'c',
      schemaVersion: 2,
      actor: { kind: 'system', id: 's' },
    },
    ...fields,
  }) as RecordedEvent;
const versioned = (schemaVersion: unknown, data: object) =>
  record({ data, metadata: { schemaVersion, actor: { kind: 'system', id: 's' } } } as never);

describe('encoding', () => {
  test('gives the events of a command ids that any repeat of it gives again', () => {
    const events = [1, 2].map((grams) => ({ type: 'Filled', data: { grams } }) as const);
    const once = encode(family, 'jar-1', events, commandId, testContext());
    expect(encode(family, 'jar-1', events, commandId, testContext())).toEqual(once);
    const elsewhere = encode(family, 'jar-2', events, commandId, testContext());
    expect(new Set([...once, ...elsewhere].map(({ id }) => id)).size).toBe(4);
    expect(once[0]?.metadata).toMatchObject({ schemaVersion: 2, actor: { kind: 'member' } });
  });

  test('of an event that is not the family’s is a bug, and nothing is written', () => {
    const stray = [{ type: 'Broken', data: {} }];
    expect(() => encode(family, 'jar-1', stray, commandId, testContext())).toThrow(
      'Broken is no event of jar',
    );
  });
});

describe('decoding', () => {
  test('gives the event with where and when it lies', () => {
    expect(decode(family, record(), 'jar-1', 700n)).toMatchObject({
      type: 'Filled',
      data: { grams: 5 },
      at: '2026-03-01T09:00:00.123Z',
      stream: 'jar-1',
      revision: 3n,
      position: 700n,
    });
  });

  test('brings an older version to the newest', () => {
    expect(decode(family, versioned(1, { kilos: 2 }), 'jar-1', 1n).data).toEqual({ grams: 2_000 });
  });

  test.each([
    ['data that does not fit', record({ data: { grams: 'many' } } as never)],
    ['a newer version', versioned(3, { grams: 1 })],
    ['no version', versioned(undefined, { grams: 1 })],
    ['an upcaster that throws', versioned(1, { kilos: -1 })],
    ['an unknown type', record({ type: 'Broken' })],
    ['no JSON', record({ isJson: false } as never)],
    ['no metadata', record({ metadata: undefined } as never)],
    ['binary metadata', record({ metadata: new Uint8Array() } as never)],
    ['no actor', record({ metadata: { schemaVersion: 2 } } as never)],
  ])('an event with %s is unreadable, and the place is named', (_what, broken) => {
    expect(() => decode(family, broken, 'jar-1', 1n)).toThrow(UnreadableEventError);
    expect(() => decode(family, broken, 'jar-1', 1n)).toThrow('3@jar-1');
  });
});
