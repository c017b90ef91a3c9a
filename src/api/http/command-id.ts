import { randomUUID } from 'node:crypto';
import { v5 } from 'uuid';

/** Our own name space of command ids (RFC 9562, section 5.5); random once, fixed for ever. */
const COMMANDS = '8d1f2f6e-6f0c-4c1e-9a57-0b6f3f6f7a11';

/** The id of a command that is given once: a fresh UUID. */
export const freshCommandId = (): string => randomUUID();

/** The id of a command that a repeat must find again: the same for the same parts, UUID version 5. */
export const commandIdOf = (...parts: readonly string[]): string =>
  v5(JSON.stringify(parts), COMMANDS);
