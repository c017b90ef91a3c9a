import { alternate, type Measured, printComparison } from './figures.ts';
import { filledLog } from './filled-log.ts';
import { environmentOf, onStand } from './stand.ts';
import { askOnce } from './worker.ts';
import type { ProjectAnswer, ProjectQuestion } from './workers/project.ts';

const ROUNDS = 3;
const ORDERS = 1_000;
/** As many orders as are usually between placing and paying at a time. */
const MIXED = 200;

/** The live tables, from the first event to the last: reading, folding and upserting, beside the upserts alone. */
export const measureProjection = (): Promise<void> =>
  onStand(async (stand) => {
    await filledLog(stand, { orders: ORDERS, mixed: MIXED });
    const rate = async (worker: string): Promise<Measured> => {
      const databaseUrl = await stand.database();
      const environment = environmentOf({ ...stand, databaseUrl });
      const { events, seconds, cpuSeconds } = await askOnce<ProjectQuestion, ProjectAnswer>(
        worker,
        {
          environment,
        },
      );
      return { value: events / seconds, cpuMicroseconds: (cpuSeconds / events) * 1e6 };
    };
    printComparison({
      what: 'live projection, events',
      unit: '/s',
      ...(await alternate(
        ROUNDS,
        () => rate('project'),
        () => rate('bare-projection'),
      )),
      reach: { atLeast: 0.6 },
    });
  });
