import { uuidText } from '../../protocol/uuid.ts';
import type { WireReader } from '../../protocol/wire-reader.ts';

/** `StreamIdentifier`: the name, empty when it is absent. */
export function readStreamIdentifier(reader: WireReader): string {
  let name = '';
  while (reader.next())
    if (reader.field === 3) name = reader.buffer().toString('utf8');
    else reader.skip();
  return name;
}

/**
 * `UUID` in either form, as lower-case text with dashes. Text that is no UUID comes back as it is:
 * unknown ids are ignored anyway, and acknowledgements are too many to check each.
 */
export function readEventId(reader: WireReader): string {
  let id = '';
  while (reader.next())
    if (reader.field === 1) id = structuredId(reader.message());
    else if (reader.field === 2) id = textId(reader.string());
    else reader.skip();
  return id;
}

function structuredId(reader: WireReader): string {
  const id = Buffer.alloc(16);
  while (reader.next())
    if (reader.field === 1) id.writeBigInt64BE(reader.int64(), 0);
    else if (reader.field === 2) id.writeBigInt64BE(reader.int64(), 8);
    else reader.skip();
  return uuidText(id);
}

const textId = (text: string): string => {
  const lower = text.toLowerCase();
  if (lower.length !== 32) return lower;
  return lower.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
