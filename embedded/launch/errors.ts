import { ConfigError } from '../../src/platform/config.ts';
import { DataDirectoryBusyError } from './data-directory.ts';
import { PortBusyError } from './ports.ts';

/** Whether the message of an error is all that somebody at a terminal needs. */
export const isForPeople = (error: unknown): error is Error =>
  error instanceof ConfigError ||
  error instanceof DataDirectoryBusyError ||
  error instanceof PortBusyError;
