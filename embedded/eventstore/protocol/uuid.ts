import type { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Bytes of a UUID, in the order in which its text form reads. */
export const UUID_BYTES = 16;
export const UUID_TEXT_BYTES = 36;

const HEX_DIGITS = Buffer.from('0123456789abcdef');
const DASH = 0x2d;

/** Writes the lower-case text form with dashes of a 16-byte UUID. */
export function writeUuidText(target: Uint8Array, offset: number, id: Uint8Array): void {
  let at = offset;
  for (let i = 0; i < UUID_BYTES; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) target[at++] = DASH;
    const byte = id[i] ?? 0;
    target[at++] = HEX_DIGITS[byte >> 4] ?? 0;
    target[at++] = HEX_DIGITS[byte & 15] ?? 0;
  }
}

/** Lower-case text form of a 16-byte UUID. */
export function uuidText(id: Uint8Array): string {
  const text = Buffer.allocUnsafe(UUID_TEXT_BYTES);
  writeUuidText(text, 0, id);
  return text.toString('latin1');
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Parses a UUID's text in any case, with or without dashes; undefined when it is none. */
export function parseUuid(text: string): Uint8Array | undefined {
  const dashed = text.length === UUID_TEXT_BYTES;
  if (!dashed && text.length !== 32) return undefined;
  const id = new Uint8Array(UUID_BYTES);
  let at = 0;
  for (let i = 0; i < UUID_BYTES; i++) {
    if (dashed && (i === 4 || i === 6 || i === 8 || i === 10) && text.charCodeAt(at++) !== DASH)
      return undefined;
    const high = hexValue(text.charCodeAt(at++));
    const low = hexValue(text.charCodeAt(at++));
    if (high < 0 || low < 0) return undefined;
    id[i] = high * 16 + low;
  }
  return id;
}

/** Parses the ASCII text form with dashes, known to be well-formed, into four big-endian words. */
export function readUuidWords(text: Uint8Array, into: Uint32Array, offset: number): void {
  let at = 0;
  for (let word = 0; word < 4; word++) {
    let value = 0;
    for (let digits = 0; digits < 8; at++) {
      const code = text[at] ?? 0;
      if (code === DASH) continue;
      value = value * 16 + hexValue(code);
      digits++;
    }
    into[offset + word] = value;
  }
}

/** A `UUID` message as it came: replies echo the form. */
export interface WireUuid {
  readonly form: 'string' | 'structured' | 'missing';
  /** Undefined when the text is no UUID. */
  readonly id: Uint8Array | undefined;
  /** The text as it came, for the string form. */
  readonly text: string;
}

export const MISSING_UUID: WireUuid = { form: 'missing', id: undefined, text: '' };

/** Reads a `UUID` message: oneof `structured` (1) or `string` (2). */
export function readUuid(reader: WireReader): WireUuid {
  let uuid = MISSING_UUID;
  while (reader.next()) {
    if (reader.field === 1)
      uuid = { form: 'structured', id: readStructured(reader.message()), text: '' };
    else if (reader.field === 2) {
      const text = reader.string();
      uuid = { form: 'string', id: parseUuid(text), text };
    } else reader.skip();
  }
  return uuid;
}

function readStructured(reader: WireReader): Uint8Array {
  const id = Buffer.alloc(UUID_BYTES);
  while (reader.next()) {
    if (reader.field === 1) id.writeBigInt64BE(reader.int64(), 0);
    else if (reader.field === 2) id.writeBigInt64BE(reader.int64(), 8);
    else reader.skip();
  }
  return id;
}

/** A `UUID` message in the structured form: two signed halves, big-endian. */
export function structuredUuid(id: Uint8Array): WireWriter {
  const bytes = Buffer.from(id.buffer, id.byteOffset, UUID_BYTES);
  const halves = new WireWriter(24)
    .bigint(1, bytes.readBigInt64BE(0))
    .bigint(2, bytes.readBigInt64BE(8));
  return new WireWriter(32).message(1, halves);
}

/** A `UUID` message in the form in which it came. */
export function echoUuid(uuid: WireUuid): WireWriter {
  if (uuid.form === 'structured' && uuid.id) return structuredUuid(uuid.id);
  return new WireWriter(48).string(2, uuid.text);
}

/** True for the id that no event may have. */
export const isZeroUuid = (id: Uint8Array): boolean => id.every((byte) => byte === 0);
