import { createHash, randomBytes } from 'node:crypto';
import type { CallContext } from '../runtime/gateway-ports.ts';

/** `version-traceid-parentid-flags`, W3C Trace Context level 1, section 3.2. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const MAX_REQUEST_ID = 200;

/**
 * Tells the other side for whose request it works: `X-Request-Id`, and a `traceparent` that is a child of the given one
 * or else a trace whose id derives from the correlation id, so that every call of one request lies in one trace.
 */
export const traceHeaders = (context: CallContext): Readonly<Record<string, string>> => {
  const { correlationId, traceparent = '' } = context;
  const traceId = TRACEPARENT.test(traceparent)
    ? traceparent.slice(3, 35)
    : traceIdOf(correlationId);
  const flags = TRACEPARENT.test(traceparent) ? traceparent.slice(-2) : '01';
  return {
    'x-request-id': correlationId.replace(/[^\x21-\x7e]/g, '_').slice(0, MAX_REQUEST_ID),
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`,
  };
};

const traceIdOf = (correlationId: string): string => {
  const bare = correlationId.replaceAll('-', '').toLowerCase();
  return /^(?!0{32})[0-9a-f]{32}$/.test(bare)
    ? bare
    : createHash('sha256').update(correlationId).digest('hex').slice(0, 32);
};
