import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { historyOf, orderNoOf } from '../../test/support/histories.ts';
import { memoryFeed } from '../../test/support/memory-feed.ts';
import { memoryTables } from '../../test/support/memory-tables.ts';
import { recordingLog, recordingMetrics } from '../../test/support/observing.ts';
import { families } from '../domain/families.ts';
import { dailySales } from '../projections/daily-sales.ts';
import { orderFeed } from '../projections/order-feed.ts';
import { orders } from '../projections/orders.ts';
import type { Feed } from './ports.ts';
import { createProjector } from './project.ts';
import {
  type AnyProjection,
  type Commit,
  FencedError,
  type ReadStore,
  RejectedRowsError,
  type TableWriter,
} from './read-store.ts';

const all: readonly AnyProjection[] = [orders, orderFeed, dailySales];

/** A read store in memory; `refuse` is asked before each commit and may throw. */
const memoryStore = (refuse: (commit: Commit) => void = () => {}) => {
  const tables = memoryTables();
  const positions = new Map<string, bigint>();
  const poisons = new Map<string, string>();
  let leads = 0;
  let outdated: readonly string[] = [];
  const writer = (projections: readonly AnyProjection[]): TableWriter => ({
    targets: projections
      .filter(({ name }) => !outdated.includes(name))
      .map((projection) => ({
        projection,
        table: projection.name,
        position: positions.get(projection.name) ?? 'start',
        poison: null,
      })),
    rows: tables.rows,
    commit: async (commit) => {
      refuse(commit);
      for (const { table, rows } of commit.changes) tables.write(table, rows);
      for (const { table, position } of commit.positions) positions.set(table, position);
      for (const { table, poison } of commit.poisoned) poisons.set(table, poison.message);
    },
  });
  const store: ReadStore = {
    asProjector: async (projections, work, signal) => {
      leads += 1;
      await work(writer(projections), signal);
    },
    outdated: async () => outdated,
  };
  return {
    store,
    tables,
    positions,
    poisons,
    leads: () => leads,
    setOutdated: (names: readonly string[]) => {
      outdated = names;
    },
  };
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const start = (
  memory: ReturnType<typeof memoryStore>,
  feed: Feed,
  renew?: (projections: readonly AnyProjection[]) => Promise<void>,
) => {
  const stopping = new AbortController();
  const observed = { ...recordingLog(), ...recordingMetrics() };
  const { log, metrics } = observed;
  const projector = createProjector({
    feed,
    store: memory.store,
    projections: all,
    families,
    log,
    metrics,
    ...(renew && { renew }),
  });
  const running = projector.run(stopping.signal);
  stops.push(async () => {
    stopping.abort();
    await running;
  });
  return { ...observed, state: projector.state };
};

const filled = (count = 3) => {
  const fed = memoryFeed();
  for (let index = 0; index < count; index++)
    for (const { stream, event } of historyOf(index, 'completed')) fed.push(stream, event);
  return fed;
};
const everywhere = (memory: ReturnType<typeof memoryStore>, position: bigint) =>
  eventually('every table to be there', () =>
    all.every(({ name }) => memory.positions.get(name) === position),
  );

describe('rows that the database refuses', () => {
  test('stop their table; the others commit the same batch and go on', async () => {
    const memory = memoryStore(({ changes }) => {
      if (changes.some(({ table }) => table === 'daily_sales'))
        throw new RejectedRowsError('daily_sales', new Error('too large'));
    });
    const fed = filled();
    const { state, gauged, lines } = start(memory, fed.feed);
    await eventually('the stop', () => state().poisoned.length > 0);
    expect(state().poisoned).toEqual(['daily_sales']);
    expect(memory.poisons.get('daily_sales')).toContain('too large');
    expect(memory.positions.get('daily_sales')).toBeUndefined();
    expect(gauged('projection_poisoned daily_sales')).toBe(1);
    expect(lines.some(({ level }) => level === 'error')).toBe(true);
    for (const { stream, event } of historyOf(9, 'placed')) fed.push(stream, event);
    await eventually('the others', () => memory.positions.get('orders') === fed.head());
    expect(memory.tables.all('orders')[orderNoOf(9)]).toMatchObject({ status: 'PENDING' });
  });
});

describe('a commit that fails', () => {
  test('because somebody took over makes the projector start over at once, from the checkpoints', async () => {
    let fenced = 2;
    const memory = memoryStore(() => {
      if (fenced-- > 0) throw new FencedError('orders');
    });
    const fed = filled();
    const { lines, counted } = start(memory, fed.feed);
    await everywhere(memory, fed.head());
    expect(memory.leads()).toBe(3);
    expect(counted('projector_restarts_total')).toBe(2);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(Object.keys(memory.tables.all('orders'))).toHaveLength(3);
  });

  test('for another reason is logged and tried again a little later', async () => {
    let broken = true;
    const memory = memoryStore(() => {
      if (broken) {
        broken = false;
        throw new Error('the connection broke');
      }
    });
    const fed = filled();
    const { lines } = start(memory, fed.feed);
    await everywhere(memory, fed.head());
    expect(lines.find(({ level }) => level === 'error')?.fields).toEqual({
      reason: 'the connection broke',
    });
    expect(memory.leads()).toBe(2);
  });
});

describe('a table of an older version', () => {
  test('is rebuilt while the others go on, and is fed from then on', async () => {
    const memory = memoryStore();
    memory.setOutdated(['orders']);
    const fed = filled();
    let renewed: readonly string[] = [];
    let finish = (): void => {};
    const { state } = start(memory, fed.feed, async (projections) => {
      renewed = projections.map(({ name }) => name);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      memory.setOutdated([]);
    });
    await eventually('the others', () => memory.positions.get('order_feed') === fed.head());
    expect(memory.positions.get('orders')).toBeUndefined();
    expect(renewed).toEqual(['orders']);
    expect(state().role).toBe('active');
    finish();
    await everywhere(memory, fed.head());
  });

  test('that cannot be rebuilt stays as it is, and that is said', async () => {
    const memory = memoryStore();
    memory.setOutdated(['orders']);
    const fed = filled();
    const { lines } = start(memory, fed.feed, async () => {
      throw new Error('no room');
    });
    await eventually('the line', () =>
      lines.some(({ message }) => message === 'rebuilding failed'),
    );
    await eventually('the others', () => memory.positions.get('order_feed') === fed.head());
  });
});

// The projector does not wait for the look at older tables; its failure must reach the log and not the process.
test('a database that breaks while it is asked for outdated tables does not end the process', async () => {
  const memory = memoryStore();
  const broken: ReadStore = {
    ...memory.store,
    outdated: async () => {
      throw new Error('the connection broke');
    },
  };
  const { lines, state } = start({ ...memory, store: broken }, memoryFeed().feed);
  await eventually('the failure is logged', () =>
    lines.some(({ message }) => message === 'rebuilding failed'),
  );
  expect(state().role).toBe('active');
});

test('a feed that fails is opened again from the lowest checkpoint', async () => {
  const memory = memoryStore();
  const fed = filled();
  const froms: (bigint | 'start')[] = [];
  const feed: Feed = {
    batches: async function* (options) {
      froms.push(options.from);
      let given = 0;
      for await (const batch of fed.feed.batches({ ...options, maxEvents: 7 })) {
        if (froms.length === 1 && given++ === 2) throw new Error('gone');
        yield batch;
      }
    },
  };
  start(memory, feed);
  await everywhere(memory, fed.head());
  expect(froms).toEqual(['start', expect.any(BigInt)]);
});
