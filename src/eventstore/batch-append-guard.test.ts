import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordingLog, recordingMetrics } from '../../test/support/observing.ts';
import { installBatchAppendGuard } from './batch-append-guard.ts';

// The listener is called by hand: a real unhandled rejection would be the test runner's as well. A process of its own proves
// the whole in the integration tests.
let breaks = 0;
let metrics: ReturnType<typeof recordingMetrics>;
let guard: ReturnType<typeof installBatchAppendGuard>;
let reject: (reason: unknown) => void;
beforeEach(() => {
  breaks = 0;
  metrics = recordingMetrics();
  const before = new Set(process.listeners('unhandledRejection'));
  guard = installBatchAppendGuard({
    log: recordingLog().log,
    metrics: metrics.metrics,
    breakAppends: () => {
      breaks += 1;
    },
  });
  const added = process.listeners('unhandledRejection').find((listener) => !before.has(listener));
  reject = (reason) => added?.(reason, Promise.resolve());
});
afterEach(() => guard.uninstall());

const survived = () => metrics.counted('eventstore_client_defects_total');

const secondAnswer = (file: string): TypeError => {
  const error = new TypeError('undefined is not iterable (cannot read property Symbol(…))');
  error.stack = `TypeError: …\n    at ClientDuplexStreamImpl.<anonymous> (${file}:61:37)`;
  return error;
};

test.each([
  '/app/node_modules/@eventstore/db-client/dist/streams/appendToStream/batchAppend.js',
  '/app/node_modules/@eventstore/db-client/src/streams/appendToStream/batchAppend.ts',
])('a second answer is lived through, and the append stream broken off (%s)', (file) => {
  reject(secondAnswer(file));
  expect([survived(), breaks]).toEqual([1, 1]);
});

test('the same words from anywhere else are not lived through', () => {
  const elsewhere = secondAnswer('/app/dist/src/api/carts.js');
  expect(() => reject(elsewhere)).toThrow(elsewhere);
  expect(survived()).toBe(0);
});

test('the error that an append has failed with may come again, as it is or inside the client’s own', () => {
  const raw = { code: 14 };
  guard.expect(Object.assign(new Error('unavailable'), { _raw: raw }));
  reject(raw);
  expect([survived(), breaks]).toEqual([1, 0]);
});

test('what nobody expects is thrown on, whatever it is', () => {
  guard.expect(undefined);
  for (const reason of [new Error('a bug'), 'a text', undefined])
    expect(() => reject(reason)).toThrow();
});

test('is gone after it was uninstalled', () => {
  const installed = process.listeners('unhandledRejection').length;
  guard.uninstall();
  expect(process.listeners('unhandledRejection')).toHaveLength(installed - 1);
});
