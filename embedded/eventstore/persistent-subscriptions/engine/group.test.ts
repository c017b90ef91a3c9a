import { describe, expect, test } from 'vitest';
import { FakeConsumer, GroupHarness } from '../../../../test/support/persistent-group.ts';

const given = (written: number, ...args: ConstructorParameters<typeof GroupHarness>) => {
  const harness = new GroupHarness(...args);
  harness.written(written);
  return harness.begin();
};

describe('delivery', () => {
  test('a consumer gets the history in order, then what is committed', () => {
    const h = given(3);
    const c = h.connect();
    h.commit(2);
    expect(c.got).toEqual(['0/0', '1/0', '2/0', '3/0', '4/0']);
    expect(h.group.figures().status).toBe('Live');
  });

  test('a group from the end gets only what is committed later', () => {
    const h = given(3, {}, { kind: 'end' });
    const c = h.connect();
    h.commit(1);
    expect(c.got).toEqual(['3/0']);
  });

  test('a start beyond the end waits for that number', () => {
    const h = given(1, {}, { kind: 'at', position: 3 });
    const c = h.connect();
    h.commit(1);
    h.commit(3);
    expect(c.got).toEqual(['3/0', '4/0']);
  });

  test('a checkpoint continues behind it', () => {
    const h = given(5, {}, { kind: 'checkpoint', checkpoint: 2, next: 3 });
    expect(h.connect().got).toEqual(['3/0', '4/0']);
    expect(h.group.figures().lastCheckpoint).toBe(2);
  });

  test('no more than the buffer size is in flight, and an ack makes room', () => {
    const h = given(6);
    const c = h.connect(2);
    expect(c.got).toEqual(['0/0', '1/0']);
    h.group.ack(['id-0', 'unknown']);
    expect(c.got).toEqual(['0/0', '1/0', '2/0']);
    expect(c.consumer.availableSlots).toBe(0);
  });

  test('a buffer size of zero gets nothing', () => {
    expect(given(2).connect(0).got).toEqual([]);
  });

  test('a consumer that does not read gets no more until it does', () => {
    const h = given(3);
    const c = new FakeConsumer(10);
    c.saturated = true;
    h.group.connect(c.consumer);
    expect(c.got).toEqual([]);
    c.saturated = false;
    h.group.push();
    expect(c.got).toEqual(['0/0', '1/0', '2/0']);
  });

  test('a commit during a page request is read with the next page, once', () => {
    const h = new GroupHarness();
    h.written(2);
    h.load();
    const c = h.connect();
    h.commit(1);
    expect(h.group.figures().status).toBe('Behind, OutstandingPageRequest');
    h.settleReads();
    expect(c.got).toEqual(['0/0', '1/0', '2/0']);
    expect(h.group.figures().status).toBe('Live');
  });

  test('a live group without room falls behind and reads on from there', () => {
    const h = given(0, { historyBufferSize: 5, readBatchSize: 2 });
    h.commit(9);
    expect(h.group.figures()).toMatchObject({ readBufferCount: 5, lastKnown: 8, status: 'Behind' });
    const c = h.connect(100);
    h.tick();
    h.settleReads();
    expect(c.got.map((g) => Number.parseInt(g, 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('the same id twice in one source is delivered twice and acknowledged once each', () => {
    const h = new GroupHarness();
    const [first] = h.written(1);
    if (first === undefined) throw new Error('nothing written');
    h.source.push({ ...first, position: 1 });
    h.begin();
    h.connect();
    expect(h.group.figures().inFlight).toBe(2);
    h.group.ack(['id-0']);
    expect(h.group.figures().inFlight).toBe(1);
    h.group.ack(['id-0']);
    expect(h.group.figures().inFlight).toBe(0);
  });
});

describe('retry', () => {
  test('nack retry delivers again with a higher count, before new events', () => {
    const h = given(3);
    const c = h.connect(1);
    h.group.nack(['id-0'], 'retry', 'again');
    h.group.ack(['id-0']);
    expect(c.got).toEqual(['0/0', '0/1', '1/0']);
  });

  test('what a leaving consumer had is offered to the next one in order', () => {
    const h = given(3);
    const one = h.connect();
    h.group.disconnect(one.consumer);
    expect(h.connect().got).toEqual(['0/1', '1/1', '2/1']);
  });

  test('leaving is not limited by the retry count', () => {
    const h = given(1, { maxRetryCount: 0 });
    for (const expected of ['0/0', '0/1', '0/2']) {
      const c = h.connect();
      expect(c.got).toEqual([expected]);
      h.group.disconnect(c.consumer);
    }
    expect(h.parked).toEqual([]);
  });

  test('an expired message is delivered again, at the limit it is parked', () => {
    const h = given(1, { messageTimeoutMs: 500, maxRetryCount: 1 });
    const c = h.connect();
    h.tick();
    expect(c.got).toEqual(['0/0', '0/1']);
    h.tick();
    h.settleParks();
    expect(h.parked).toEqual([{ position: 0, reason: 'Reached retry count of 1' }]);
    expect(h.group.figures().outstanding).toBe(0);
  });

  test('retries keep the order of the source', () => {
    const h = given(4);
    const c = h.connect(4);
    c.saturated = true;
    h.group.nack(['id-2'], 'retry', '');
    h.group.nack(['id-0'], 'retry', '');
    c.saturated = false;
    h.group.push();
    expect(c.got.slice(4)).toEqual(['0/1', '2/1']);
  });
});

describe('parking', () => {
  test('a parked message counts as processed only when it is stored', () => {
    const h = given(1, { minCheckpointCount: 1, maxCheckpointCount: 1 });
    h.connect();
    h.group.nack(['id-0'], 'park', 'bad');
    expect(h.checkpoints).toEqual([]);
    h.settleParks();
    expect(h.parked).toEqual([{ position: 0, reason: "Client explicitly NAK'ed message.\nbad" }]);
    expect(h.checkpoints).toEqual([0]);
  });

  test('parking that fails is tried again', () => {
    const h = given(1);
    h.connect();
    h.group.nack(['id-0'], 'park', 'bad');
    h.failParks();
    h.tick();
    h.settleParks();
    expect(h.parked).toHaveLength(1);
  });

  test('a replayed message comes as if for the first time and does not hold up the checkpoint', () => {
    const h = given(2, { minCheckpointCount: 1, maxCheckpointCount: 1 });
    const c = h.connect();
    h.group.ack(['id-0', 'id-1']);
    expect(h.group.beginReplay()).toBe(true);
    expect(h.group.beginReplay()).toBe(false);
    h.group.replay(h.source.slice(0, 1).map((e) => ({ ...e, id: 'link-0' })));
    h.group.endReplay();
    expect(c.got).toEqual(['0/0', '1/0', '0/0']);
    h.commit(1);
    h.group.ack(['id-2']);
    expect(h.checkpoints.at(-1)).toBe(2);
    h.group.nack(['link-0'], 'retry', '');
    expect(c.got.at(-1)).toBe('0/1');
  });
});

describe('checkpoints', () => {
  test('the upper bound marks one at once, just before the first unprocessed event', () => {
    const h = given(5, { minCheckpointCount: 1, maxCheckpointCount: 2 });
    h.connect();
    h.group.ack(['id-1', 'id-2']);
    expect(h.checkpoints).toEqual([]);
    h.group.ack(['id-0']);
    expect(h.checkpoints).toEqual([2]);
  });

  test('a tick marks one when the lower bound and the time are reached', () => {
    const h = given(5, { minCheckpointCount: 2, checkpointAfterMs: 2000 });
    h.connect();
    h.group.ack(['id-0']);
    h.tick();
    expect(h.checkpoints).toEqual([]);
    h.group.ack(['id-1']);
    h.tick();
    h.group.ack(['id-2', 'id-3']);
    h.tick();
    expect(h.checkpoints).toEqual([1]);
    h.tick();
    expect(h.checkpoints).toEqual([1, 3]);
  });

  test('without a time only the upper bound counts', () => {
    const h = given(3, { minCheckpointCount: 1, checkpointAfterMs: 0 });
    h.connect();
    h.group.ack(['id-0', 'id-1', 'id-2']);
    h.tick(60_000);
    expect(h.checkpoints).toEqual([]);
  });

  test('a retry holds the checkpoint back', () => {
    const h = given(3, { minCheckpointCount: 1, maxCheckpointCount: 1 });
    const c = h.connect();
    c.saturated = true;
    h.group.nack(['id-1'], 'retry', '');
    h.group.ack(['id-0', 'id-2']);
    expect(h.checkpoints).toEqual([0]);
  });

  test('records that the filter passes over move it', () => {
    const h = given(0, { minCheckpointCount: 1, maxCheckpointCount: 5 });
    h.group.committed({ matches: [], skipped: 5, lastSkipped: 77 });
    expect(h.checkpoints).toEqual([77]);
  });
});

describe('the group as a whole', () => {
  test('is full at its subscriber limit', () => {
    const h = given(0, { maxSubscriberCount: 1 });
    expect(h.group.isFull()).toBe(false);
    h.connect();
    expect(h.group.isFull()).toBe(true);
  });

  test('drops its consumers when its source is gone, and those that come later', () => {
    const h = given(1);
    const one = h.connect();
    h.group.fault();
    const two = h.connect();
    expect([one.dropped, two.dropped]).toEqual([true, true]);
  });

  test('is not ready before it begins', () => {
    expect(new GroupHarness().group.figures().status).toBe('NotReady');
  });

  test('measures from delivery to acknowledgement', () => {
    const h = given(1);
    const c = h.connect();
    h.now = 40;
    h.group.ack(['id-0']);
    expect(c.consumer.latencies?.measurements()).toHaveLength(14);
    expect(c.consumer.latencies?.measurements()[0]).toEqual({ key: 'Mean', value: 40 });
  });
});
