import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testContext } from '../../test/support/command-context.ts';
import { memoryLog } from '../../test/support/memory-log.ts';
import { recordingMetrics } from '../../test/support/observing.ts';
import { accept, type Decider, reject } from '../domain/kernel/decider.ts';
import { defineEvents, type EventOf } from '../domain/kernel/events.ts';
import { executor } from './execute.ts';

const events = defineEvents('jar', {
  Filled: { version: 1, data: z.object({ amount: z.number() }) },
  Emptied: { version: 1, data: z.object({}) },
});
type JarEvent = EventOf<typeof events>;
type Jar = { readonly amount: number };
type Command = { readonly type: 'fill'; readonly amount: number } | { readonly type: 'empty' };
type Rejection = { readonly code: 'too-full'; readonly room: number };

/** Holds ten at most; emptying an empty one is nothing. */
const jar: Decider<Jar, Command, JarEvent, Rejection> = {
  initial: { amount: 0 },
  evolve: ({ amount }, event) =>
    event.type === 'Filled' ? { amount: amount + event.data.amount } : { amount: 0 },
  decide: (command, { amount }) => {
    if (command.type === 'empty')
      return amount === 0 ? accept() : accept({ type: 'Emptied', data: {} });
    return amount + command.amount > 10
      ? reject({ code: 'too-full', room: 10 - amount })
      : accept({ type: 'Filled', data: { amount: command.amount } });
  },
};

const ids = Array.from({ length: 20 }, (_, n) => `00000000-0000-4000-8000-0000000000${10 + n}`);
const idAt = (n: number): string => ids[n] ?? '';
const context = testContext();
const { signal } = context;
const filled = (amount: number): JarEvent => ({ type: 'Filled', data: { amount } });

let memory: ReturnType<typeof memoryLog>;
let metrics: ReturnType<typeof recordingMetrics>;
let jars: ReturnType<typeof start>;
const start = (cacheSize = 100) =>
  executor({
    log: memory.log,
    family: events,
    decider: jar,
    cacheSize,
    metrics: metrics.metrics,
  });
beforeEach(() => {
  memory = memoryLog();
  metrics = recordingMetrics();
  jars = start();
});
const fill = (amount: number, command = 0, id = '1') =>
  jars.execute(id, { type: 'fill', amount }, { commandId: idAt(command), context });

describe('a command', () => {
  test('is decided on the stream and appended', async () => {
    expect(await fill(3)).toEqual({
      kind: 'done',
      state: { amount: 3 },
      revision: 0n,
      position: 10n,
      events: [filled(3)],
    });
    expect(memory.eventsOf('jar-1')).toHaveLength(1);
  });

  test('that is refused writes nothing and says why, with the state it was refused on', async () => {
    await fill(8);
    expect(await fill(3, 1)).toEqual({
      kind: 'rejected',
      rejection: { code: 'too-full', room: 2 },
      state: { amount: 8 },
    });
    expect(memory.eventsOf('jar-1')).toHaveLength(1);
  });

  test('whose wish holds already is done without an event', async () => {
    const empty = { type: 'empty' } as const;
    const outcome = await jars.execute('1', empty, { commandId: idAt(0), context });
    expect(outcome).toMatchObject({
      kind: 'done',
      revision: 'no-stream',
      position: null,
      events: [],
    });
    expect(memory.appends()).toBe(0);
  });

  test('sent twice is carried out once, also after a restart', async () => {
    await fill(3, 7);
    await fill(1, 8);
    expect(await fill(3, 7)).toMatchObject({
      kind: 'done',
      state: { amount: 4 },
      revision: 1n,
      position: 20n,
      events: [],
    });
    jars = start();
    expect(await fill(3, 7)).toMatchObject({ kind: 'done', state: { amount: 4 }, events: [] });
    expect(memory.eventsOf('jar-1')).toHaveLength(2);
  });
});

describe('an id that is said to be new', () => {
  const fillNew = (amount: number, command: number) =>
    jars.execute('1', { type: 'fill', amount }, { commandId: idAt(command), context, isNew: true });

  test('is written to without a read', async () => {
    expect(await fillNew(3, 0)).toMatchObject({ kind: 'done', revision: 0n });
    expect(memory.reads()).toBe(0);
  });

  test('and is not, costs a conflict and a decision on what is there', async () => {
    memory.write('jar-1', [filled(5)], idAt(10));
    expect(await fillNew(2, 0)).toMatchObject({ kind: 'done', state: { amount: 7 }, revision: 1n });
  });

  test('is looked at before a refusal', async () => {
    memory.write('jar-1', [filled(5)], idAt(10));
    expect(await fillNew(11, 0)).toMatchObject({ kind: 'rejected', state: { amount: 5 } });
  });
});

