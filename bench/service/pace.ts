import { setTimeout } from 'node:timers/promises';

/** A clock that all processes of one machine share (CLOCK_MONOTONIC), in ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Begins `work` at an even pace, whether or not what was begun before has ended; resolves when all has. */
export const atPace = async (
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  work: (index: number) => Promise<void>,
): Promise<void> => {
  const begun: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = startedAt + (index * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await setTimeout(wait);
    begun.push(work(index));
  }
  await Promise.all(begun);
};
