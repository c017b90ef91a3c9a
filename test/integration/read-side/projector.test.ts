import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { families } from '../../../src/domain/families.ts';
import { createPostgres, type Postgres } from '../../../src/postgres/postgres.ts';
import { type ProjectionRows, projections } from '../../../src/projections/index.ts';
import { createProjector } from '../../../src/runtime/project.ts';
import { FencedError } from '../../../src/runtime/read-store.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { cartAddition, historyOf, interleaved, orderNoOf, paths } from '../../support/histories.ts';
import { memoryFeed } from '../../support/memory-feed.ts';
import { recordingLog, recordingMetrics } from '../../support/observing.ts';
import { soon } from '../../support/soon.ts';

let database: TestDatabase;
let postgres: Postgres<ProjectionRows>;
const { signal } = new AbortController();
const observing = () => ({ ...recordingLog(), ...recordingMetrics() });

beforeEach(async () => {
  database = await createDatabase('projector');
  postgres = createPostgres({ url: database.url, projections, log: recordingLog().log });
  await postgres.migrate();
});
afterEach(async () => {
  await postgres.close();
  await database.drop();
});

type Fed = ReturnType<typeof memoryFeed>;

const startProjector = (fed: Fed, to = postgres) => {
  const stopping = new AbortController();
  const { log, metrics, gauged, lines } = observing();
  const projector = createProjector({
    feed: fed.feed,
    store: to.readStore,
    projections,
    families,
    log,
    metrics,
    renew: async () => {},
  });
  const running = projector.run(stopping.signal);
  return {
    state: projector.state,
    gauged,
    lines,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

const reached = (position: bigint) =>
  postgres.gate.waitFor(position, { timeoutMs: 10_000, signal });

const fill = (fed: Fed): void => {
  const histories = paths.map((path, index) => historyOf(index, path, `member-${index % 2}`));
  for (const { stream, event } of interleaved([...histories, [cartAddition('member-1', 2)]]))
    fed.push(stream, event);
};

describe('live projection', () => {
  test('fills every table and lets readers wait for a position', async () => {
    const fed = memoryFeed();
    fill(fed);
    const projector = startProjector(fed);
    expect(await reached(fed.head())).toBe(true);
    expect(await postgres.orders.find(orderNoOf(2))).toMatchObject({
      status: 'COMPLETED',
      compensation: 'NONE',
      saga: { status: 'FINISHED', step: 'PAYMENT' },
      payment: { method: 'CARD', status: 'DONE', amount: 19_000 },
    });
    expect(await postgres.orders.find(orderNoOf(3))).toMatchObject({
      status: 'PAYMENT_FAILED',
      compensation: 'DONE',
    });
    expect(await postgres.carts.find('member-1')).toMatchObject({
      lines: [{ productVariantId: 1, quantity: 2 }],
    });
    const days = await postgres.sales.days('2026-03-01', '2026-03-01');
    expect(days).toMatchObject([{ completedCount: 2, completedAmount: 38_000, cancelledCount: 1 }]);
    await eventually('live', () => projector.state().live);
    expect(projector.state()).toEqual({ role: 'active', live: true, poisoned: [] });
    await projector.stop();
    expect(projector.state().role).toBe('stopped');
  });

  test('a reader that waits for what has not happened is told so in time', async () => {
    const fed = memoryFeed();
    const projector = startProjector(fed);
    const passed = await postgres.gate.waitFor(999n, { timeoutMs: 100, signal });
    expect(passed).toBe(false);
    const waiting = reached(100n);
    fed.push(...pushable(historyOf(0, 'placed')[0]));
    expect(await waiting).toBe(true);
    await projector.stop();
  });

  test('goes on behind its checkpoint after a restart and repeats nothing', async () => {
    const fed = memoryFeed();
    const [first, second] = [historyOf(0, 'waiting'), historyOf(1, 'waiting')];
    for (const { stream, event } of first) fed.push(stream, event);
    const before = startProjector(fed);
    await reached(fed.head());
    await before.stop();
    for (const { stream, event } of second) fed.push(stream, event);
    const afterwards = startProjector(fed);
    await reached(fed.head());
    await afterwards.stop();
    const entries = await postgres.feed.after({ position: 0n, limit: 100 });
    const orderEvents = fed.events().filter(({ stream }) => stream.startsWith('order-'));
    expect(entries.map(({ position }) => position)).toEqual(
      orderEvents.map(({ position }) => position),
    );
  });

  test('only one of two projectors is active; the other takes over when it goes', async () => {
    const fed = memoryFeed();
    const first = startProjector(fed);
    await eventually('the first to be active', () => first.state().role === 'active');
    const otherPool = createPostgres({
      url: database.url,
      projections,
      log: recordingLog().log,
    });
    const second = startProjector(fed, otherPool as typeof postgres);
    fill(fed);
    await reached(fed.head());
    expect(second.state().role).toBe('standby');
    await first.stop();
    await eventually('the second to take over', () => second.state().role === 'active');
    fed.push(...pushable(historyOf(9, 'placed')[0]));
    expect(await reached(fed.head())).toBe(true);
    await second.stop();
    await otherPool.close();
  });

  test('a zombie that still believes to be the projector writes nothing', async () => {
    const stopping = new AbortController();
    await postgres.readStore.asProjector(
      projections,
      async (writer) => {
        const other = new pg.Client({ connectionString: database.url });
        await other.connect();
        await other.query(
          `update projection_tables set fence = fence + 1 where projection = 'carts'`,
        );
        await other.end();
        const [orders, carts] = ['orders', 'carts'].map((name) =>
          writer.targets.find(({ projection }) => projection.name === name),
        );
        if (!orders || !carts) throw new Error('a table is missing');
        const row = { orderItems: [], memberId: 'member-1', status: 'PENDING' };
        const commit = writer.commit({
          changes: [
            { table: orders.table, rows: [{ key: 'a', row, position: 1n, exists: false }] },
          ],
          positions: [
            { table: orders.table, position: 1n },
            { table: carts.table, position: 1n },
          ],
          poisoned: [],
          lastEventAt: null,
        });
        await expect(commit).rejects.toBeInstanceOf(FencedError);
      },
      stopping.signal,
    );
    expect(await postgres.orders.find('a')).toBeUndefined();
    const listed = await postgres.projections.list();
    expect(listed.every(({ position }) => position === null)).toBe(true);
  });

  test('a poison event stops its own projection, loudly, and the others go on', async () => {
    const fed = memoryFeed();
    const history = historyOf(0, 'completed');
    for (const { stream, event } of history.slice(0, 3)) fed.push(stream, event);
    const poison = fed.pushUnreadable('cart-member-1', 'CartItemAdded');
    for (const { stream, event } of history.slice(3)) fed.push(stream, event);
    const projector = startProjector(fed);
    expect(await reached(fed.head())).toBe(true);
    expect((await postgres.orders.find(orderNoOf(0)))?.status).toBe('COMPLETED');
    await soon(() => expect(projector.state().poisoned).toEqual(['carts']));
    expect(projector.gauged('projection_poisoned carts')).toBe(1);
    expect(projector.lines.some(({ level }) => level === 'error')).toBe(true);
    const listed = await postgres.projections.list();
    const carts = listed.find(({ name }) => name === 'carts');
    expect(carts?.poison).toMatchObject({ position: poison.position, stream: 'cart-member-1' });
    expect(carts?.position ?? 0n).toBeLessThan(poison.position);
    expect(listed.filter(({ name }) => name !== 'carts').map(({ position }) => position)).toEqual(
      Array.from({ length: 4 }, () => fed.head()),
    );
    await projector.stop();
  });

  test('a row that the database can never take stops its projection, and the others go on', async () => {
    const fed = memoryFeed();
    // An index takes no key that does not fit a page, and random letters do not compress.
    const memberId = randomBytes(6_000).toString('hex');
    const { stream, event } = cartAddition(memberId, 1);
    fed.push(stream, event);
    for (const step of historyOf(0, 'completed')) fed.push(step.stream, step.event);
    const projector = startProjector(fed);
    expect(await reached(fed.head())).toBe(true);
    await soon(() => expect(projector.state().poisoned).toEqual(['carts']));
    expect((await postgres.orders.find(orderNoOf(0)))?.status).toBe('COMPLETED');
    const carts = (await postgres.projections.list()).find(({ name }) => name === 'carts');
    expect(carts?.poison?.message).toContain('index row');
    await projector.stop();
  });

  test('texts that no database column can hold are stored without the offending letters', async () => {
    const fed = memoryFeed();
    const [step] = historyOf(0, 'placed');
    if (!step) throw new Error('no step');
    const data = step.event.data as { lines: { productName: string }[] };
    const lines = data.lines.map((line) => ({ ...line, productName: 'a\u0000b \ud800 \\u0000' }));
    fed.push(step.stream, { ...step.event, data: { ...data, lines } });
    const projector = startProjector(fed);
    expect(await reached(fed.head())).toBe(true);
    expect((await postgres.orders.find(orderNoOf(0)))?.orderItems[0]?.productName).toBe(
      'a\ufffdb \ufffd \\u0000',
    );
    expect(projector.state().poisoned).toEqual([]);
    await projector.stop();
  });
});

const pushable = (step: ReturnType<typeof historyOf>[number] | undefined) => {
  if (!step) throw new Error('the history is empty');
  return [step.stream, step.event] as const;
};

describe('reads', () => {
  test('orders are paged newest first, by member, with filters', async () => {
    const fed = memoryFeed();
    const steps = Array.from({ length: 7 }, (_, index) => historyOf(index, 'placed', 'member-1'));
    for (const [index, [step]] of steps.entries()) {
      if (!step) continue;
      const data = step.event.data as object;
      const placedAt = `2026-03-0${Math.min(index + 1, 3)}T09:00:00.000Z`;
      fed.push(step.stream, { ...step.event, data: { ...data, placedAt } });
    }
    fed.push(...pushable(historyOf(20, 'placed', 'member-2')[0]));
    const projector = startProjector(fed);
    await reached(fed.head());
    const first = await postgres.orders.page({ memberId: 'member-1', limit: 4 });
    expect(first.map(({ orderNo }) => orderNo)).toEqual([6, 5, 4, 3].map(orderNoOf));
    const last = first.at(-1);
    if (!last) throw new Error('empty page');
    const { placedAt, orderNo } = last;
    const rest = await postgres.orders.page({
      memberId: 'member-1',
      limit: 4,
      after: { placedAt, orderNo },
    });
    expect(rest.map((row) => row.orderNo)).toEqual([2, 1, 0].map(orderNoOf));
    const page = (filter: object) =>
      postgres.orders
        .page({ memberId: 'member-1', limit: 10, ...filter })
        .then((rows) => rows.length);
    expect(await page({ year: 2026 })).toBe(7);
    expect(await page({ year: 2025 })).toBe(0);
    expect(await page({ status: 'PENDING' })).toBe(7);
    expect(await page({ status: 'COMPLETED' })).toBe(0);
    expect(await page({ productName: 'VARIANT 2' })).toBe(7);
    expect(await page({ productName: '%' })).toBe(0);
    await projector.stop();
  });

  test('the feed tells each member of their own orders, in log order, resumable', async () => {
    const fed = memoryFeed();
    fill(fed);
    const projector = startProjector(fed);
    await reached(fed.head());
    const mine = await postgres.feed.after({ position: 0n, memberId: 'member-1', limit: 1_000 });
    const wanted = [1, 3, 5].map(orderNoOf);
    expect(new Set(mine.map(({ orderNo }) => orderNo))).toEqual(new Set(wanted));
    expect(mine.every(({ memberId }) => memberId === 'member-1')).toBe(true);
    const middle = mine[4]?.position ?? 0n;
    const rest = await postgres.feed.after({
      position: middle,
      memberId: 'member-1',
      limit: 1_000,
    });
    expect(rest).toEqual(mine.slice(5));
    const one = await postgres.feed.after({ position: 0n, orderNo: orderNoOf(6), limit: 1_000 });
    const both = { position: 0n, limit: 1_000, orderNo: orderNoOf(6) };
    expect(await postgres.feed.after({ ...both, memberId: 'member-0' })).toEqual(one);
    expect(await postgres.feed.after({ ...both, memberId: 'member-1' })).toEqual([]);
    expect(one.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'OrderPlaced PENDING',
      'OrderAwaitingPayment PAYMENT_WAITING',
      'PaymentConfirmationRequested PAYMENT_CONFIRMING',
      'PaymentApproved PAYMENT_CONFIRMING',
      'OrderCompleted COMPLETED',
      'OrderCancellationRequested CANCEL_REQUESTED',
      'OrderLinesCancelled PARTIALLY_CANCELED',
    ]);
    await projector.stop();
  });

  test('a refused cancellation shows the status from before it', async () => {
    const fed = memoryFeed();
    const orderNo = orderNoOf(0);
    const history = historyOf(0, 'partly-cancelled');
    for (const { stream, event } of history.slice(0, -1)) fed.push(stream, event);
    fed.push(`order-${orderNo}`, {
      type: 'CancellationRefused',
      data: { orderNo, refundId: `${orderNo}-ABCDEFGHIJ`, providerCode: 'X', reason: 'no' },
    });
    const projector = startProjector(fed);
    await reached(fed.head());
    const entries = await postgres.feed.after({ position: 0n, orderNo, limit: 100 });
    expect(entries.at(-1)).toMatchObject({ type: 'CancellationRefused', status: 'COMPLETED' });
    expect((await postgres.orders.find(orderNo))?.status).toBe('COMPLETED');
    await projector.stop();
  });

  test('following gives what was there and what is committed later, then ends', async () => {
    const fed = memoryFeed();
    const history = historyOf(0, 'waiting');
    for (const { stream, event } of history.slice(0, 3)) fed.push(stream, event);
    const projector = startProjector(fed);
    const stopping = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const entries of postgres.feed.follow({ from: 0n, signal: stopping.signal }))
        seen.push(...entries.map(({ type }) => type));
    })();
    await eventually('the first', () => seen.length === 1);
    for (const { stream, event } of history.slice(3)) fed.push(stream, event);
    await eventually('the second', () => seen.length === 2);
    expect(seen).toEqual(['OrderPlaced', 'OrderAwaitingPayment']);
    stopping.abort();
    await following;
    await projector.stop();
  });

  test('due sagas are leased once, again when the lease is over, and not when they have ended', async () => {
    const fed = memoryFeed();
    fill(fed);
    const projector = startProjector(fed);
    await reached(fed.head());
    await projector.stop();
    const claim = (now: string, limit = 100) => postgres.dueSagas.claim(now, limit, 10_000, signal);
    expect(await claim('2026-03-01T09:00:04.000Z')).toEqual([]);
    const later = '2026-03-01T12:00:00.000Z';
    const [some, others] = await Promise.all([claim(later, 2), claim(later, 100)]);
    const instances = [...some, ...others].map(({ instance }) => instance);
    expect(new Set(instances).size).toBe(instances.length);
    // Placed, waiting, refused, and the two of the partly cancelled one (its saga has not said that it is finished).
    const due = [0, 1, 5, 6].map(orderNoOf);
    const claimed = [...instances, ...(await claim(later)).map(({ instance }) => instance)];
    expect(claimed).toEqual(expect.arrayContaining(due));
    expect(await claim(later)).toEqual([]);
    const first = some[0] ?? others[0];
    if (!first) throw new Error('nothing was due');
    await postgres.dueSagas.release(first, '2026-03-01T12:00:05.000Z');
    expect(await claim('2026-03-01T12:00:04.000Z')).toEqual([]);
    expect(await claim('2026-03-01T12:00:06.000Z')).toEqual([first]);
    await postgres.dueSagas.release(first, null);
    expect(await claim('2026-03-01T12:00:06.000Z')).toEqual([first]);
    const overdue = await claim('2026-03-01T12:01:00.000Z');
    expect(overdue).toHaveLength(claimed.length);
  });

  test('sagas are found by state, by order and one by one', async () => {
    const fed = memoryFeed();
    fill(fed);
    const deferral = historyOf(30, 'waiting').slice(0, 4);
    for (const { stream, event } of deferral) fed.push(stream, event);
    const projector = startProjector(fed);
    await reached(fed.head());
    await projector.stop();
    const query = { limit: 100 } as const;
    const since = { stuckSince: '2026-03-01T09:02:00.000Z' };
    const instances = async (status: 'stuck' | 'running' | 'FINISHED' | 'FAILED') =>
      (await postgres.sagas.page({ ...query, ...since, status })).map(({ instance }) => instance);
    expect(await instances('stuck')).toEqual([orderNoOf(30)]);
    expect(await instances('FINISHED')).toEqual([orderNoOf(2)]);
    expect(await instances('FAILED')).toEqual([orderNoOf(3), orderNoOf(4)]);
    expect(await postgres.sagas.counts(since.stuckSince)).toEqual({
      running: (await instances('running')).length,
      stuck: 1,
    });
    expect(await postgres.sagas.ofOrder(orderNoOf(6))).toMatchObject([
      { process: 'orderSaga' },
      { process: 'orderCancellation' },
    ]);
    expect(await postgres.sagas.find(orderNoOf(30))).toMatchObject({
      step: 'COUPON',
      attempts: 1,
      lastReason: 'time-out',
      wakeAt: '2026-03-01T09:01:01.000Z',
    });
  });
});

test('migrations run once, whoever starts first', async () => {
  const others = Array.from({ length: 3 }, () =>
    createPostgres({ url: database.url, projections, log: recordingLog().log }),
  );
  await Promise.all(others.map((other) => other.migrate()));
  expect(await postgres.projections.list()).toHaveLength(projections.length);
  await Promise.all(others.map((other) => other.close()));
});

test('what may happen once happens once', async () => {
  const claims = await Promise.all(
    Array.from({ length: 5 }, () => postgres.once.claim('ticket', 't1', '2099-01-01T00:00:00Z')),
  );
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await postgres.once.claim('webhook', 't1', '2099-01-01T00:00:00Z')).toBe(true);
});

test('says whether the database answers', async () => {
  expect(await postgres.ready()).toEqual({ ok: true });
  const away = createPostgres({
    url: 'postgres://nobody@127.0.0.1:1/none',
    projections,
    log: recordingLog().log,
  });
  expect(await away.ready()).toMatchObject({ ok: false });
  await away.close();
});
