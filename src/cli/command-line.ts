import { Command, CommanderError } from 'commander';
import { type Composition, compose } from '../composition.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import type { Context } from '../runtime/ports.ts';
import { auditCommand } from './audit.ts';
import { configCommand } from './config.ts';
import { parkedCommand } from './parked.ts';
import { paymentsCommand } from './payments.ts';
import { projectionsCommand } from './projections.ts';
import { sagasCommand } from './sagas.ts';

/** Where a command line runs. */
export type Surroundings = {
  /** Gives the work a complete config, whatever has to be found or started for that, and cleans up behind it. */
  readonly withConfig: <T>(work: (config: Config, logger: Logger) => Promise<T>) => Promise<T>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** One line of the answer. */
  readonly print: (line: string) => void;
  /** One line beside the answer: progress, reasons of a failure. */
  readonly tell: (line: string) => void;
  readonly clock: Clock;
  /** Who acts, for the record; the login of whoever sits there. */
  readonly user: string;
  readonly signal: AbortSignal;
};

/** What a command works with. */
export type Workbench = {
  readonly surroundings: Surroundings;
  /** Runs a command's work on the composed parts; the number it gives is the exit code. */
  readonly on: (work: (parts: Composition, context: Context) => Promise<number>) => Promise<void>;
  /** For what needs no parts. */
  readonly exit: (code: number) => void;
};

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
