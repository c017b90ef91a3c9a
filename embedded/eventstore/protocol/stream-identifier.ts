import type { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Name from a `StreamIdentifier` message; empty when it is missing. */
export function readStreamIdentifier(reader: WireReader): string {
  let name = '';
  while (reader.next()) {
    if (reader.field === 3) name = reader.string();
    else reader.skip();
  }
  return name;
}

/** A `StreamIdentifier` message. */
export const streamIdentifier = (name: string): WireWriter =>
  new WireWriter(name.length + 16).string(3, name);
