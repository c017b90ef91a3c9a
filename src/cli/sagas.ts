import { Command, Option } from 'commander';
import type { OperatorWish } from '../api/admin-ports.ts';
import type { SagaRow } from '../projections/saga-row.ts';
import type { SagaQuery } from '../runtime/read-ports.ts';
import { jsonText, tableLines } from './table.ts';
import type { Workbench } from './workbench.ts';

type ListOptions = {
  readonly status?: NonNullable<SagaQuery['status']>;
  readonly limit: string;
  readonly stuckAfter: string;
  readonly json?: true;
};

const statuses = ['stuck', 'running', 'STARTED', 'COMPENSATING', 'FINISHED', 'FAILED'];

/** `sagas list | show | retry | compensate | annotate`. */
export const sagasCommand = (bench: Workbench): Command => {
  const command = new Command('sagas').description(
    'What is under way for orders and cancellations',
  );
  command
    .command('list')
    .description('sagas, the stuck ones for instance')
    .addOption(new Option('--status <status>', 'only these').choices(statuses))
    .option('--limit <n>', 'at most so many', '50')
    .option('--stuck-after <seconds>', 'stuck means put off for so long', '120')
    .option('--json', 'as JSON')
    .action((options: ListOptions) => list(bench, options));
  command
    .command('show')
    .description("an order's saga and those of its cancellations")
    .argument('<instance>', 'order number or refund id')
    .action((instance: string) => show(bench, instance));
  const wishes = {
    retry: 'try again now what was put off',
    compensate: 'give an unpaid order up, and everything back',
    annotate: 'write a note to the saga',
  } as const;
  for (const type of ['retry', 'compensate', 'annotate'] as const)
    command
      .command(type)
      .description(`${wishes[type]}; recorded with your name`)
      .argument('<instance>', 'order number or refund id')
      .requiredOption('--reason <text>', 'why')
      .option('--by <name>', 'who', bench.surroundings.user)
      .action((instance: string, { by, reason }: { by: string; reason: string }) =>
        operate(bench, instance, { type, by, reason }),
      );
  return command;
};

const list = (
  { on, surroundings: { print, clock } }: Workbench,
  { status, limit, stuckAfter, json }: ListOptions,
): Promise<void> =>
  on(async ({ postgres }) => {
    const stuckSince = new Date(clock.now().getTime() - Number(stuckAfter) * 1000).toISOString();
    const rows = await postgres.sagas.page({
      limit: Number(limit),
      stuckSince,
      ...(status && { status }),
    });
    const counts = await postgres.sagas.counts(stuckSince);
    if (json) print(jsonText({ counts, sagas: rows }));
    else {
      const headings = ['INSTANCE', 'STATUS', 'STEP', 'TRIES', 'WAKES AT', 'LAST REASON'];
      for (const line of tableLines(headings, rows.map(cells))) print(line);
      print(`${counts.running} running, ${counts.stuck} stuck`);
    }
    return 0;
  });

const cells = (row: SagaRow) => [
  row.instance,
  row.status,
  row.step,
  row.attempts,
  row.wakeAt,
  row.lastReason,
];

const show = ({ on, surroundings: { print, tell } }: Workbench, instance: string): Promise<void> =>
  on(async ({ postgres }) => {
    const own = await postgres.sagas.find(instance);
    const all = await postgres.sagas.ofOrder(instance);
    const found = all.length > 0 ? all : own ? [own] : [];
    if (found.length === 0) tell(`there is no saga ${instance}`);
    for (const saga of found) print(jsonText(saga));
    return found.length === 0 ? 1 : 0;
  });

const operate = (
  { on, surroundings: { print, tell } }: Workbench,
  instance: string,
  wish: OperatorWish,
): Promise<void> =>
  on(async ({ sagas }, context) => {
    const actor = { kind: 'operator', id: wish.by } as const;
    const refused = await sagas.operate(instance, wish, { ...context, actor });
    if (refused) {
      const { code, ...why } = refused;
      tell(`refused: ${code} ${Object.values(why).join(' ')}`.trimEnd());
      return 1;
    }
    print(`${wish.type} recorded for ${instance}`);
    return 0;
  });
