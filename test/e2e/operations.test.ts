import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buy, placeOrder } from '../support/buying.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
let member: string;
let operator: string;
beforeAll(async () => {
  shop = await startShop({ RATE_LIMIT_PER_MINUTE: '500', CORS_ORIGINS: 'https://shop.example' });
  member = await shop.token(1);
  operator = await shop.token(9001, 'ROLE_ADMIN');
});
afterEach(async () => {
  await shop.sandbox('DELETE', '/faults');
});
afterAll(() => shop.stop());

describe('what needs no token', () => {
  test('health says that it runs, and that requests may come', async () => {
    expect(await shop.call('GET', '/health/live')).toMatchObject({
      status: 200,
      body: { status: 'UP' },
    });
    const ready = await eventually('readiness', async () => {
      const answer = await shop.call('GET', '/health/ready');
      return answer.body.projector?.role === 'active' && answer;
    });
    expect(ready.body).toMatchObject({
      status: 'UP',
      checks: { eventStore: { ok: true }, database: { ok: true } },
      participants: expect.arrayContaining([
        expect.objectContaining({ participant: 'toss', breaker: 'closed' }),
      ]),
    });
  });

  test('metrics count requests by route, never by address', async () => {
    await shop.call('GET', '/orders/ORD-20260301-AAAAAAAAAAAAAAAA', { token: member });
    const { headers, body } = await shop.call('GET', '/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    expect(body).toMatch(
      /http_requests_total\{method="GET",route="\/orders\/:orderNo",status="404"\} \d/,
    );
    expect(body).toContain('projection_behind_bytes{projection="orders"}');
    expect(body).toContain('participant_breaker{participant="product"} 0');
    expect(body).not.toContain('ORD-20260301');
  });

  test('the description of the API covers every route, and the pages fetch nothing from elsewhere', async () => {
    const { body } = await shop.call('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/carts',
        '/carts/{cartItemId}',
        '/orders',
        '/orders/confirm',
        '/orders/{orderNo}',
        '/orders/events',
        '/admin/sagas',
      ]),
    );
    expect(body.paths['/orders'].post.responses['409'].content).toHaveProperty([
      'application/problem+json',
    ]);
    const page = await shop.call('GET', '/docs');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const links = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, link]) => link ?? '',
    );
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect((await shop.call('GET', link)).status, link).toBe(200);
  });

  test('every problem has an address', async () => {
    const { body } = await shop.call('GET', '/problems');
    expect(body.length).toBeGreaterThan(40);
    const one = await shop.call('GET', '/problems/INSUFFICIENT_STOCK');
    expect(one.body).toMatchObject({ code: 'INSUFFICIENT_STOCK', status: 409, retry: 'changed' });
    expect((await shop.call('GET', '/problems/NONSENSE')).status).toBe(404);
    expect((await shop.call('GET', '/')).body.links.docs).toBe('/docs');
  });

  test('answers carry what protects browsers, and only listed origins may call', async () => {
    const { headers } = await shop.call('GET', '/health/live', {
      headers: { origin: 'https://shop.example' },
    });
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'access-control-allow-origin': 'https://shop.example',
    });
    expect(headers.get('x-powered-by')).toBeNull();
    const preflight = await shop.call('OPTIONS', '/carts', {
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    const other = await shop.call('GET', '/health/live', {
      headers: { origin: 'https://evil.example' },
    });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect((await shop.call('OPTIONS', '/carts')).headers.get('allow')).toBe(
      'DELETE, GET, HEAD, OPTIONS, POST',
    );
  });

  test('a request keeps its id, if it is a decent one', async () => {
    const kept = await shop.call('GET', '/nothing', { headers: { 'x-request-id': 'mine-1' } });
    expect([kept.headers.get('x-request-id'), kept.body.requestId]).toEqual(['mine-1', 'mine-1']);
    const replaced = await shop.call('GET', '/nothing', { headers: { 'x-request-id': 'a b<c>' } });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a member who asks too often', () => {
  test('is told how often he may, and when again; others are not held up', async () => {
    const token = await shop.token(1199);
    const first = await shop.call('GET', '/carts', { token });
    expect(first.headers.get('ratelimit-policy')).toContain('q=500');
    expect(first.headers.get('ratelimit')).toContain('r=499');
    for (let count = 0; count < 10; count += 1)
      await Promise.all(Array.from({ length: 50 }, () => shop.call('GET', '/carts', { token })));
    const refused = await shop.call('GET', '/carts', { token });
    expect(refused).toMatchObject({
      status: 429,
      body: {
        code: 'RATE_LIMITED',
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await shop.call('GET', '/carts', { token: member })).status).toBe(200);
  });
});

describe('operators', () => {
  const admin = (method: string, path: string, body?: unknown) =>
    shop.call(method, `/admin${path}`, { token: operator, body });

  test('see what is stuck, try it again, and leave a note with their name', async () => {
    await shop.sandbox('PUT', '/faults', {
      target: 'product',
      operation: 'deductStock',
      mode: 'unavailable',
    });
    const { body } = await shop.call('POST', '/orders', {
      token: member,
      body: {
        items: [{ productVariantId: 2, quantity: 1 }],
        deliveryAddress: 'x',
        pointToUse: 0,
        expectedPrice: 13_500,
      },
    });
    const { orderNo } = body;
    await eventually('the step to be put off', async () => {
      const { body: found } = await admin('GET', `/sagas/${orderNo}`);
      return found.sagas?.[0]?.attempts > 0;
    });
    const running = await admin('GET', '/sagas?status=running');
    expect(running.body.sagas.map(({ instance }: { instance: string }) => instance)).toContain(
      orderNo,
    );
    expect(
      (await admin('POST', `/sagas/${orderNo}/annotate`, { reason: 'stock service is down' }))
        .status,
    ).toBe(202);
    await shop.sandbox('DELETE', '/faults');
    expect((await admin('POST', `/sagas/${orderNo}/retry`, { reason: 'it is back' })).status).toBe(
      202,
    );
    await eventually(
      'the order to be payable',
      async () => {
        const { body: order } = await shop.call('GET', `/orders/${orderNo}`, { token: member });
        return order.status === 'PAYMENT_WAITING';
      },
      40_000,
    );
    const { body: saga } = await admin('GET', `/sagas/${orderNo}`);
    expect(saga.sagas[0].notes).toMatchObject([
      { kind: 'note', by: '9001', reason: 'stock service is down' },
      { kind: 'retry', by: '9001', reason: 'it is back' },
    ]);
  }, 60_000);

  test('give an unpaid order up, but not one that is paid', async () => {
    const { orderNo } = await placeOrder(shop, member);
    expect((await admin('POST', `/sagas/${orderNo}/compensate`, { reason: 'fraud' })).status).toBe(
      202,
    );
    await eventually('the order to be cancelled', async () => {
      const { body } = await shop.call('GET', `/orders/${orderNo}`, { token: member });
      return body.failureCode === 'CANCELED_BY_OPERATOR';
    });
    const paid = await buy(shop, member);
    const refused = await eventually('the saga to end', async () => {
      const answer = await admin('POST', `/sagas/${paid.orderNo}/compensate`, {
        reason: 'too late',
      });
      return answer.status === 409 && answer;
    });
    expect(['SAGA_FINISHED', 'COMPENSATION_NOT_ALLOWED']).toContain(refused.body.code);
    const unknown = await admin('POST', '/sagas/ORD-20260301-AAAAAAAAAAAAAAAA/retry', {
      reason: 'x',
    });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'SAGA_NOT_FOUND' } });
    expect((await admin('GET', '/sagas/nonsense')).body.code).toBe('SAGA_NOT_FOUND');
  });

  test('see read models, consumer groups and parked messages', async () => {
    const { body } = await admin('GET', '/projections');
    expect(body.projections.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['orders', 'order_feed', 'order_sagas', 'carts', 'daily_sales']),
    );
    const parked = await admin('GET', '/parked');
    expect(parked.body).toMatchObject({
      parked: [],
      groups: [expect.objectContaining({ parked: 0 })],
    });
    expect((await admin('POST', '/parked/replay')).status).toBe(202);
  });
});
