import { setMaxListeners } from 'node:events';
import { composed, families, projections, rebuild, systemClock } from '../built.ts';
import { ownCpuSeconds } from '../cpu.ts';
import { answerQuestions } from '../worker.ts';

export type RebuildQuestion = { readonly environment: Readonly<Record<string, string>> };

export type RebuildAnswer = {
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the whole process, at its highest. */
  readonly maxRssBytes: number;
};

/** All read models anew, swapped in, as `order-service projections rebuild --all` does it. */
answerQuestions<RebuildQuestion, RebuildAnswer>(async ({ environment }) => {
  const { postgres, eventStore, close } = composed(environment);
  await postgres.migrate();
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { events } = await rebuild({
    feed: eventStore.feed,
    store: postgres.rebuilds,
    projections,
    families,
    head: eventStore.head,
    compare: false,
    swap: true,
    clock: systemClock,
    onProgress: () => undefined,
    signal,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = ownCpuSeconds(cpuBefore);
  await close();
  return { events, seconds, cpuSeconds, maxRssBytes: process.resourceUsage().maxRSS * 1024 };
});
