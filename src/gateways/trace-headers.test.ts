import { expect, test } from 'vitest';
import { traceHeaders } from './trace-headers.ts';

const { signal } = new AbortController();
const of = (correlationId: string, traceparent?: string) =>
  traceHeaders({ correlationId, signal, ...(traceparent === undefined ? {} : { traceparent }) });

test('the correlation id goes out, and is the id of the trace', () => {
  const headers = of('0190f0a0-0000-7000-8000-000000000001');
  expect(headers['x-request-id']).toBe('0190f0a0-0000-7000-8000-000000000001');
  expect(headers.traceparent).toMatch(/^00-0190f0a0000070008000000000000001-[0-9a-f]{16}-01$/);
});

test('a given trace is carried on under a span of its own', () => {
  const given = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
  const { traceparent } = of('request-1', given);
  expect(traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/);
  expect(traceparent).not.toBe(given);
});

test.each([
  ['no UUID', 'request-1', undefined],
  ['a trace that breaks the format', 'request-1', '00-XYZ'],
  ['the id of all zeros, which is invalid', '00000000-0000-0000-0000-000000000000', undefined],
])('%s still gives a valid trace', (_what, correlationId, traceparent) => {
  const headers = of(correlationId, traceparent);
  expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(headers.traceparent).not.toContain('0'.repeat(32));
});

test('what a header cannot carry is replaced', () => {
  expect(of('요청\r\nX-Evil: 1')['x-request-id']).toMatch(/^[\x21-\x7e]+$/);
});
