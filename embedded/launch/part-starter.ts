import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment, PortChoice } from '../../src/platform/config.ts';
import type { Logger } from '../../src/platform/logger.ts';
import { type ChildPart, startChildPart } from './child-part.ts';
import { clearLeftoverChild } from './leftover-child.ts';
import { createPortChooser } from './ports.ts';

/** A program to start beside the service. */
export type PartProgram = {
  readonly name: string;
  /** Path of its module from this folder, without an extension. */
  readonly module: string;
  /** Where it keeps its data. */
  readonly data: string;
  readonly port: PortChoice;
  /** The variable that sets its port. */
  readonly portVariable: string;
  readonly env?: Environment;
  /** Clears what may be left of an earlier run besides its child. */
  readonly clear?: () => Promise<void>;
};

// The embedded parts have no protection of their own; nobody but this machine may reach them.
const loopback = '127.0.0.1';

/** Starts programs as children of this process and remembers them, to stop them together. */
export const createPartStarter = (options: {
  readonly dataDir: string;
  /** Handed on to the children. */
  readonly environment: Environment;
  readonly logger: Logger;
}) => {
  const { dataDir, environment, logger } = options;
  const started: ChildPart[] = [];
  const movedPorts: string[] = [];
  const choosers = new Map<string, ReturnType<typeof createPortChooser>>();

  const choosePort = async (
    name: string,
    { port, explicit }: PortChoice,
    variable: string,
    host = loopback,
  ): Promise<number> => {
    const choose = choosers.get(host) ?? createPortChooser(host);
    choosers.set(host, choose);
    const chosen = await choose({ port, explicit, variable });
    if (port !== 0 && chosen !== port)
      movedPorts.push(`port ${port} is busy; ${name} uses ${chosen} instead (${variable})`);
    return chosen;
  };

  /** Starts a program on its port, or on another one when that is a default and busy; gives its URL. */
  const start = async (program: PartProgram): Promise<string> => {
    const { name, module, data, env, clear } = program;
    const fileName = name.replaceAll(' ', '-').toLowerCase();
    const files = {
      log: join(dataDir, 'log', `${fileName}.log`),
      pid: join(dataDir, 'run', `${fileName}.pid`),
    };
    await mkdir(join(dataDir, 'run'), { recursive: true });
    await clearLeftoverChild(files.pid);
    await clear?.();
    const port = await choosePort(name, program.port, program.portVariable);
    const args = ['--port', String(port), '--host', loopback, '--data-dir', data];
    const part = await startChildPart(
      { name, module, args, env: { ...environment, ...env } },
      files,
      logger,
    );
    started.push(part);
    return part.url;
  };

  return {
    start,
    choosePort,
    /** Default ports that were taken, and what was chosen instead, as sentences. */
    movedPorts: movedPorts as readonly string[],
    stop: async (): Promise<void> => {
      await Promise.all(started.map((part) => part.stop()));
    },
  };
};
