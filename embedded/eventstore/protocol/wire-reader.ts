/**
 * Reads the protobuf wire format (protobuf.dev, "Encoding"). A message decoder loops:
 *
 *     const reader = new WireReader(bytes);
 *     while (reader.next()) {
 *       switch (reader.field) {
 *         case 1: name = reader.string(); break;
 *         default: reader.skip();
 *       }
 *     }
 */

/** The bytes are not a well-formed message, or a field has another wire type than expected. */
export class MalformedMessage extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedMessage';
  }
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

/** A message nested deeper than this is refused, as protobuf implementations do. */
const MAX_GROUP_DEPTH = 100;

export class WireReader {
  /** Number of the current field, valid after `next()` answered true. */
  field = 0;

  private readonly bytes: Buffer;
  private readonly end: number;
  private at: number;
  private wireType = 0;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Moves on to the next field; false at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.wireType = tag % 8;
    if (this.field === 0 || tag > 0xffff_ffff) throw new MalformedMessage('invalid field number');
    return true;
  }

  /** An unsigned varint as a number; values above 2^53 lose precision: use `uint64` for those. */
  uint(): number {
    this.expect(VARINT);
    return this.varint();
  }

  /** uint64 in full. */
  uint64(): bigint {
    this.expect(VARINT);
    return this.bigVarint();
  }

  /** int64 or int32 in full (two's complement). */
  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  /** int32: the low 32 bits as a signed number. */
  int32(): number {
    return Number(BigInt.asIntN(32, this.uint64()));
  }

  bool(): boolean {
    return this.uint64() !== 0n;
  }

  /** Bytes of a length-delimited field, not copied: they share the request's memory. */
  buffer(): Buffer {
    this.expect(LENGTH_DELIMITED);
    const length = this.varint();
    const start = this.at;
    if (length > this.end - start) throw new MalformedMessage('field longer than its message');
    this.at = start + length;
    return this.bytes.subarray(start, this.at);
  }

  string(): string {
    this.expect(LENGTH_DELIMITED);
    const length = this.varint();
    const start = this.at;
    if (length > this.end - start) throw new MalformedMessage('field longer than its message');
    this.at = start + length;
    return this.bytes.toString('utf8', start, this.at);
  }

  /** A reader over the embedded message of the current field. */
  message(): WireReader {
    this.expect(LENGTH_DELIMITED);
    const length = this.varint();
    const start = this.at;
    if (length > this.end - start) throw new MalformedMessage('field longer than its message');
    this.at = start + length;
    return new WireReader(this.bytes, start, this.at);
  }

  /** Passes over the current field, whatever it is. */
  skip(): void {
    this.skipValue(this.wireType, this.field, 0);
  }

  private skipValue(wireType: number, field: number, depth: number): void {
    switch (wireType) {
      case VARINT:
        this.bigVarint();
        return;
      case FIXED64:
        this.advance(8);
        return;
      case LENGTH_DELIMITED:
        this.advance(this.varint());
        return;
      case FIXED32:
        this.advance(4);
        return;
      case START_GROUP:
        this.skipGroup(field, depth);
        return;
      default:
        throw new MalformedMessage(`unexpected wire type ${wireType}`);
    }
  }

  private skipGroup(group: number, depth: number): void {
    if (depth >= MAX_GROUP_DEPTH) throw new MalformedMessage('groups nested too deeply');
    while (this.at < this.end) {
      const tag = this.varint();
      const field = Math.floor(tag / 8);
      if (tag % 8 === END_GROUP) {
        if (field !== group) throw new MalformedMessage('group ends with another number');
        return;
      }
      this.skipValue(tag % 8, field, depth + 1);
    }
    throw new MalformedMessage('group without an end');
  }

  private advance(length: number): void {
    if (length > this.end - this.at) throw new MalformedMessage('field longer than its message');
    this.at += length;
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType)
      throw new MalformedMessage(`field ${this.field} has wire type ${this.wireType}`);
  }

  private varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) throw new MalformedMessage('message ends within a number');
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new MalformedMessage('number longer than ten bytes');
  }

  private bigVarint(): bigint {
    const start = this.at;
    const small = this.varint();
    if (small <= Number.MAX_SAFE_INTEGER && this.at - start < 9) return BigInt(small);
    let value = 0n;
    for (let i = this.at - 1; i >= start; i--)
      value = (value << 7n) | BigInt((this.bytes[i] ?? 0) & 0x7f);
    return BigInt.asUintN(64, value);
  }
}
