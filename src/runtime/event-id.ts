import { v5 } from 'uuid';

/**
 * The id of the `index`th event that the command `commandId` (a UUID) writes to `stream`: a repeated append has the same ids,
 * so the store and every reader can recognise it. Two commands, or one command on two streams, never share an id.
 */
export const eventIdOf = (commandId: string, stream: string, index: number): string =>
  v5(`${stream}/${index}`, commandId);
