import { expect, test } from 'vitest';
import { json } from './reply.ts';
import { createMatcher, type Route } from './route.ts';

const route = (method: Route['method'], path: string): Route => ({
  method,
  path,
  operation: `${method} ${path}`,
  handle: () => json(200, null),
});
const match = createMatcher([
  route('GET', '/things/special'),
  route('GET', '/things/:id'),
  route('PUT', '/things/:id'),
  route('POST', '/things/:id/parts/:part'),
]);

test('a path finds its route, and its parameters are decoded', () => {
  expect(match('POST', '/things/a%2Fb/parts/%EA%B0%80')).toMatchObject({
    kind: 'found',
    route: { path: '/things/:id/parts/:part' },
    params: { id: 'a/b', part: '가' },
  });
});

test('a literal path that is listed first wins over a parameter', () => {
  expect(match('GET', '/things/special')).toMatchObject({ route: { path: '/things/special' } });
});

test('another method is told which would do', () => {
  expect(match('DELETE', '/things/1')).toEqual({ kind: 'wrong-method', allow: ['GET', 'PUT'] });
});

test.each(['/', '/things', '/things/', '/things/1/parts', '/things/%E0%A4%A'])(
  'nothing is found at %s',
  (path) => {
    expect(match('GET', path)).toEqual({ kind: 'not-found' });
  },
);
