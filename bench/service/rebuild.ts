import { projections } from './built.ts';
import { alternate, type Measured, printComparison } from './figures.ts';
import { filledLog } from './filled-log.ts';
import { environmentOf, onStand } from './stand.ts';
import { askOnce } from './worker.ts';
import type { CopyRowsAnswer, CopyRowsQuestion } from './workers/copy-rows.ts';
import type { DrainAnswer, DrainQuestion } from './workers/drain.ts';
import type { ProjectAnswer, ProjectQuestion } from './workers/project.ts';
import type { RebuildAnswer, RebuildQuestion } from './workers/rebuild.ts';

const ROUNDS = 3;
const MIXED = 200;
/** Three times the events must not take three times the memory. */
const ORDERS = [1_000, 3_000] as const;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** All read models rebuilt, beside the slower of reading the log and copying the rows; for two lengths of the log. */
export const measureRebuild = async (): Promise<void> => {
  for (const orders of ORDERS)
    await onStand(async (stand) => {
      const { eventStoreUrl } = stand;
      const { databaseUrl } = await filledLog(stand, { orders, mixed: MIXED });
      const environment = environmentOf({ ...stand, databaseUrl });
      const { events } = await askOnce<ProjectQuestion, ProjectAnswer>('project', { environment });
      const memory: number[] = [];
      const ours = async (): Promise<Measured> => {
        const rebuilt = await askOnce<RebuildQuestion, RebuildAnswer>('rebuild', { environment });
        memory.push(rebuilt.maxRssBytes);
        return {
          value: rebuilt.events / rebuilt.seconds,
          cpuMicroseconds: (rebuilt.cpuSeconds / rebuilt.events) * 1e6,
        };
      };
      const floors = { drain: [] as number[], copy: [] as number[] };
      const floor = async (): Promise<Measured> => {
        const drained = await askOnce<DrainQuestion, DrainAnswer>('drain', { eventStoreUrl });
        const copied = await askOnce<CopyRowsQuestion, CopyRowsAnswer>('copy-rows', {
          databaseUrl,
          tables: projections.map(({ name }) => name),
        });
        floors.drain.push(events / drained.seconds);
        floors.copy.push(events / copied.seconds);
        return {
          value: events / Math.max(drained.seconds, copied.seconds),
          // Copying costs Postgres, not the script.
          cpuMicroseconds: (drained.cpuSeconds / events) * 1e6,
        };
      };
      const measured = await alternate(ROUNDS, ours, floor);
      printComparison({
        what: `rebuild of ${events} events, events`,
        unit: '/s',
        ...measured,
        reach: { atLeast: 0.7 },
      });
      const rounded = (values: readonly number[]): string =>
        values.map((value) => value.toFixed(0)).join(' ');
      console.log(
        `    memory at its highest: ${memory.map(mebibytes).join(', ')}; ` +
          `drain [${rounded(floors.drain)}], copy [${rounded(floors.copy)}] events/s`,
      );
    });
};
