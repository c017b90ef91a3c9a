import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { families } from '../../../src/domain/families.ts';
import { createPostgres, type Postgres } from '../../../src/postgres/postgres.ts';
import { type ProjectionRows, projections } from '../../../src/projections/index.ts';
import { orders } from '../../../src/projections/orders.ts';
import type { Feed } from '../../../src/runtime/ports.ts';
import { createProjector } from '../../../src/runtime/project.ts';
import type { AnyProjection } from '../../../src/runtime/read-store.ts';
import { type RebuildProgress, rebuild } from '../../../src/runtime/rebuild.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { cartAddition, historyOf, interleaved, orderNoOf, paths } from '../../support/histories.ts';
import { memoryFeed } from '../../support/memory-feed.ts';
import { recordingLog, recordingMetrics } from '../../support/observing.ts';

let database: TestDatabase;
let postgres: Postgres<ProjectionRows>;
let sql: pg.Client;
const { signal } = new AbortController();

beforeEach(async () => {
  database = await createDatabase('rebuild');
  postgres = createPostgres({ url: database.url, projections, log: recordingLog().log });
  await postgres.migrate();
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
});
afterEach(async () => {
  await sql.end();
  await postgres.close();
  await database.drop();
});

type Fed = ReturnType<typeof memoryFeed>;

