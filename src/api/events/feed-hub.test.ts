import { expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { createFeedHub, type Entry } from './feed-hub.ts';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const entry = (position: bigint, memberId: string, orderNo: string): Entry =>
  ({
    position,
    memberId,
    orderNo,
    type: 'OrderPlaced',
    status: 'PENDING',
    row: {},
  }) as unknown as Entry;

test('entries reach who listens to their member or their order, and goes on behind the last after a failure', async () => {
  const stop = new AbortController();
  const asked: bigint[] = [];
  const batches = [
    [entry(1n, 'a', 'x'), entry(2n, 'b', 'y')],
    'failure' as const,
    [entry(3n, 'a', 'x')],
  ];
  const hub = createFeedHub(
    {
      head: () => Promise.resolve(0n),
      follow: async function* ({ from }) {
        asked.push(from);
        for (;;) {
          const next = batches.shift();
          if (next === undefined) {
            await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
            return;
          }
          if (next === 'failure') throw new Error('connection lost');
          yield next;
        }
      },
    },
    silent,
  );
  const heard: [string, bigint][] = [];
  const note = (who: string) => (entries: readonly Entry[]) => {
    for (const { position } of entries) heard.push([who, position]);
  };
  hub.listen({ memberId: 'a' }, note('member a'));
  hub.listen({ orderNo: 'y' }, note('order y'));
  const end = hub.listen({ memberId: 'b' }, note('member b, gone'));
  end();
  const running = hub.run(stop.signal);
  await hub.following();
  await eventually('the third entry', () => heard.length === 3);
  expect(heard).toEqual([
    ['member a', 1n],
    ['order y', 2n],
    ['member a', 3n],
  ]);
  expect(asked).toEqual([0n, 2n]);
  stop.abort();
  await running;
});

test('nobody waits for ever when the feed was never reached', async () => {
  const stop = new AbortController();
  let looks = 0;
  const hub = createFeedHub(
    {
      head: () => {
        looks += 1;
        return Promise.reject(new Error('no database'));
      },
      follow: async function* () {},
    },
    silent,
  );
  const running = hub.run(stop.signal);
  const following = hub.following();
  await eventually('a second look', () => looks > 1);
  stop.abort();
  await running;
  await expect(following).rejects.toThrow('stopped before');
});
