import { expect, test } from 'vitest';
import { GatewayError } from '../../runtime/gateway-ports.ts';
import { EventStoreFailure } from '../../runtime/ports.ts';
import { ReadSideFailure } from '../../runtime/read-ports.ts';
import { problemOf } from './error-handler.ts';
import { ProblemError } from './problem-error.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });

test.each([
  [new ProblemError('CART_FULL'), 'CART_FULL'],
  [new GatewayError('product', 'UNAVAILABLE', 'x'), 'PRODUCT_UNAVAILABLE'],
  [new GatewayError('coupon', 'UNAVAILABLE', 'x'), 'COUPON_SERVICE_UNAVAILABLE'],
  [new GatewayError('member', 'UNAVAILABLE', 'x'), 'MEMBER_SERVICE_UNAVAILABLE'],
  [new GatewayError('toss', 'UNAVAILABLE', 'x'), 'PAYMENT_PROVIDER_UNAVAILABLE'],
  [new GatewayError('toss', 'MISCONFIGURED', 'x'), 'PARTICIPANT_MISCONFIGURED'],
  [new EventStoreFailure('STORE_UNAVAILABLE', 'x'), 'STORE_UNAVAILABLE'],
  [new EventStoreFailure('APPEND_OUTCOME_UNKNOWN', 'x'), 'STORE_UNAVAILABLE'],
  [new ReadSideFailure(coded('ECONNREFUSED')), 'READ_MODEL_UNAVAILABLE'],
  [Object.assign(new Error('x'), { type: 'entity.too.large' }), 'BODY_TOO_LARGE'],
  [Object.assign(new Error('x'), { type: 'charset.unsupported' }), 'UNSUPPORTED_MEDIA_TYPE'],
  [Object.assign(new Error('x'), { status: 400 }), 'VALIDATION_FAILED'],
  [new URIError('x'), 'NOT_FOUND'],
])('%s is told as %s', (error, code) => {
  expect(problemOf(error)?.code).toBe(code);
});

test.each([
  new Error('a bug'),
  new EventStoreFailure('STORE_REFUSED', 'x'),
  coded('42P01'),
  'text',
  undefined,
])('%s is a bug', (error) => {
  expect(problemOf(error)).toBeUndefined();
});

test('an open breaker says when to come back', () => {
  const problem = problemOf(
    new GatewayError('product', 'UNAVAILABLE', 'x', { retryAfterMs: 4_200 }),
  );
  expect(problem?.extras.headers).toEqual({ 'Retry-After': '5' });
});
