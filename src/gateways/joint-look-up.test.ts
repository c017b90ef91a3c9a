import { expect, test, vi } from 'vitest';
import { jointLookUp } from './joint-look-up.ts';

type Thing = { readonly id: number; readonly name: string };

const contextOf = (correlationId: string, signal = new AbortController().signal) => ({
  correlationId,
  signal,
});
const found = async (ids: readonly number[]): Promise<Thing[]> =>
  ids.filter((id) => id < 100).map((id) => ({ id, name: `thing ${id}` }));

const asking = (answer: typeof found = found) => {
  const ask = vi.fn((ids: readonly number[], _context: ReturnType<typeof contextOf>) =>
    answer(ids),
  );
  return { ask, lookUp: jointLookUp<number, Thing>(ask, ({ id }) => id) };
};

test('who asks alone is asked for as he is', async () => {
  const { ask, lookUp } = asking();
  const context = contextOf('one');
  expect(await lookUp([2, 1], context)).toEqual(await found([2, 1]));
  expect(ask.mock.calls).toEqual([[[2, 1], context]]);
});

test('who asks at the same time is asked for together, and gets his own', async () => {
  const { ask, lookUp } = asking();
  const answers = await Promise.all([
    lookUp([1, 2], contextOf('one')),
    lookUp([2, 300], contextOf('two')),
    lookUp([3], contextOf('three')),
  ]);
  expect(answers).toEqual([await found([1, 2]), await found([2]), await found([3])]);
  expect(ask.mock.calls.map(([ids]) => ids)).toEqual([[1, 2, 300, 3]]);
});

test('who asks later is asked for in a call of its own', async () => {
  const { ask, lookUp } = asking();
  await lookUp([1], contextOf('one'));
  await lookUp([2], contextOf('two'));
  expect(ask).toHaveBeenCalledTimes(2);
});

test('a failure is everybody’s', async () => {
  const { lookUp } = asking(() => Promise.reject(new Error('away')));
  const results = await Promise.allSettled([
    lookUp([1], contextOf('one')),
    lookUp([2], contextOf('two')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('the call goes on while one of them still waits, and ends when all have left', async () => {
  const leaving = [new AbortController(), new AbortController()] as const;
  const { ask, lookUp } = asking(() => new Promise(() => undefined));
  for (const [index, { signal }] of leaving.entries())
    lookUp([index], contextOf(String(index), signal)).catch(() => undefined);
  await vi.waitFor(() => expect(ask).toHaveBeenCalled());
  const signal = ask.mock.calls[0]?.[1].signal;
  leaving[0].abort();
  expect(signal?.aborted).toBe(false);
  leaving[1].abort();
  expect(signal?.aborted).toBe(true);
});
