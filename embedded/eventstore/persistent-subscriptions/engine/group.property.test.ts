import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FakeConsumer, GroupHarness } from '../../../../test/support/persistent-group.ts';
import type { NackAction } from './group-ports.ts';

const BUFFER = 3;

type Step =
  | { readonly do: 'commit'; readonly count: number }
  | { readonly do: 'read' | 'parks' | 'parks-fail' | 'tick' | 'connect' }
  | { readonly do: 'ack' | 'leave' | 'stall'; readonly which: number }
  | { readonly do: 'nack'; readonly which: number; readonly action: NackAction };

const which = fc.nat(50);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ do: fc.constantFrom('read', 'parks', 'parks-fail', 'tick', 'connect') }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ack' as const), which }) },
  fc.record({ do: fc.constantFrom('leave', 'stall'), which }),
  fc.record({
    do: fc.constant('nack' as const),
    which,
    action: fc.constantFrom<NackAction>('retry', 'park', 'skip'),
  }),
);

/** Drives a group and knows, from the outside, what has been dealt with. */
class Run {
  readonly h: GroupHarness;
  readonly consumers: FakeConsumer[] = [];
  readonly settled = new Set<number>();

  constructor(strategy: 'RoundRobin' | 'DispatchToSingle' | 'Pinned', written: number) {
    this.h = new GroupHarness({
      strategy,
      historyBufferSize: 8,
      readBatchSize: 3,
      messageTimeoutMs: 2500,
      maxRetryCount: 2,
      minCheckpointCount: 1,
      maxCheckpointCount: 2,
      checkpointAfterMs: 1000,
    });
    this.write(written);
    this.h.load();
    this.consumers.push(this.h.connect(BUFFER));
  }

  apply(step: Step): void {
    switch (step.do) {
      case 'commit':
        for (let i = 0; i < step.count; i++) this.h.commit(1, `stream-${this.h.source.length % 5}`);
        break;
      case 'read':
        this.h.answerRead();
        break;
      case 'parks':
        this.settleParks();
        break;
      case 'parks-fail':
        this.h.failParks();
        break;
      case 'tick':
        this.h.tick();
        break;
      case 'connect':
        if (this.consumers.length < 4) this.consumers.push(this.h.connect(BUFFER));
        break;
      case 'leave':
        this.leave(step.which);
        break;
      case 'stall':
        this.stall(step.which);
        break;
      case 'ack':
        this.answer(step.which, (id) => this.h.group.ack([id]), true);
        break;
      case 'nack':
        this.answer(
          step.which,
          (id) => this.h.group.nack([id], step.action, 'no'),
          step.action === 'skip',
        );
        break;
    }
    this.check();
  }

  /** Serves everything that is left with one willing consumer. */
  drain(): void {
    for (const c of this.consumers) this.h.group.disconnect(c.consumer);
    const last = this.h.connect(BUFFER);
    for (let rounds = 0; this.settled.size < this.h.source.length; rounds++) {
      if (rounds > 2000) throw new Error('an event never came');
      this.h.settleReads();
      this.settleParks();
      const ids = last.ids.splice(0);
      this.h.group.ack(ids);
      for (const id of ids) this.settled.add(Number(id.slice(3)));
      if (ids.length === 0) this.h.tick();
    }
    this.h.tick(10_000);
  }

  private write(count: number): void {
    for (let i = 0; i < count; i++) this.h.written(1, `stream-${this.h.source.length % 5}`);
  }

  private settleParks(): void {
    this.h.settleParks();
    for (const { position } of this.h.parked) this.settled.add(position);
  }

  private stall(which: number): void {
    const c = this.consumers[which % (this.consumers.length || 1)];
    if (c === undefined) return;
    c.saturated = !c.saturated;
    this.h.group.push();
  }

  private leave(which: number): void {
    if (this.consumers.length === 0) return;
    const [gone] = this.consumers.splice(which % this.consumers.length, 1);
    if (gone !== undefined) this.h.group.disconnect(gone.consumer);
  }

  private answer(which: number, tell: (id: string) => void, settles: boolean): void {
    const c = this.consumers[which % (this.consumers.length || 1)];
    const id = c?.ids[which % (c.ids.length || 1)];
    if (id === undefined) return;
    c?.ids.splice(which % c.ids.length, 1);
    const before = this.h.group.figures().inFlight;
    const waiting = this.h.group.figures();
    tell(id);
    const after = this.h.group.figures();
    const changed =
      before !== after.inFlight ||
      waiting.totalItems !== after.totalItems ||
      waiting.outstanding !== after.outstanding;
    if (settles && changed) this.settled.add(Number(id.slice(3)));
  }

  private check(): void {
    for (const { consumer } of this.consumers) {
      expect(consumer.inFlight).toBeGreaterThanOrEqual(0);
      expect(consumer.inFlight).toBeLessThanOrEqual(BUFFER);
    }
    const checkpoint = this.h.checkpoints.at(-1) ?? -1;
    for (let position = 0; position <= checkpoint; position++)
      expect(this.settled.has(position), `${position} behind checkpoint ${checkpoint}`).toBe(true);
  }
}

test.each(['RoundRobin', 'DispatchToSingle', 'Pinned'] as const)(
  '%s: whatever happens in whatever order, no event is lost and no checkpoint passes one',
  (strategy) => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(step, { maxLength: 80 }), (written, steps) => {
        const run = new Run(strategy, written);
        for (const s of steps) run.apply(s);
        run.drain();
        const last = run.h.source.length - 1;
        expect(run.settled.size).toBe(last + 1);
        expect(run.h.group.figures()).toMatchObject({ inFlight: 0, readBufferCount: 0 });
        if (last >= 0) expect(run.h.checkpoints.at(-1)).toBe(last);
        expect(run.h.checkpoints).toEqual([...run.h.checkpoints].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  },
);
