import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventRecord } from '../streams/event-record.ts';
import { CheckpointPacer } from './checkpoint-pacer.ts';

const at = (position: number): EventRecord => ({ position }) as unknown as EventRecord;

test('384 records with an interval of 64 make six checkpoints, and none more at the head', () => {
  const pacer = new CheckpointPacer(64);
  const checkpoints = Array.from({ length: 384 }, (_, i) => pacer.consider(at(i * 10))).filter(
    (position) => position !== undefined,
  );
  expect(checkpoints).toHaveLength(6);
  expect(pacer.atHead()).toBeUndefined();
});

test('what was considered since the last checkpoint makes one at the head, once', () => {
  const pacer = new CheckpointPacer(10);
  pacer.consider(at(7));
  expect(pacer.atHead()).toBe(7);
  expect(pacer.atHead()).toBeUndefined();
});

test('checkpoints strictly increase and are never ahead of what was considered', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.boolean()), (interval, heads) => {
      const pacer = new CheckpointPacer(interval);
      let last = -1;
      heads.forEach((head, position) => {
        const due = [pacer.consider(at(position)), head ? pacer.atHead() : undefined];
        for (const checkpoint of due) {
          if (checkpoint === undefined) continue;
          expect(checkpoint).toBeGreaterThan(last);
          expect(checkpoint).toBeLessThanOrEqual(position);
          last = checkpoint;
        }
      });
    }),
  ));
