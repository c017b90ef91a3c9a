import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedMessage, WireReader } from './wire-reader.ts';
import { varintSize, WireWriter, writeVarint } from './wire-writer.ts';

const field = fc.integer({ min: 1, max: 536_870_911 });

describe('the protobuf wire format', () => {
  test('numbers up to 2^53 come back as they were written', () =>
    fc.assert(
      fc.property(field, fc.maxSafeNat(), (number, value) => {
        const reader = new WireReader(new WireWriter().uint(number, value).finish());
        expect(reader.next()).toBe(true);
        expect(reader.field).toBe(number);
        expect(reader.uint()).toBe(value);
        expect(reader.next()).toBe(false);
      }),
    ));

  test('64-bit numbers of either sign come back as they were written', () =>
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const reader = new WireReader(new WireWriter().bigint(1, value).finish());
        reader.next();
        expect(reader.int64()).toBe(value);
      }),
    ));

  test('a varint takes as many bytes as its size says', () =>
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(writeVarint(Buffer.alloc(10), 0, value)).toBe(varintSize(value));
      }),
    ));

  test('strings, bytes and messages come back whole, and unknown fields are passed over', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (text, bytes) => {
        const inner = new WireWriter(1).string(7, text);
        const message = new WireWriter(1).buffer(9, bytes).message(2, inner).empty(3).finish();
        const reader = new WireReader(message);
        reader.next();
        reader.skip();
        reader.next();
        const nested = reader.message();
        nested.next();
        expect(nested.string()).toBe(Buffer.from(text).toString());
        reader.next();
        expect(reader.buffer()).toHaveLength(0);
        expect(reader.next()).toBe(false);
      }),
    ));

  test('any bytes at all are read to their end or refused as malformed', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const reader = new WireReader(Buffer.from(bytes));
        try {
          while (reader.next()) reader.skip();
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 2000 },
    ));

  test.each([
    ['a number without its end', [0x08, 0xff]],
    ['a number of more than ten bytes', [0x08, ...new Array<number>(11).fill(0xff)]],
    ['a field that reaches beyond the message', [0x0a, 0x05, 0x01]],
    ['field number zero', [0x00, 0x00]],
    ['the end of a group that was not begun', [0x0c]],
    ['a group without its end', [0x0b, 0x08, 0x01]],
  ])('%s is malformed', (_case, bytes) => {
    const reader = new WireReader(Buffer.from(bytes));
    const readAll = (): void => {
      while (reader.next()) reader.skip();
    };
    expect(readAll).toThrow(MalformedMessage);
  });

  test('a field of another wire type than expected is malformed', () => {
    const reader = new WireReader(new WireWriter().uint(1, 5).finish());
    reader.next();
    expect(() => reader.string()).toThrow(MalformedMessage);
  });
});
