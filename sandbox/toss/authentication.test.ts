import { expect, test } from 'vitest';
import { authenticationError } from './authentication.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test.each([
  [basic('test_sk_a:'), undefined],
  [basic('test_sk_a:').replace('Basic', 'basic'), undefined],
  [undefined, 'UNAUTHORIZED_KEY'],
  [basic('test_sk_b:'), 'UNAUTHORIZED_KEY'],
  [basic(':'), 'UNAUTHORIZED_KEY'],
  [basic('live_ck_a:'), 'INVALID_API_KEY'],
  [basic('test_sk_a'), 'INCORRECT_BASIC_AUTH_FORMAT'],
  [basic('\uFEFFtest_sk_a:'), 'INCORRECT_BASIC_AUTH_FORMAT'],
  ['Basic', 'INCORRECT_BASIC_AUTH_FORMAT'],
  ['Basic !!!', 'INCORRECT_BASIC_AUTH_FORMAT'],
  ['Bearer x', 'INCORRECT_BASIC_AUTH_FORMAT'],
])('%j gives %s', (authorization, code) => {
  expect(authenticationError(authorization, 'test_sk_a')).toBe(code);
});
