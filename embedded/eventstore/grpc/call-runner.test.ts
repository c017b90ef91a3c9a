import type { ServerHttp2Stream } from 'node:http2';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLogger } from '../logger.ts';
import { runCall } from './call-runner.ts';
import type { Http2Call } from './http2-call.ts';
import { RequestMemory } from './request-memory.ts';
import type { Method } from './service.ts';
import { type GrpcError, Status } from './status.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const begun = Buffer.from([0, 0, 0, 0, 9, 1, 2, 3]);
const rest = Buffer.from([4, 5, 6, 7, 8, 9]);

/** A call of a method that remembers its requests, over a stream that the test feeds. */
const openCall = () => {
  const stream = new PassThrough();
  const requests: Buffer[] = [];
  const failures: GrpcError[] = [];
  const call = {
    closed: false,
    headers: {},
    onClose: () => undefined,
    fail: (error: GrpcError) => {
      failures.push(error);
      call.closed = true;
    },
  };
  const method: Method = {
    kind: 'request-stream',
    open: () => ({
      message: (request) => void requests.push(request),
      halfClosed: () => undefined,
    }),
  };
  const limits = { maxRequestBytes: 100, memory: new RequestMemory() };
  runCall(
    method,
    limits,
    stream as unknown as ServerHttp2Stream,
    call as unknown as Http2Call,
    silentLogger(),
  );
  /** Hands bytes over as one chunk. */
  const receive = (bytes: Buffer) => stream.emit('data', bytes);
  return { receive, requests, failures };
};

test('a message whose rest does not come ends its call after a minute', () => {
  const { receive, failures } = openCall();
  receive(begun);
  vi.advanceTimersByTime(59_000);
  expect(failures).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(failures).toMatchObject([{ code: Status.deadlineExceeded }]);
});

test('a message that comes slowly is waited for, and a quiet call is left alone', () => {
  const { receive, requests, failures } = openCall();
  receive(begun);
  vi.advanceTimersByTime(50_000);
  receive(rest.subarray(0, 1));
  vi.advanceTimersByTime(50_000);
  receive(rest.subarray(1));
  vi.advanceTimersByTime(3_600_000);
  expect(requests.map((request) => [...request])).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  expect(failures).toEqual([]);
});
