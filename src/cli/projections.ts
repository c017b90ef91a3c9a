import { Command, InvalidArgumentError } from 'commander';
import { families } from '../composition.ts';
import { projections } from '../projections/index.ts';
import { type RebuildResult, rebuild } from '../runtime/rebuild.ts';
import { progressBar } from './progress-bar.ts';
import { jsonText, tableLines } from './table.ts';
import type { Workbench } from './workbench.ts';

const names = projections.map(({ name }) => name as string);
const known = (name: string, before: readonly string[] = []): string[] => {
  if (!names.includes(name)) throw new InvalidArgumentError(`one of ${names.join(', ')}`);
  return [...before, name];
};

type RebuildOptions = {
  readonly all?: true;
  readonly verify?: true;
  readonly swap: boolean;
  readonly restart?: true;
};

/** `projections list | rebuild | rollback`. */
export const projectionsCommand = (bench: Workbench): Command => {
  const command = new Command('projections').description('The read models in PostgreSQL');
  command
    .command('list')
    .description('where each read model stands')
    .option('--json', 'as JSON')
    .action(({ json }: { readonly json?: true }) => list(bench, json === true));
  command
    .command('rebuild')
    .description('build read models anew beside the live ones, then swap; reads go on meanwhile')
    .argument('[names...]', `some of ${names.join(', ')}`, known)
    .option('--all', 'all of them')
    .option('--verify', 'compare every row with the live table, and report the differences')
    .option('--no-swap', 'only build (and compare); the live tables stay')
    .option('--restart', 'begin anew where an earlier run was broken off')
    .action((chosen: readonly string[] | undefined, options: RebuildOptions, self: Command) => {
      if (options.all !== true && (chosen ?? []).length === 0)
        self.error('error: name the read models to rebuild, or say --all');
      return rebuildSome(bench, chosen ?? [], options);
    });
  command
    .command('rollback')
    .description('go back to the table that was live before the last swap')
    .argument('<name>', 'the read model', (name: string) => known(name)[0])
    .action((name: string) =>
      bench.on(async ({ postgres }) => {
        await postgres.rebuilds.rollback(name);
        bench.surroundings.print(`${name}: the previous table is live again`);
        return 0;
      }),
    );
  return command;
};

const list = ({ on, surroundings: { print } }: Workbench, json: boolean): Promise<void> =>
  on(async ({ postgres, eventStore }, { signal }) => {
    const [statuses, head] = await Promise.all([
      postgres.projections.list(),
      eventStore.head(signal),
    ]);
    if (json) {
      print(jsonText({ head, projections: statuses }));
      return 0;
    }
    const rows = statuses.map((status) => [
      status.name,
      status.version,
      status.poison ? 'POISONED' : status.state,
      status.rows,
      status.position,
      status.position === null ? null : head - status.position,
      status.lastEventAt,
    ]);
    const headings = ['NAME', 'VERSION', 'STATE', 'ROWS', 'POSITION', 'BEHIND', 'LAST EVENT'];
    for (const line of tableLines(headings, rows)) print(line);
    for (const { name, poison } of statuses)
      if (poison)
        print(
          `${name} stopped at ${poison.type} ${poison.revision}@${poison.stream}: ${poison.message}`,
        );
    return statuses.some(({ poison }) => poison !== null) ? 1 : 0;
  });

const rebuildSome = (
  { on, surroundings }: Workbench,
  chosen: readonly string[],
  { all, verify, swap, restart }: RebuildOptions,
): Promise<void> => {
  const { print, tell, clock } = surroundings;
  const wanted = projections.filter(({ name }) => all === true || chosen.includes(name));
  return on(async ({ eventStore, postgres }, { signal }) => {
    const bar = progressBar(tell);
    try {
      const result = await rebuild({
        feed: eventStore.feed,
        store: postgres.rebuilds,
        projections: wanted,
        families,
        head: eventStore.head,
        compare: verify === true,
        swap,
        ...(restart && { restart }),
        clock,
        onProgress: bar.show,
        signal,
      });
      bar.stop();
      for (const line of resultLines(
        wanted.map(({ name }) => name),
        result,
        verify === true,
      ))
        print(line);
      return result.differences.length > 0 ? 1 : 0;
    } finally {
      bar.stop();
    }
  });
};

const resultLines = (
  rebuilt: readonly string[],
  { events, seconds, differences, swapped }: RebuildResult,
  verified: boolean,
): readonly string[] => {
  const rate = seconds > 0 ? Math.round(events / seconds) : events;
  return [
    `${rebuilt.join(', ')}: ${events} events in ${seconds.toFixed(1)} s (${rate} events/s)`,
    ...(verified ? [`${differences.length} differences with the live tables`] : []),
    ...differences.map(
      ({ projection, key, kind, live, rebuilt: anew }) =>
        `  ${projection} ${key} ${kind}\n    live    ${JSON.stringify(live)}\n    rebuilt ${JSON.stringify(anew)}`,
    ),
    swapped
      ? 'swapped: the rebuilt tables are live; `projections rollback NAME` goes back'
      : 'not swapped: the live tables stay',
  ];
};
