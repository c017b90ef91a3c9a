import { Command, CommanderError } from 'commander';
import { compose } from '../composition.ts';
import { auditCommand } from './audit.ts';
import { configCommand } from './config.ts';
import { parkedCommand } from './parked.ts';
import { paymentsCommand } from './payments.ts';
import { projectionsCommand } from './projections.ts';
import { sagasCommand } from './sagas.ts';
import type { Surroundings, Workbench } from './workbench.ts';

/**
 * Parses the arguments and runs the command.
 * @param args without program and script name
 * @returns the exit code: 0 done, 1 done and something is wrong (differences, broken invariants, a refusal), 2 not understood
 */
export const runCommandLine = async (
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> => {
  let exitCode = 0;
  const bench: Workbench = {
    surroundings,
    exit: (code) => {
      exitCode = code;
    },
    on: (work) =>
      surroundings.withConfig(async (config, logger) => {
        const { clock, user, signal } = surroundings;
        const parts = compose(config, { logger, clock });
        try {
          await parts.postgres.migrate();
          const actor = { kind: 'operator', id: user } as const;
          const id = `cli-${process.pid}`;
          exitCode = await work(parts, { correlationId: id, causationId: id, actor, signal });
        } finally {
          await parts.close();
        }
      }),
  };
  const program = new Command('order-service')
    .description('Looks after the order service')
    .exitOverride()
    .configureOutput({ writeOut: surroundings.print, writeErr: surroundings.tell });
  for (const command of [
    projectionsCommand(bench),
    sagasCommand(bench),
    parkedCommand(bench),
    paymentsCommand(bench),
    auditCommand(bench),
    configCommand(bench),
  ])
    program.addCommand(inherit(command, program));
  program.addHelpText(
    'after',
    '\nAlone, without the service:\n  eventstore --port P --data-dir D   an EventStoreDB-compatible server\n  sandbox --port P --data-dir D      product, coupon, member and payment services to try things with',
  );
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
};

const inherit = (command: Command, from: Command): Command => {
  command.copyInheritedSettings(from);
  for (const child of command.commands) inherit(child, from);
  return command;
};
