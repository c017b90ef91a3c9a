import { Command } from 'commander';
import { sagaGroup } from '../composition.ts';
import { jsonText, tableLines } from './table.ts';
import type { Workbench } from './workbench.ts';

const SHOWN = 500;

/** `parked list | replay`: messages that the process managers gave up on. */
export const parkedCommand = ({ on, surroundings: { print } }: Workbench): Command => {
  const command = new Command('parked').description(
    'Messages that the process managers gave up on',
  );
  command
    .command('list')
    .description('which, and why')
    .option('--json', 'as JSON')
    .action(({ json }: { readonly json?: true }) =>
      on(async ({ eventStore }) => {
        const messages = await eventStore.parked.list(sagaGroup, SHOWN);
        const rows = messages.map((each) => [
          each.parkedAt,
          each.type,
          `${each.revision}@${each.stream}`,
          each.reason,
        ]);
        if (json) print(jsonText(messages));
        else
          for (const line of tableLines(['PARKED AT', 'TYPE', 'EVENT', 'REASON'], rows))
            print(line);
        return 0;
      }),
    );
  command
    .command('replay')
    .description('bring all of them back')
    .action(() =>
      on(async ({ eventStore }) => {
        const { length } = await eventStore.parked.list(sagaGroup, SHOWN);
        await eventStore.parked.replay(sagaGroup);
        print(`${length} messages brought back`);
        return 0;
      }),
    );
  return command;
};
