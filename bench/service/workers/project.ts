import { setMaxListeners } from 'node:events';
import { composed, createProjector, families, projections } from '../built.ts';
import { ownCpuSeconds } from '../cpu.ts';
import { answerQuestions } from '../worker.ts';

/** Fills the live tables of an empty database from the log, through the service's projector. */
export type ProjectQuestion = { readonly environment: Readonly<Record<string, string>> };

export type ProjectAnswer = {
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
};

answerQuestions<ProjectQuestion, ProjectAnswer>(async ({ environment }) => {
  const { postgres, eventStore, logger, close } = composed(environment);
  await postgres.migrate();
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const head = Number(await eventStore.head(stopping.signal));
  let events = 0;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  let cpuSeconds = Number.NaN;
  let seconds = Number.NaN;
  const projector = createProjector({
    feed: eventStore.feed,
    store: postgres.readStore,
    projections,
    families,
    log: logger,
    metrics: {
      count: (name, _labels, by = 1) => {
        if (name === 'projector_events_total') events += by;
      },
      gauge: (name, value) => {
        // The newest event of the log may be one of the store's own, which is not projected.
        if (name !== 'projector_position' || !(value >= head || projector.state().live)) return;
        seconds = (performance.now() - startedAt) / 1000;
        cpuSeconds = ownCpuSeconds(cpuBefore);
        stopping.abort();
      },
      observe: () => undefined,
    },
  });
  await projector.run(stopping.signal);
  await close();
  return { events, seconds, cpuSeconds };
});
