import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGrpcTimeout } from './grpc-timeout.ts';
import { MessageAssembler, writeFrameHeader } from './message-assembler.ts';
import { RequestMemory } from './request-memory.ts';
import { GrpcError, Status } from './status.ts';
import { trailersOf } from './trailers.ts';

const framed = (message: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(5 + message.length);
  writeFrameHeader(bytes, 0, message.length);
  bytes.set(message, 5);
  return bytes;
};

describe('messages of a call', () => {
  test('come out whole however the bytes are cut', () =>
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map(framed));
          const assembler = new MessageAssembler(1000);
          const out: Buffer[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const length = cuts[i % cuts.length] ?? 1;
            assembler.add(bytes.subarray(at, at + length));
            at += length;
            for (let m = assembler.take(); m !== undefined; m = assembler.take()) out.push(m);
          }
          expect(out.map((m) => [...m])).toEqual(messages.map((m) => [...m]));
          expect(assembler.isMidMessage).toBe(false);
        },
      ),
    ));

  test('over the limit are refused by their header alone', () => {
    const assembler = new MessageAssembler(10);
    assembler.add(framed(new Uint8Array(11)).subarray(0, 5));
    expect(() => assembler.take()).toThrow(
      expect.objectContaining({ code: Status.resourceExhausted }),
    );
  });

  test('that never end are refused once a connection holds too much of them', () => {
    const memory = new RequestMemory(100);
    const [one, two] = [new MessageAssembler(1000, memory), new MessageAssembler(1000, memory)];
    const begun = framed(new Uint8Array(500));
    one.add(begun.subarray(0, 60));
    expect(one.take()).toBeUndefined();
    const more = () => two.add(begun.subarray(0, 60));
    expect(more).toThrow(expect.objectContaining({ code: Status.resourceExhausted }));
    one.discard();
    more();
    two.discard();
    for (let i = 0; i < 10; i++) {
      one.add(framed(new Uint8Array(90)));
      expect(one.take()).toHaveLength(90);
    }
  });

  test('that are compressed are refused', () => {
    const assembler = new MessageAssembler(10);
    assembler.add(Buffer.from([1, 0, 0, 0, 0]));
    expect(() => assembler.take()).toThrow(expect.objectContaining({ code: Status.unimplemented }));
  });
});

test.each([
  ['10S', 10_000],
  ['500m', 500],
  ['2M', 120_000],
  ['1H', 3_600_000],
  ['2000u', 2],
  ['99999999H', undefined],
  ['123456789m', undefined],
  ['soon', undefined],
  [undefined, undefined],
])('the timeout header %j is %j ms', (header, milliseconds) =>
  expect(parseGrpcTimeout(header)).toBe(milliseconds),
);

test('trailers hold printable ASCII only, and none that is empty', () => {
  const error = new GrpcError(Status.failedPrecondition, 'é 100%', {
    'stream-name': '주문-1%',
    'group-name': '',
  });
  expect(trailersOf(error)).toEqual({
    'grpc-status': '9',
    'grpc-message': '%C3%A9 100%25',
    'stream-name': '%EC%A3%BC%EB%AC%B8-1%',
  });
});
