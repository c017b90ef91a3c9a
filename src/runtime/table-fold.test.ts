import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cartAddition, historyOf, interleaved, paths } from '../../test/support/histories.ts';
import { memoryFeed } from '../../test/support/memory-feed.ts';
import { memoryTables } from '../../test/support/memory-tables.ts';
import type { Recorded } from '../domain/kernel/events.ts';
import { projections } from '../projections/index.ts';
import { orders } from '../projections/orders.ts';
import type { Projection } from '../projections/projection.ts';
import type { Batch } from './ports.ts';
import type { AnyProjection } from './read-store.ts';
import { createTableFold } from './table-fold.ts';

type Counted = { readonly type: 'Counted'; readonly data: { readonly key: string } };
type Forgotten = { readonly type: 'Forgotten'; readonly data: { readonly key: string } };
type Row = { readonly count: number };

const counter: Projection<Row, Counted | Forgotten> = {
  name: 'counter',
  version: 1,
  columns: {},
  indexes: [],
  key: ({ data }) => {
    if (data.key === 'bad key') throw new Error('no such key');
    return data.key;
  },
  on: {
    Counted: (row, { data }) => {
      if (data.key === 'bad row') throw new Error('cannot count this');
      return { count: (row?.count ?? 0) + 1 };
    },
    Forgotten: () => undefined,
  },
};

/** Applies batches to tables in memory, as the projector does. */
const project = async (
  projection: AnyProjection,
  batches: readonly Batch[],
  options: { readonly cacheRows?: number; readonly restartAfter?: number } = {},
) => {
  const tables = memoryTables();
  const open = (position: bigint | 'start') =>
    createTableFold({ projection, table: projection.name, position, poison: null }, tables.rows, {
      cacheRows: options.cacheRows ?? 100,
    });
  let fold = open('start');
  const poisons: string[] = [];
  for (const [index, batch] of batches.entries()) {
    if (index === options.restartAfter) fold = open(fold.position());
    const folded = await fold.fold(batch);
    tables.write(folded.table, folded.rows);
    folded.committed();
    if (folded.poison) {
      poisons.push(folded.poison.message);
      break;
    }
  }
  return { rows: tables.all(projection.name), position: fold.position(), poisons, tables };
};

const batchOf = (
  events: readonly Recorded<never>[] | Batch['events'],
  position: bigint,
): Batch => ({
  events,
  position,
  live: false,
});

const count = (...keys: readonly string[]) => {
  const fed = memoryFeed();
  for (const key of keys)
    fed.push(
      'x-1',
      key.startsWith('-')
        ? { type: 'Forgotten', data: { key: key.slice(1) } }
        : { type: 'Counted', data: { key } },
    );
  return fed;
};

describe('folding', () => {
  test('makes, changes and deletes rows', async () => {
    const fed = count('a', 'b', 'a', '-b', 'c');
    const { rows, position } = await project(counter, [batchOf(fed.events(), fed.head())]);
    expect(rows).toEqual({ a: { count: 2 }, c: { count: 1 } });
    expect(position).toBe(fed.head());
  });

  test('takes up rows of earlier batches, from memory or from the table', async () => {
    const fed = count('a', 'a', 'b', '-a');
    const batches = fed.events().map((event) => batchOf([event], event.position));
    for (const cacheRows of [100, 1])
      expect((await project(counter, batches, { cacheRows })).rows).toEqual({ b: { count: 1 } });
  });

  test('moves its checkpoint over a batch that holds nothing for it', async () => {
    const { rows, position } = await project(counter, [batchOf([], 700n)]);
    expect(rows).toEqual({});
    expect(position).toBe(700n);
  });

  test('leaves out what lies before its checkpoint', async () => {
    const fed = count('a', 'a');
    const batch = batchOf(fed.events(), fed.head());
    const { rows } = await project(counter, [batch, batch]);
    expect(rows).toEqual({ a: { count: 2 } });
  });

  test('ignores events of other types', async () => {
    const fed = memoryFeed();
    fed.push('x-1', { type: 'Whatever', data: {} });
    fed.push('x-1', { type: 'toString', data: {} });
    const { rows, poisons } = await project(counter, [batchOf(fed.events(), fed.head())]);
    expect({ rows, poisons }).toEqual({ rows: {}, poisons: [] });
  });
});

describe('poison', () => {
  test.each([
    ['bad row', 'cannot count this'],
    ['bad key', 'no such key'],
  ])('an event whose handling throws (%s) stops right before it', async (key, message) => {
    const fed = count('a', 'a', key, 'a');
    const { rows, position, poisons } = await project(counter, [batchOf(fed.events(), fed.head())]);
    expect(rows).toEqual({ a: { count: 2 } });
    expect(position).toBe(200n);
    expect(poisons).toEqual([message]);
  });

  test('an unreadable event of a type it needs stops right before it', async () => {
    const fed = count('a');
    const unreadable = fed.pushUnreadable('x-1', 'Counted');
    fed.push('x-1', { type: 'Counted', data: { key: 'a' } });
    const { rows, position, poisons } = await project(counter, [
      { ...batchOf(fed.events(), fed.head()), unreadable: [unreadable] },
    ]);
    expect({ rows, position, poisons }).toEqual({
      rows: { a: { count: 1 } },
      position: 100n,
      poisons: ['unreadable'],
    });
  });

  test('an unreadable event of a type it does not need is none of its business', async () => {
    const fed = count('a');
    const unreadable = fed.pushUnreadable('x-1', 'Whatever');
    const { position, poisons } = await project(counter, [
      { ...batchOf(fed.events(), fed.head()), unreadable: [unreadable] },
    ]);
    expect({ position, poisons }).toEqual({ position: 200n, poisons: [] });
  });
});

/** Cuts a list where the numbers say. */
const chunked = <T>(items: readonly T[], sizes: readonly number[]): T[][] => {
  const chunks: T[][] = [];
  for (let at = 0, index = 0; at < items.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(items.slice(at, at + size));
    at += size;
  }
  return chunks;
};

const logOf = (choices: readonly number[]) => {
  const fed = memoryFeed();
  const histories = choices.map((choice, index) =>
    historyOf(index, paths[choice % paths.length] ?? 'placed', `member-${choice % 3}`),
  );
  for (const { stream, event } of interleaved([...histories, [cartAddition('member-1', 2)]]))
    fed.push(stream, event);
  return fed;
};

describe('every read model', () => {
  test('is the same however the events are cut into batches, cached and restarted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(10),
        async (choices, sizes, cacheRows, restartAfter) => {
          const fed = logOf(choices);
          const batches = chunked(fed.events(), sizes).map((events) =>
            batchOf(events, events.at(-1)?.position ?? 0n),
          );
          for (const projection of projections) {
            const whole = await project(projection, [batchOf(fed.events(), fed.head())]);
            const cut = await project(projection, batches, { cacheRows, restartAfter });
            expect(cut.poisons).toEqual([]);
            expect(cut.rows).toEqual(whole.rows);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('an append-only one is never asked for rows', async () => {
    const fed = logOf([2, 5, 6]);
    const feed = projections.find((projection) => projection.appendOnly);
    if (!feed) throw new Error('no append-only projection');
    const { tables } = await project(feed, [batchOf(fed.events(), fed.head())]);
    expect(tables.asked()).toBe(0);
    expect((await project(orders, [batchOf(fed.events(), fed.head())])).tables.asked()).toBe(1);
  });
});