describe('the cache', () => {
  test('saves reading the stream again', async () => {
    await fill(1, 0);
    const reads = memory.reads();
    await fill(1, 1);
    await fill(1, 2);
    expect(memory.reads()).toBe(reads);
  });

  test('is what is recalled, without a read; what it does not hold is read', async () => {
    await fill(2, 0);
    memory.write('jar-1', [filled(5)], idAt(10));
    const reads = memory.reads();
    expect(await jars.recall('1', signal)).toMatchObject({ state: { amount: 2 }, revision: 0n });
    expect(memory.reads()).toBe(reads);
    jars = start();
    expect(await jars.recall('1', signal)).toMatchObject({ state: { amount: 7 }, revision: 1n });
  });

  test('that is stale costs a conflict and a second decision', async () => {
    await fill(1, 0);
    memory.write('jar-1', [filled(5)], idAt(10));
    expect(await fill(2, 1)).toMatchObject({ kind: 'done', state: { amount: 8 }, revision: 2n });
    expect(metrics.counted('command_conflicts_total')).toBe(1);
  });

  test('that is stale never refuses: the newest state has the word', async () => {
    await fill(9, 0);
    memory.write('jar-1', [{ type: 'Emptied', data: {} }], idAt(10));
    expect(await fill(5, 1)).toMatchObject({ kind: 'done', state: { amount: 5 } });
  });

  test('that is stale never takes a wish for held', async () => {
    await fill(1, 0);
    const empty = { type: 'empty' } as const;
    await jars.execute('1', empty, { commandId: idAt(1), context });
    memory.write('jar-1', [filled(5)], idAt(10));
    const outcome = await jars.execute('1', empty, { commandId: idAt(2), context });
    expect(outcome).toMatchObject({ kind: 'done', state: { amount: 0 }, revision: 3n });
  });

  test('holds no more than it may, and what fell out is read again', async () => {
    jars = start(2);
    for (const [index, id] of ['1', '2', '3'].entries()) await fill(1, index, id);
    const reads = memory.reads();
    await fill(1, 5, '1');
    expect(memory.reads()).toBe(reads + 1);
    expect(memory.eventsOf('jar-1')).toHaveLength(2);
  });
});

describe('concurrent writers', () => {
  test('of one process all get through, each on the state the others left', async () => {
    const outcomes = await Promise.all([0, 1, 2, 3].map((command) => fill(2, command)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'done']);
    expect(await jars.load('1', signal)).toMatchObject({ state: { amount: 8 }, revision: 3n });
  });

  test('a rejection after a lost race is decided on what the winner left', async () => {
    await fill(4, 0);
    memory.beforeNextAppend(() => memory.write('jar-1', [filled(5)], idAt(10)));
    expect(await fill(4, 1)).toEqual({
      kind: 'rejected',
      rejection: { code: 'too-full', room: 1 },
      state: { amount: 9 },
    });
  });

  test('are waited for when the node that is read lags behind the one that is written to', async () => {
    await fill(1, 0);
    memory.write('jar-1', [filled(5)], idAt(10));
    memory.lag(2);
    expect(await fill(2, 1)).toMatchObject({ kind: 'done', state: { amount: 8 } });
    expect(metrics.counted('command_conflicts_total')).toBe(3);
  });

  test('that never stop end in a conflict, with nothing written', async () => {
    let other = 10;
    const interfere = (): void => {
      memory.write('jar-1', [filled(0)], idAt(other % 20));
      other += 1;
      memory.beforeNextAppend(interfere);
    };
    memory.beforeNextAppend(interfere);
    expect(await fill(1, 0)).toEqual({ kind: 'conflict' });
    expect(memory.appends()).toBe(8);
    expect(memory.eventsOf('jar-1').every(({ data }) => (data as Jar).amount === 0)).toBe(true);
  });
});

describe('a command bound to a revision', () => {
  const fillAt = (ifRevision: bigint | 'no-stream', command: number) =>
    jars.execute(
      '1',
      { type: 'fill', amount: 1 },
      { commandId: idAt(command), context, ifRevision },
    );

  test('is carried out on exactly that one', async () => {
    expect(await fillAt('no-stream', 0)).toMatchObject({ kind: 'done', revision: 0n });
    expect(await fillAt(0n, 1)).toMatchObject({ kind: 'done', revision: 1n });
    expect(await fillAt(0n, 2)).toEqual({ kind: 'conflict' });
    expect(await fillAt('no-stream', 3)).toEqual({ kind: 'conflict' });
    expect(memory.eventsOf('jar-1')).toHaveLength(2);
  });

  test('looks at the stream before it says no, and loses to whoever writes first', async () => {
    await fill(1);
    memory.write('jar-1', [filled(2)], idAt(10));
    expect(await fillAt(0n, 1)).toEqual({ kind: 'conflict' });
    expect(await fillAt(1n, 2)).toMatchObject({ kind: 'done', state: { amount: 4 } });
  });
});

test('loading folds the whole stream, and of a missing one nothing', async () => {
  memory.write('jar-1', [filled(2), filled(3)], idAt(10));
  expect(await jars.load('1', signal)).toMatchObject({
    state: { amount: 5 },
    revision: 1n,
    position: 20n,
  });
  expect(await jars.load('2', signal)).toMatchObject({
    state: { amount: 0 },
    revision: 'no-stream',
    position: null,
  });
});
