import { expect, test } from 'vitest';
import { oneAhead } from './one-ahead.ts';

async function* counting(asked: number[], upTo: number): AsyncGenerator<number> {
  for (let n = 1; n <= upTo; n++) {
    asked.push(n);
    yield n;
  }
}

test('gives everything in order, and asks for one more than is being worked on', async () => {
  const asked: number[] = [];
  const seen: number[] = [];
  for await (const n of oneAhead(counting(asked, 4), () => {})) {
    // Lets the source come to its next item.
    await Promise.resolve();
    seen.push(n);
    expect(asked.length).toBeLessThanOrEqual(n + 1);
  }
  expect(seen).toEqual([1, 2, 3, 4]);
});

test('does not ask ahead where that is not worth it', async () => {
  const asked: number[] = [];
  const odd = (n: number): boolean => n % 2 === 1;
  for await (const n of oneAhead(counting(asked, 4), () => {}, odd)) {
    await Promise.resolve();
    expect(asked.length).toBe(odd(n) ? n + 1 : n);
  }
  expect(asked).toEqual([1, 2, 3, 4]);
});

test('stops a source that waits when it is left early', async () => {
  const stopping = new AbortController();
  async function* waiting(): AsyncGenerator<number> {
    yield 1;
    await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
  }
  for await (const n of oneAhead(waiting(), () => stopping.abort())) {
    expect(n).toBe(1);
    break;
  }
  expect(stopping.signal.aborted).toBe(true);
});

test('passes a failure on when its turn comes', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1;
    throw new Error('broken');
  }
  const seen: number[] = [];
  const iterating = async (): Promise<void> => {
    for await (const n of oneAhead(failing(), () => {})) seen.push(n);
  };
  await expect(iterating()).rejects.toThrow('broken');
  expect(seen).toEqual([1]);
});
