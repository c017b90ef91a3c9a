/**
 * Writes the protobuf wire format into a growing buffer. As in proto3 each method writes its field
 * even when the value is the default one; leave the call out where a default may be omitted.
 *
 *     const bytes = new WireWriter().string(1, 'group').uint(2, 5).finish();
 */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const EMPTY = Buffer.alloc(0);

/** How many bytes a non-negative integer below 2^53 takes as a varint. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  let size = 5;
  for (let rest = value / 0x8_0000_0000; rest >= 1; rest /= 128) size++;
  return size;
}

/** Writes a non-negative integer below 2^53 as a varint; gives the offset behind it. */
export function writeVarint(target: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest >= 0x8000_0000) {
    target[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

export class WireWriter {
  private bytes: Buffer;
  private at = 0;

  constructor(expectedBytes = 128) {
    this.bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /** uint32, uint64, or a non-negative int32/int64, below 2^53. */
  uint(field: number, value: number): this {
    this.tag(field, VARINT, 10);
    this.at = writeVarint(this.bytes, this.at, value);
    return this;
  }

  /** uint64 or int64 in full; negative numbers take ten bytes, as protobuf says. */
  bigint(field: number, value: bigint): this {
    this.tag(field, VARINT, 10);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest);
    return this;
  }

  /** int32 or int64 that may be negative. */
  int(field: number, value: number): this {
    return value < 0 ? this.bigint(field, BigInt(value)) : this.uint(field, value);
  }

  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }

  buffer(field: number, value: Uint8Array): this {
    this.tag(field, LENGTH_DELIMITED, 10 + value.length);
    this.at = writeVarint(this.bytes, this.at, value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
    return this;
  }

  string(field: number, value: string): this {
    const length = Buffer.byteLength(value);
    this.tag(field, LENGTH_DELIMITED, 10 + length);
    this.at = writeVarint(this.bytes, this.at, length);
    this.at += this.bytes.write(value, this.at, length, 'utf8');
    return this;
  }

  /** An embedded message, built by another writer. */
  message(field: number, value: WireWriter): this {
    return this.buffer(field, value.finish());
  }

  /** An embedded message without fields (`Empty`, the marker of many oneofs). */
  empty(field: number): this {
    return this.buffer(field, EMPTY);
  }

  /** The bytes written so far. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  private tag(field: number, wireType: number, room: number): void {
    this.reserve(room + 5);
    this.at = writeVarint(this.bytes, this.at, field * 8 + wireType);
  }

  private reserve(room: number): void {
    if (this.at + room <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + room));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}
