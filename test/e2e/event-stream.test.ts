import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buy, placeOrder } from '../support/buying.ts';
import { openStream, type StreamClient } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ SSE_CONNECTIONS_PER_MEMBER: '3' });
});
afterAll(() => shop.stop());

const bearer = async (memberId: number) => {
  const token = await shop.token(memberId);
  return { token, headers: { authorization: `Bearer ${token}` } };
};
const listen = (path: string, headers: Readonly<Record<string, string>>) =>
  openStream(`${shop.url}${path}`, headers);
const typesOf = ({ messages }: StreamClient): string[] =>
  messages.filter(({ event }) => event === 'order').map(({ data }) => JSON.parse(data).type);

const WHOLE = [
  'OrderPlaced',
  'OrderAwaitingPayment',
  'PaymentConfirmationRequested',
  'PaymentApproved',
  'OrderCompleted',
];

describe('a stream of events', () => {
  test('is sent as the standard asks', async () => {
    const { headers } = await bearer(1);
    const stream = await listen('/orders/events', headers);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    await stream.until('the snapshot', (all) => all[0]?.event === 'snapshot');
    await stream.close();
  });

  test('goes on behind the last id without gap or repeat, wherever it was cut', async () => {
    const { token, headers } = await bearer(2);
    const whole = await listen('/orders/events', headers);
    await buy(shop, token);
    await buy(shop, token);
    await whole.until(
      'both completions',
      () => typesOf(whole).filter((t) => t === 'OrderCompleted').length === 2,
    );
    expect(typesOf(whole)).toEqual([...WHOLE, ...WHOLE]);
    const all = whole.messages.slice(1);
    for (const [index, { id }] of all.entries()) {
      const resumed = await listen('/orders/events', { ...headers, 'last-event-id': id ?? '' });
      const rest = all.slice(index + 1).map((message) => message.id);
      await resumed.until('the rest', (messages) => messages.length >= rest.length);
      expect(resumed.messages.map((message) => message.id)).toEqual(rest);
      await resumed.close();
    }
    await whole.close();
  });

  test('resumes by query too, and of one order alone', async () => {
    const { token, headers } = await bearer(3);
    const { orderNo } = await buy(shop, token);
    const other = await placeOrder(shop, token);
    const of = await listen(`/orders/${orderNo}/events?lastEventId=0`, headers);
    await of.until('the order', (all) => all.length >= WHOLE.length);
    expect(typesOf(of)).toEqual(WHOLE);
    expect(of.messages.some(({ data }) => data.includes(other.orderNo))).toBe(false);
    await of.close();
  });

  test('begins with a snapshot of what is, so nothing before it is missed', async () => {
    const { token, headers } = await bearer(4);
    const { orderNo } = await buy(shop, token);
    const shown = await eventually('the snapshot to show the completion', async () => {
      const late = await listen(`/orders/${orderNo}/events`, headers);
      await late.until('the snapshot', (all) => all.length > 0);
      await late.close();
      const [order] = JSON.parse(late.messages[0]?.data ?? '{}').orders;
      return order?.status === 'COMPLETED' && order;
    });
    expect(shown).toMatchObject({ orderNo, finalPaymentAmount: 30_000 });
  });

  test.each(['999999999999', 'nonsense'])(
    'that is asked to go on behind %s starts anew, and says so',
    async (id) => {
      const { headers } = await bearer(5);
      const stream = await listen('/orders/events', { ...headers, 'last-event-id': id });
      await stream.until('reset and snapshot', (all) => all.length >= 2);
      expect(stream.messages.map(({ event }) => event)).toEqual(['reset', 'snapshot']);
      await stream.close();
    },
  );

  test('shows a member nothing of anybody else', async () => {
    const mine = await bearer(6);
    const theirs = await bearer(7);
    const stream = await listen('/orders/events', mine.headers);
    const foreign = await placeOrder(shop, theirs.token);
    const own = await placeOrder(shop, mine.token);
    await stream.until('my order', (all) => all.some(({ data }) => data.includes(own.orderNo)));
    expect(stream.messages.some(({ data }) => data.includes(foreign.orderNo))).toBe(false);
    await stream.close();
  });

  test('tells nothing personal', async () => {
    const { token, headers } = await bearer(1);
    const { orderNo } = await placeOrder(shop, token);
    const stream = await listen(`/orders/${orderNo}/events?lastEventId=0`, headers);
    await stream.until('the order', (all) => all.length >= 2);
    for (const { data } of stream.messages)
      expect(data).not.toMatch(/김민준|010-|세종대로|paymentKey/);
    await stream.close();
  });
});

describe('connections', () => {
  test('are limited for each member, and freed when they end', async () => {
    const { headers } = await bearer(8);
    const open = await Promise.all([1, 2, 3].map(() => listen('/orders/events', headers)));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200]);
    const refused = await shop.call('GET', '/orders/events', { headers });
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_STREAMS', limit: 3 } });
    await open[0]?.close();
    await eventually('a free place', async () => {
      const stream = await listen('/orders/events', headers);
      await stream.close();
      return stream.status === 200;
    });
    for (const stream of open) await stream.close();
  });

  test('end when the token does', async () => {
    const token = await shop.token(1, 'ROLE_USER', 2);
    const stream = await listen('/orders/events', { authorization: `Bearer ${token}` });
    expect(stream.status).toBe(200);
    await stream.ended;
  });

  test('open by a ticket, once, without a header', async () => {
    const { token } = await bearer(1);
    const { status, body } = await shop.call('POST', '/orders/events/ticket', { token });
    expect(status).toBe(201);
    const stream = await listen(`/orders/events?ticket=${body.ticket}`, {});
    expect(stream.status).toBe(200);
    await stream.close();
    for (const ticket of [body.ticket, 'nonsense', token]) {
      const again = await shop.call('GET', `/orders/events?ticket=${ticket}`);
      expect(again).toMatchObject({ status: 401, body: { code: 'INVALID_TICKET' } });
    }
  });

  test('need a token, and are what they are asked for', async () => {
    expect((await shop.call('GET', '/orders/events')).status).toBe(401);
    const { headers } = await bearer(1);
    const json = await shop.call('GET', '/orders/events', {
      headers: { ...headers, accept: 'application/json' },
    });
    expect(json).toMatchObject({ status: 406, body: { code: 'NOT_ACCEPTABLE' } });
    const head = await fetch(`${shop.url}/orders/events`, { method: 'HEAD', headers });
    expect(head.status).toBe(200);
  });

  test('end with the process, which does not wait for them', async () => {
    const { headers } = await bearer(2);
    const streams = await Promise.all([1, 2].map(() => listen('/orders/events', headers)));
    const before = performance.now();
    await shop.stopService();
    await Promise.race([
      Promise.all(streams.map(({ ended }) => ended)),
      pause(5_000).then(() => Promise.reject(new Error('still open'))),
    ]);
    expect(performance.now() - before).toBeLessThan(8_000);
  });
});
