import type { Composition } from '../composition.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import type { Context } from '../runtime/ports.ts';

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