const startProjector = (fed: Fed, these: readonly AnyProjection[] = projections) => {
  const stopping = new AbortController();
  const { log } = recordingLog();
  const { metrics } = recordingMetrics();
  const store = postgres.readStore;
  const projector = createProjector({
    feed: fed.feed,
    store,
    projections: these,
    families,
    log,
    metrics,
    renew: (outdated) => run(fed, { these: outdated, compare: false }),
  });
  const running = projector.run(stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

const run = (
  fed: Fed,
  options: {
    readonly these?: readonly AnyProjection[];
    readonly compare?: boolean;
    readonly swap?: boolean;
    readonly feed?: Feed;
    readonly onProgress?: (progress: RebuildProgress) => void;
  } = {},
) =>
  rebuild({
    feed: options.feed ?? fed.feed,
    store: postgres.rebuilds,
    projections: options.these ?? projections,
    families,
    head: async () => fed.head(),
    compare: options.compare ?? true,
    swap: options.swap ?? true,
    clock: { now: () => new Date() },
    onProgress: options.onProgress ?? (() => {}),
    signal,
  });

const reached = (fed: Fed) => postgres.gate.waitFor(fed.head(), { timeoutMs: 10_000, signal });

const fill = (fed: Fed, first = 0, count = 40): void => {
  const histories = Array.from({ length: count }, (_, index) =>
    historyOf(
      first + index,
      paths[index % paths.length] ?? 'placed',
      `member-${(first + index) % 5}`,
    ),
  );
  const carts = [1, 2, 3].map((member) => cartAddition(`member-${member}`, member));
  for (const { stream, event } of interleaved([...histories, carts])) fed.push(stream, event);
};

const rowsOf = async (view: string): Promise<unknown[]> =>
  (await sql.query(`select * from ${view} order by key`)).rows;
const allRows = async (): Promise<unknown[][]> => {
  const all: unknown[][] = [];
  for (const { name } of projections) all.push(await rowsOf(name));
  return all;
};

test('a rebuild gives the same rows as the live projection, and twice the same', async () => {
  const fed = memoryFeed();
  fill(fed);
  const projector = startProjector(fed);
  await reached(fed);
  const live = await allRows();
  expect(live.map((rows) => rows.length)).not.toContain(0);

  const first = await run(fed);
  expect(first).toMatchObject({ differences: [], swapped: true });
  expect(await allRows()).toEqual(live);
  await run(fed);
  expect(await allRows()).toEqual(live);
  const tables = (await postgres.projections.list()).filter(({ name }) => name === 'orders');
  expect(tables.map(({ table, state }) => `${table} ${state}`)).toEqual([
    'orders_v1_2 previous',
    'orders_v1_3 live',
  ]);
  await projector.stop();
});

test('rows that come by the hundred are copied in, with every letter as it was', async () => {
  const fed = memoryFeed();
  fill(fed, 0, 400);
  const [step] = historyOf(900, 'placed');
  if (!step) throw new Error('no step');
  const orderName = 'tab\t line\n return\r back\\slash \\N "quote" 한글 \u0000 \ud800';
  fed.push(step.stream, { ...step.event, data: { ...(step.event.data as object), orderName } });
  const projector = startProjector(fed);
  await reached(fed);
  const live = await allRows();
  expect(await run(fed)).toMatchObject({ differences: [], swapped: true });
  expect(await allRows()).toEqual(live);
  expect((await postgres.orders.find(orderNoOf(900)))?.orderName).toBe(
    orderName.replace('\u0000', '\ufffd').replace('\ud800', '\ufffd'),
  );
  await projector.stop();
});

test('after the swap the projector feeds the new table, without a restart of its process', async () => {
  const fed = memoryFeed();
  fill(fed, 0, 10);
  const projector = startProjector(fed);
  await reached(fed);
  await run(fed);
  fill(fed, 100, 10);
  expect(await reached(fed)).toBe(true);
  expect((await postgres.orders.find(orderNoOf(102)))?.status).toBe('COMPLETED');
  expect(await run(fed, { swap: false })).toMatchObject({ differences: [] });
  await projector.stop();
});

test('reads go on while a rebuild swaps', async () => {
  const fed = memoryFeed();
  fill(fed, 0, 20);
  const projector = startProjector(fed);
  await reached(fed);
  let reading = true;
  let reads = 0;
  const reader = (async () => {
    while (reading) {
      expect(await postgres.orders.find(orderNoOf(2))).toMatchObject({ status: 'COMPLETED' });
      reads += 1;
    }
  })();
  for (let i = 0; i < 3; i++) await run(fed, { compare: false });
  reading = false;
  await reader;
  expect(reads).toBeGreaterThan(3);
  await projector.stop();
});

test('a reader that takes its time is let through before the swap', async () => {
  const fed = memoryFeed();
  fill(fed, 0, 10);
  const projector = startProjector(fed);
  await reached(fed);
  await sql.query('begin');
  await sql.query('select count(*) from orders');
  const rebuilding = run(fed, { these: [orders], compare: false });
  // Longer than one try for the swap; others read on meanwhile.
  await sql.query('select pg_sleep(2.5)');
  expect(await postgres.orders.find(orderNoOf(2))).toMatchObject({ status: 'COMPLETED' });
  await sql.query('commit');
  expect(await rebuilding).toMatchObject({ swapped: true });
  await projector.stop();
});

test('verification names every row that is not what the events say', async () => {
  const fed = memoryFeed();
  fill(fed);
  const projector = startProjector(fed);
  await reached(fed);
  await sql.query(`update orders set status = 'CANCELED' where key = $1`, [orderNoOf(2)]);
  await sql.query(
    `update orders set row = jsonb_set(row::jsonb, '{orderName}', '"?"')::json where key = $1`,
    [orderNoOf(3)],
  );
  await sql.query(`delete from carts_v1_1 where key = 'member-2'`);
  await sql.query(
    `insert into daily_sales_v1_1 (key, row, position) values ('1999-01-01', '{}', 1)`,
  );
  const { differences, swapped } = await run(fed, { swap: false });
  expect(swapped).toBe(false);
  expect(differences.map(({ projection, key, kind }) => [projection, key, kind])).toEqual([
    ['orders', orderNoOf(2), 'different'],
    ['orders', orderNoOf(3), 'different'],
    ['carts', 'member-2', 'missing'],
    ['daily_sales', '1999-01-01', 'unexpected'],
  ]);
  expect((await postgres.projections.list()).map(({ state }) => state)).toEqual(
    projections.map(() => 'live'),
  );
  // Swapping it in mends all of it.
  await run(fed, { compare: false });
  expect(await run(fed, { swap: false })).toMatchObject({ differences: [] });
  await projector.stop();
});

test('a rebuild that was broken off goes on where it was', async () => {
  const fed = memoryFeed({ batchSize: () => 20 });
  fill(fed);
  const broken: Feed = {
    batches: async function* (options) {
      let given = 0;
      for await (const batch of fed.feed.batches(options)) {
        if (given++ === 5) throw new Error('pulled the plug');
        yield batch;
      }
    },
  };
  await expect(run(fed, { feed: broken, these: [orders] })).rejects.toThrow('pulled the plug');
  const froms: (bigint | 'start')[] = [];
  const watched: Feed = {
    batches: (options) => {
      froms.push(options.from);
      return fed.feed.batches(options);
    },
  };
  const result = await run(fed, { feed: watched, these: [orders] });
  expect(froms[0]).not.toBe('start');
  expect(result.events).toBeLessThan(fed.events().length);
  const projector = startProjector(fed);
  await reached(fed);
  expect(await run(fed, { swap: false })).toMatchObject({ differences: [] });
  await projector.stop();
});

test('swaps back to the previous table and keeps feeding it', async () => {
  const fed = memoryFeed();
  fill(fed, 0, 10);
  const projector = startProjector(fed);
  await reached(fed);
  await run(fed, { these: [orders] });
  fill(fed, 50, 10);
  await reached(fed);
  await postgres.rebuilds.rollback('orders');
  const tables = (await postgres.projections.list()).filter(({ name }) => name === 'orders');
  expect(tables.map(({ table, state }) => `${table} ${state}`)).toEqual([
    'orders_v1_1 live',
    'orders_v1_2 previous',
  ]);
  expect(await reached(fed)).toBe(true);
  expect(await run(fed, { swap: false })).toMatchObject({ differences: [] });
  await projector.stop();
});

test('there is nothing to swap back to before the first swap', async () => {
  await expect(postgres.rebuilds.rollback('orders')).rejects.toThrow('no previous table');
});

test('a second rebuild at the same time is refused', async () => {
  const fed = memoryFeed();
  fill(fed, 0, 5);
  const building = await postgres.rebuilds.build([orders], { restart: false });
  await expect(run(fed)).rejects.toThrow('another process is rebuilding');
  await building.close();
});

test('a projection that cannot take an event keeps its live table', async () => {
  const fed = memoryFeed();
  fill(fed, 0, 5);
  fed.pushUnreadable(`order-${orderNoOf(1)}`, 'OrderCompleted');
  await expect(run(fed, { these: [orders] })).rejects.toMatchObject({ code: 'REBUILD_POISONED' });
  const live = (await postgres.projections.list()).filter(({ state }) => state === 'live');
  expect(live.map(({ table }) => table)).toContain('orders_v1_1');
});

test('a new version of a projection replaces the older table by itself, while the others go on', async () => {
  const fed = memoryFeed();
  fill(fed, 0, 10);
  const before = startProjector(fed);
  await reached(fed);
  await before.stop();
  const newer = { ...orders, version: 2, columns: { ...orders.columns } };
  expect(await postgres.readStore.outdated([newer])).toEqual(['orders']);
  const renewed = projections.map((projection) =>
    projection.name === 'orders' ? newer : projection,
  );
  const projector = startProjector(fed, renewed);
  await eventually('the new table', async () => {
    const tables = await postgres.projections.list();
    return tables.find(({ table }) => table === 'orders_v2_2')?.state === 'live';
  });
  expect(await postgres.readStore.outdated([newer])).toEqual([]);
  fill(fed, 50, 10);
  expect(await reached(fed)).toBe(true);
  expect((await postgres.orders.find(orderNoOf(52)))?.status).toBe('COMPLETED');
  expect((await postgres.carts.find('member-1'))?.lines[0]?.quantity).toBe(2);
  await projector.stop();
});

test('tells how far it is', async () => {
  const fed = memoryFeed();
  fill(fed);
  const told: RebuildProgress[] = [];
  await run(fed, { onProgress: (progress) => told.push(progress) });
  expect(told.map(({ phase }) => phase)).toEqual(
    expect.arrayContaining(['reading', 'indexing', 'catching-up', 'swapping', 'done']),
  );
  const last = told.at(-1);
  expect(last).toMatchObject({ fraction: 1, events: fed.events().length, goal: fed.head() });
});
