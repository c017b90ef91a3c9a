import { expect, test } from 'vitest';
import { quietLog, quietMetrics } from '../../test/simulation/simulated-process.ts';
import type { SagaRef } from './saga-ports.ts';
import { runScheduler } from './scheduler.ts';

const ref = (instance: string): SagaRef => ({ process: 'orderSaga', instance });
const NOW = '2026-03-01T09:00:00.000Z';

/** Runs a scheduler over batches of due sagas; it is stopped when they are used up and it pauses. */
const scheduled = async (options: {
  readonly batches: readonly (readonly SagaRef[] | Error)[];
  readonly drive: (saga: SagaRef) => Promise<{ readonly wakeAt: string | null } | 'busy'>;
  readonly concurrency?: number;
}) => {
  const controller = new AbortController();
  const batches = [...options.batches];
  const claims: number[] = [];
  const released: Record<string, string | null> = {};
  await runScheduler({
    due: {
      claim: async (now, limit) => {
        expect(now).toBe(NOW);
        claims.push(limit);
        const batch = batches.shift() ?? [];
        if (batch instanceof Error) throw batch;
        return batch.slice(0, limit);
      },
      release: async ({ instance }, until) => {
        released[instance] = until;
      },
    },
    drive: options.drive,
    settings: { intervalMs: 500, concurrency: options.concurrency ?? 4, leaseMs: 90_000 },
    clock: { now: () => new Date(NOW) },
    logger: quietLog,
    metrics: quietMetrics,
    pause: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (batches.length === 0) controller.abort();
    },
    signal: controller.signal,
  });
  return { claims, released };
};

test('what is due is driven, and left alone until the read side can have caught up', async () => {
  const driven: string[] = [];
  const { released } = await scheduled({
    batches: [[ref('a'), ref('b'), ref('c')]],
    drive: async ({ instance }) => {
      driven.push(instance);
      if (instance === 'c') return 'busy';
      return { wakeAt: instance === 'a' ? null : '2026-03-01T09:00:01.000Z' };
    },
  });
  expect(driven).toEqual(['a', 'b', 'c']);
  expect(released).toEqual({
    a: '2026-03-01T09:00:02.000Z',
    b: '2026-03-01T09:00:01.000Z',
    c: '2026-03-01T09:00:02.000Z',
  });
});

test('one that cannot be driven stays due and does not hold up the others', async () => {
  const { released } = await scheduled({
    batches: [[ref('bad'), ref('good')]],
    drive: async ({ instance }) => {
      if (instance === 'bad') throw new Error('no');
      return { wakeAt: null };
    },
  });
  expect(released).toEqual({
    bad: '2026-03-01T09:00:05.000Z',
    good: '2026-03-01T09:00:02.000Z',
  });
});

test('a read side that is away is asked again', async () => {
  const driven: string[] = [];
  await scheduled({
    batches: [new Error('no connection'), [ref('a')]],
    drive: async ({ instance }) => {
      driven.push(instance);
      return { wakeAt: null };
    },
  });
  expect(driven).toEqual(['a']);
});

test('no more than the limit is under way at a time', async () => {
  let underWay = 0;
  let most = 0;
  await scheduled({
    concurrency: 2,
    batches: [[ref('a'), ref('b'), ref('c')], [ref('c')], [ref('d')]],
    drive: async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return { wakeAt: null };
    },
  });
  expect(most).toBe(2);
});
