import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catchUp } from './catch-up.ts';
import type { Entry } from './feed-hub.ts';

const topic = { memberId: '1' };
const entry = (position: bigint): Entry => ({
  position,
  memberId: '1',
  orderNo: 'ORD-20260301-AAAAAAAAAA',
  type: 'OrderPlaced',
  status: 'PENDING',
  row: {
    orderNo: 'ORD-20260301-AAAAAAAAAA',
    memberId: null,
    type: 'OrderPlaced',
    status: 'PENDING',
    at: '2026-03-01T00:00:00.000Z',
    failureCode: null,
  },
});

/** A log that grows while it is read, and a hub that tells of what was committed, late or at once. */
const growingLog = () => {
  const log: Entry[] = [];
  let told = 0;
  let listener: ((entries: readonly Entry[]) => void) | undefined;
  return {
    log,
    append: () => log.push(entry(BigInt(log.length + 1))),
    tell: () => {
      const fresh = log.slice(told);
      told = log.length;
      if (fresh.length > 0) listener?.(fresh);
    },
    hub: {
      following: () => Promise.resolve(),
      listen: (_topic: unknown, to: (entries: readonly Entry[]) => void) => {
        listener = to;
        return () => {
          listener = undefined;
        };
      },
    },
    listening: () => listener !== undefined,
  };
};

const collecting = (given: bigint[]) => {
  const take = (entries: readonly Entry[]): void => {
    given.push(...entries.map(({ position }) => position));
  };
  return {
    live: take,
    past: (entries: readonly Entry[]) => {
      take(entries);
      return Promise.resolve(true);
    },
  };
};

describe('catching up', () => {
  test('gives every entry once and in order, whatever is written and told while the past is read', async () => {
    const step = fc.constantFrom('append', 'tell');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(30),
        fc.nat(30),
        fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 6 }),
        fc.array(step, { maxLength: 20 }),
        async (before, from, during, after) => {
          const { log, append, tell, hub } = growingLog();
          const act = (steps: readonly string[]) => {
            for (const each of steps) each === 'append' ? append() : tell();
          };
          for (let count = 0; count < before; count += 1) append();
          const reads = [...during];
          const past = async (position: bigint, limit: number) => {
            const page = log.filter((each) => each.position > position).slice(0, limit);
            act(reads.shift() ?? []);
            return page;
          };
          const given: bigint[] = [];
          await catchUp(hub, past, topic, BigInt(from), collecting(given));
          act(after);
          tell();
          const expected = log
            .map(({ position }) => position)
            .filter((position) => position > from);
          expect(given).toEqual(expected);
        },
      ),
    );
  });

  test('reads on in the log when more comes meanwhile than it keeps', async () => {
    const { log, append, tell, hub } = growingLog();
    let reads = 0;
    const past = async (position: bigint, limit: number) => {
      const page = log.filter((each) => each.position > position).slice(0, limit);
      reads += 1;
      if (reads === 1)
        for (let count = 0; count < 1_500; count += 1) {
          append();
          tell();
        }
      return page;
    };
    const given: bigint[] = [];
    await catchUp(hub, past, topic, 0n, collecting(given));
    expect(given).toEqual(log.map(({ position }) => position));
  });

  test('ends when nothing more is wanted, and when the log cannot be read', async () => {
    const { append, hub, listening } = growingLog();
    append();
    const one = async () => [entry(1n)];
    const stop = await catchUp(hub, one, topic, 0n, {
      past: () => Promise.resolve(false),
      live: () => undefined,
    });
    stop();
    expect(listening()).toBe(false);
    const broken = () => Promise.reject(new Error('no database'));
    await expect(catchUp(hub, broken, topic, 0n, collecting([]))).rejects.toThrow('no database');
    expect(listening()).toBe(false);
  });
});
