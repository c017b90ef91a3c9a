import fc from 'fast-check';
import { expect, test } from 'vitest';
import { echoUuid, parseUuid, readUuid, readUuidWords, structuredUuid, uuidText } from './uuid.ts';
import { WireReader } from './wire-reader.ts';

const id = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('an id reads the same in upper case and without dashes', () =>
  fc.assert(
    fc.property(id, (bytes) => {
      const text = uuidText(bytes);
      expect(parseUuid(text)).toEqual(bytes);
      expect(parseUuid(text.toUpperCase())).toEqual(bytes);
      expect(parseUuid(text.replaceAll('-', ''))).toEqual(bytes);
    }),
  ));

test('the words of an id are its bytes, big-endian', () => {
  const words = new Uint32Array(4);
  readUuidWords(Buffer.from('01020304-0506-0708-090a-0b0c0d0e0fff'), words, 0);
  expect([...words]).toEqual([0x01020304, 0x05060708, 0x090a0b0c, 0x0d0e0fff]);
});

test('both wire forms are understood and echoed as they came', () =>
  fc.assert(
    fc.property(id, (bytes) => {
      const structured = readUuid(new WireReader(structuredUuid(bytes).finish()));
      expect(structured).toMatchObject({ form: 'structured' });
      expect([...(structured.id ?? [])]).toEqual([...bytes]);
      expect(echoUuid(structured).finish()).toEqual(structuredUuid(bytes).finish());
      const text = uuidText(bytes).toUpperCase();
      const asString = { form: 'string', id: bytes, text } as const;
      expect(readUuid(new WireReader(echoUuid(asString).finish()))).toEqual(asString);
    }),
  ));

test.each([
  '',
  'nonsense',
  '0102030405060708090a0b0c0d0e0fgg',
  '01020304-0506-0708-090a0b0c-0d0e0fff',
])('%j is no id', (text) => expect(parseUuid(text)).toBeUndefined());
