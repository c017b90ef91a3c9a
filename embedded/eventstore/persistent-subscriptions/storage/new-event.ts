import { randomBytes } from 'node:crypto';
import type { NewEvent } from '../../streams/event-store.ts';

const NOTHING = Buffer.alloc(0);

/** An event that this room writes itself, with a new random id (a version 4 UUID). */
export function newEvent(
  type: string,
  data: string,
  options: { readonly isJson: boolean; readonly metadata?: string },
): NewEvent {
  const id = randomBytes(16);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  const metadata = options.metadata === undefined ? NOTHING : Buffer.from(options.metadata);
  return { id, type, isJson: options.isJson, data: Buffer.from(data), metadata };
}
