import { expect, test } from 'vitest';
import { type BannerFacts, banner } from './banner.ts';

const facts: BannerFacts = {
  apiUrl: 'http://127.0.0.1:3001',
  roles: ['api', 'projector'],
  dataDir: '/srv/data',
  eventStore: 'esdb://admin:changeit@store:2113?tls=false',
  database: 'postgres://orders:hidden@127.0.0.1:5433/orders',
  sandboxUrl: 'http://127.0.0.1:4000',
  sandboxTokens: true,
  movedPorts: ['port 3000 is busy; the API uses 3001 instead (PORT)'],
};

test('the banner says where the API listens, how to get a token, and a first call', () => {
  const text = banner(facts);
  expect(text).toContain('The order service listens on http://127.0.0.1:3001\n');
  expect(text).toContain('curl -s http://127.0.0.1:4000/tokens');
  expect(text).toContain('curl -s http://127.0.0.1:3001/carts');
  expect(text).toContain('http://127.0.0.1:3001/docs');
  expect(text).toContain('/srv/data');
});

test('the banner says which busy port was replaced', () =>
  expect(banner(facts)).toContain('Note: port 3000 is busy; the API uses 3001 instead (PORT)'));

test('the banner shows no password', () => expect(banner(facts)).not.toMatch(/changeit|hidden/));

test('a token comes from elsewhere when the sandbox is not believed', () => {
  const text = banner({ ...facts, sandboxTokens: false });
  expect(text).not.toContain('/tokens');
  expect(text).toContain('Get a token from your own issuer');
});

test('a process without the API names its roles and offers no calls', () => {
  const text = banner({ ...facts, roles: ['projector'] });
  expect(text).toContain('The order service runs: projector');
  expect(text).not.toContain('curl');
});
