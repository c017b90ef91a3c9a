import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOMBSTONE_REVISION } from '../streams/event-store.ts';
import { EventIndex } from './event-index.ts';

const idOf = (n: number): Uint8Array => {
  const id = Buffer.alloc(16);
  id.writeUInt32BE(n, 12);
  return id;
};

const create = (): EventIndex => new EventIndex((stream) => stream === 'hidden');
const numberOf = (index: EventIndex, stream: string): number =>
  index.names.findOrAdd(Buffer.from(stream));

describe('the index', () => {
  test('finds every event of interleaved streams by revision, id and position, whatever their lengths', () => {
    const index = create();
    const streams = Array.from({ length: 7 }, (_, i) => numberOf(index, `s${i}`));
    const count = 40_000;
    for (let n = 0; n < count; n++) {
      // Stream 0 outgrows the slots of the pool, the others stay within.
      const stream = n % 4 === 0 ? (streams[1 + (n % 6)] ?? 0) : (streams[0] ?? 0);
      index.append(stream, index.lastRevision(stream) + 1, n * 10, idOf(n));
    }
    index.commit(count);
    const seen = new Map<number, number>();
    for (let n = 0; n < count; n++) {
      const stream = index.stream(n);
      const revision = seen.get(stream) ?? 0;
      seen.set(stream, revision + 1);
      if (index.find(stream, revision) !== n || index.findId(stream, idOf(n)) !== n)
        throw new Error(`event ${n} is not found`);
    }
    expect(index.ordinalAt(15)).toBe(2);
    expect(index.ordinalAt(count * 10)).toBe(count);
  });

  test('of an id that a stream holds twice the first is found', () => {
    const index = create();
    const stream = numberOf(index, 'a');
    for (const revision of [0, 1]) index.append(stream, revision, 10 + revision, idOf(7));
    expect(index.findId(stream, idOf(7))).toBe(0);
    expect(index.findId(numberOf(index, 'b'), idOf(7))).toBe(-1);
  });

  test('staged events count for decisions, not for readers, until they are committed', () => {
    const index = create();
    const stream = numberOf(index, 'a');
    index.append(stream, 0, 10, idOf(0));
    index.commit(1);
    index.append(stream, 1, 20, idOf(1));
    index.append(stream, 2, 30, idOf(2));
    expect([index.lastRevision(stream), index.lastCommittedRevision(stream)]).toEqual([2, 0]);
    index.commit(2);
    expect(index.lastCommittedRevision(stream)).toBe(1);
  });

  test('a rollback leaves the index as it was at the last commit', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5), fc.nat(20)), { maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(5), fc.nat(20)), { maxLength: 60 }),
        (kept, undone) => {
          const index = create();
          const add = ([stream, id]: readonly [number, number]): void => {
            const number = numberOf(index, `s${stream}`);
            const position = (index.count + 1) * 100;
            index.append(number, index.lastRevision(number) + 1, position, idOf(id));
          };
          const state = (): unknown =>
            Array.from({ length: 6 }, (_, stream) => {
              const number = numberOf(index, `s${stream}`);
              const ids = Array.from({ length: 21 }, (_unused, id) =>
                index.findId(number, idOf(id)),
              );
              return [index.lastRevision(number), ids];
            });
          kept.forEach(add);
          index.commit(index.count);
          const before = state();
          undone.forEach(add);
          index.rollback();
          expect(state()).toEqual(before);
          expect(index.count).toBe(kept.length);
        },
      ),
    ));

  test('a rolled back tombstone is gone', () => {
    const index = create();
    const stream = numberOf(index, 'a');
    index.append(stream, TOMBSTONE_REVISION, 10, idOf(1));
    expect(index.tombstone(stream)).toBe(0);
    expect(index.revision(0)).toBe(TOMBSTONE_REVISION);
    index.rollback();
    expect(index.tombstone(stream)).toBe(-1);
  });

  test('what was exported loads into the same index', () => {
    const index = create();
    for (let n = 0; n < 500; n++) {
      const stream = numberOf(index, `s${n % 9}`);
      index.append(stream, index.lastRevision(stream) + 1, n * 10, idOf(n));
    }
    index.commit(500);
    const copy = create();
    copy.load({ ...index.export(0, 500), coveredTo: 0, offsets: new Uint32Array(), metadata: [] });
    for (let n = 0; n < 500; n++) {
      const stream = numberOf(copy, `s${n % 9}`);
      expect(copy.findId(stream, idOf(n))).toBe(n);
      expect(copy.position(n)).toBe(n * 10);
    }
  });

  test('knows metastreams and the streams that $all leaves out', () => {
    const index = create();
    expect(index.isMetastream(numberOf(index, '$$a'))).toBe(true);
    expect(index.isMetastream(numberOf(index, '$a'))).toBe(false);
    expect(index.isHiddenFromAll(numberOf(index, 'hidden'))).toBe(true);
  });
});
