import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeConsumer } from '../../../../test/support/persistent-group.ts';
import { Consumer } from '../engine/consumer.ts';
import { type Message, newMessage } from '../engine/message.ts';
import type { SourceEvent } from '../engine/source-event.ts';
import { NO_CAPACITY, OWNER_BUSY } from './consumer-strategy.ts';
import { createStrategy, isStrategyName } from './strategies.ts';

const message = (stream: string, correlationId?: string): Message<SourceEvent> =>
  newMessage(
    { position: 0, id: 'id', bytes: 1, stream, correlationId: () => correlationId },
    { sequence: 1, previous: -1 },
  );

const consumers = (...bufferSizes: number[]): Consumer<SourceEvent>[] =>
  bufferSizes.map((size) => new FakeConsumer(size).consumer);

const joined = (name: Parameters<typeof createStrategy>[0], all: Consumer<SourceEvent>[]) => {
  const strategy = createStrategy<SourceEvent>(name);
  for (const consumer of all) strategy.add(consumer);
  /** Index of the chosen consumer, which then holds the message; or why there is none. */
  const give = (m: Message<SourceEvent>) => {
    const choice = strategy.choose(m);
    if (!(choice instanceof Consumer)) return choice;
    choice.deliver(m.event, 0);
    return all.indexOf(choice);
  };
  return { strategy, give };
};

test('RoundRobin goes round, past those without a slot', () => {
  const { give } = joined('RoundRobin', consumers(2, 1, 3));
  const given = Array.from({ length: 7 }, () => give(message('s')));
  expect(given).toEqual([0, 1, 2, 0, 2, 2, NO_CAPACITY]);
});

test('DispatchToSingle stays with one until that one is full', () => {
  const { give } = joined('DispatchToSingle', consumers(2, 2));
  const given = Array.from({ length: 5 }, () => give(message('s')));
  expect(given).toEqual([0, 0, 1, 1, NO_CAPACITY]);
});

test('a strategy without consumers has no capacity', () => {
  for (const name of ['RoundRobin', 'DispatchToSingle', 'Pinned'] as const)
    expect(joined(name, []).give(message('s'))).toBe(NO_CAPACITY);
});

test('Pinned waits for the owner of a stream while others are served', () => {
  const { give } = joined('Pinned', consumers(1, 5));
  const owner = give(message('a'));
  expect(owner).toBe(0);
  expect(give(message('a'))).toBe(OWNER_BUSY);
  expect(give(message('b'))).toBe(1);
});

test('Pinned gives the streams of one that leaves to the others', () => {
  const all = consumers(5, 5);
  const { strategy, give } = joined('Pinned', all);
  const m = message('a');
  expect(give(m)).toBe(0);
  strategy.settled(m);
  const [first] = all;
  if (first !== undefined) strategy.remove(first);
  expect(give(message('a'))).toBe(1);
});

test('one that joins takes over its share, idle buckets first', () => {
  const all = consumers(100);
  const { strategy, give } = joined('Pinned', all);
  const held = message('held');
  give(held);
  for (const stream of ['a', 'b', 'c', 'd', 'e']) {
    const m = message(stream);
    give(m);
    strategy.settled(m);
  }
  const [late] = consumers(100);
  if (late === undefined) throw new Error('no consumer');
  all.push(late);
  strategy.add(late);
  const owners = ['a', 'b', 'c', 'd', 'e'].map((stream) => give(message(stream)));
  expect(owners.filter((owner) => owner === 1)).toHaveLength(3);
  expect(give(message('held'))).toBe(0);
});

test('PinnedByCorrelation goes by the correlation id, else by the stream', () => {
  const { give } = joined('PinnedByCorrelation', consumers(9, 9));
  expect(give(message('a', 'order-1'))).toBe(0);
  expect(give(message('b', 'order-1'))).toBe(0);
  expect(give(message('c'))).toBe(1);
  expect(give(message('c'))).toBe(1);
});

test('a pinned stream stays with its consumer as long as nobody comes or goes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 5 }),
      (streams, count) => {
        const { give } = joined('Pinned', consumers(...Array.from({ length: count }, () => 1000)));
        const owners = new Map<number, unknown>();
        for (const stream of streams) {
          const owner = give(message(`stream-${stream}`));
          if (!owners.has(stream)) owners.set(stream, owner);
          expect(owner).toBe(owners.get(stream));
        }
      },
    ),
  );
});

test('only the four names are strategies', () => {
  expect(isStrategyName('PinnedByCorrelation')).toBe(true);
  expect(isStrategyName('pinned')).toBe(false);
});
