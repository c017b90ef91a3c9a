import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { sandboxForTest } from './support.ts';

const ORDER = 'ORD-20260301-0000000001';

/** A receiver that answers with the given statuses in turn, then 200, and keeps what it was sent. */
async function receiver(...statuses: number[]) {
  // biome-ignore lint/suspicious/noExplicitAny: two shapes of events arrive here
  const received: { headers: Record<string, unknown>; event: any }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, event: JSON.parse(text) });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

test('a payment that changes is told to the receiver', async () => {
  const { url, received } = await receiver();
  const sandbox = await sandboxForTest();
  await sandbox.post('/webhooks', { url });
  const paymentKey = await sandbox.openPayment(ORDER, 15_000);
  await sandbox.confirm(paymentKey, ORDER, 15_000);
  await sandbox.cancel(paymentKey, { cancelReason: '변심', cancelAmount: 1000 });
  await expect.poll(() => received.length).toBe(2);
  const byStatus = received.toSorted((a, b) =>
    a.event.data.status < b.event.data.status ? -1 : 1,
  );
  expect(byStatus.map(({ event }) => [event.eventType, event.data.status])).toEqual([
    ['PAYMENT_STATUS_CHANGED', 'DONE'],
    ['PAYMENT_STATUS_CHANGED', 'PARTIAL_CANCELED'],
  ]);
  expect(byStatus[0]?.headers).toMatchObject({
    'tosspayments-webhook-transmission-id': expect.any(String),
    'tosspayments-webhook-transmission-time': expect.any(String),
    'tosspayments-webhook-transmission-retried-count': '0',
  });
});

test('a receiver that does not answer 200 is told again under the same id', async () => {
  const { url, received } = await receiver(500, 302);
  const sandbox = await sandboxForTest();
  await sandbox.post('/webhooks', { url, retryDelaysMs: [1, 1, 1] });
  const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: 'REJECT_CARD_COMPANY' });
  await sandbox.confirm(paymentKey, ORDER, 15_000);
  await expect.poll(() => received.length).toBe(3);
  const header = (name: string) =>
    received.map(({ headers }) => headers[`tosspayments-webhook-transmission-${name}`]);
  expect(new Set(header('id')).size).toBe(1);
  expect(header('retried-count')).toEqual(['0', '1', '2']);
  expect(received[0]?.event.data.status).toBe('ABORTED');
});

test('a deposit is told twice: as a callback with the secret and as a change', async () => {
  const { url, received } = await receiver();
  const sandbox = await sandboxForTest();
  await sandbox.post('/webhooks', { url });
  const paymentKey = await sandbox.openPayment(ORDER, 15_000, { outcome: 'virtual-account' });
  const { body } = await sandbox.confirm(paymentKey, ORDER, 15_000);
  await sandbox.post(`/payments/${paymentKey}/deposit`, {});
  await expect.poll(() => received.length).toBe(2);
  const callback = received.find(({ event }) => event.eventType === undefined)?.event;
  expect(callback).toMatchObject({ secret: body.secret, status: 'DONE', orderId: ORDER });
});

test('a session that runs out is told', async () => {
  const { url, received } = await receiver();
  const sandbox = await sandboxForTest();
  await sandbox.post('/webhooks', { url });
  await sandbox.openPayment(ORDER, 15_000);
  await sandbox.put('/clock', { offsetMs: 11 * 60_000 });
  await expect.poll(() => received[0]?.event.data.status).toBe('EXPIRED');
});

test('an error that changes nothing is not told, and neither is anything once the webhook is off', async () => {
  const { url, received } = await receiver();
  const sandbox = await sandboxForTest();
  await sandbox.post('/webhooks', { url });
  const paymentKey = await sandbox.openPayment(ORDER, 15_000, {
    outcome: ['PROVIDER_ERROR', 'approve'],
  });
  await sandbox.confirm(paymentKey, ORDER, 15_000);
  await sandbox.post('/webhooks', { url: null });
  await sandbox.confirm(paymentKey, ORDER, 15_000);
  expect((await sandbox.get('/webhooks')).body).toEqual({ webhook: null, deliveries: [] });
  expect(received).toEqual([]);
});

test('a receiver that is not there is given up after the last try, and that is shown', async () => {
  const sandbox = await sandboxForTest();
  await sandbox.post('/webhooks', { url: 'http://127.0.0.1:1/hook', retryDelaysMs: [1] });
  const paymentKey = await sandbox.openPayment(ORDER, 15_000);
  await sandbox.confirm(paymentKey, ORDER, 15_000);
  await expect
    .poll(async () => (await sandbox.get('/webhooks')).body.deliveries[0])
    .toMatchObject({ tries: 2, result: expect.stringContaining('fetch failed') });
  expect((await sandbox.post('/webhooks', { url: 'ftp://example.com' })).status).toBe(400);
});
