import type { Commit } from '../../../src/runtime/read-store.ts';
import { bareTables, type PlainRow } from '../bare-tables.ts';
import { composed, createProjector, families, projections } from '../built.ts';
import { ownCpuSeconds } from '../cpu.ts';
import { answerQuestions } from '../worker.ts';
import type { ProjectAnswer, ProjectQuestion } from './project.ts';

const plainRows = (
  projection: (typeof projections)[number],
  rows: Commit['changes'][number]['rows'],
): PlainRow[] =>
  rows.map(({ key, row, position }) => ({
    key,
    ...Object.fromEntries(
      // biome-ignore lint/suspicious/noExplicitAny: each projection's columns fit its own rows.
      Object.entries(projection.columns).map(([name, { of }]) => [name, of(row as any)]),
    ),
    row,
    position: String(position),
  }));

/** The rows that the projector would write, batch by batch, written by hand: only that is timed. */
answerQuestions<ProjectQuestion, ProjectAnswer>(async ({ environment }) => {
  const { postgres, eventStore, logger, close } = composed(environment);
  await postgres.migrate();
  const stopping = new AbortController();
  const head = await eventStore.head(stopping.signal);
  const byName = new Map<string, (typeof projections)[number]>(
    projections.map((projection) => [projection.name, projection]),
  );
  const batches: ReadonlyMap<string, readonly PlainRow[]>[] = [];
  let events = 0;
  const ignore = (): undefined => undefined;
  const projector = createProjector({
    feed: eventStore.feed,
    store: {
      outdated: async () => [],
      asProjector: (all, work, signal) =>
        work(
          {
            targets: all.map((projection) => ({
              projection,
              table: projection.name,
              position: 'start',
              poison: null,
            })),
            rows: async () => new Map(),
            commit: async ({ changes, positions }) => {
              const batch = changes.flatMap(({ table, rows }) => {
                const projection = byName.get(table);
                return projection ? [[table, plainRows(projection, rows)] as const] : [];
              });
              batches.push(new Map(batch));
              if (positions.some(({ position }) => position >= head)) stopping.abort();
            },
          },
          signal,
        ),
    },
    projections,
    families,
    log: logger,
    metrics: {
      count: (name, _labels, by = 1) => {
        if (name === 'projector_events_total') events += by;
      },
      gauge: () => {
        if (projector.state().live) stopping.abort();
      },
      observe: ignore,
    },
  });
  await projector.run(stopping.signal);
  const tables = await bareTables(
    environment.DATABASE_URL ?? '',
    projections.map(({ name }) => name),
  );
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (const batch of batches) await tables.upsert(batch);
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = ownCpuSeconds(cpuBefore);
  await tables.close();
  await close();
  return { events, seconds, cpuSeconds };
});
