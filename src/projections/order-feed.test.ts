import { expect, test } from 'vitest';
import { historyOf, orderNoOf, paths } from '../../test/support/histories.ts';
import { specifyProjection } from '../../test/support/specify-projection.ts';
import { orderEvents } from '../domain/order/events.ts';
import { orderFeed } from './order-feed.ts';

const { given } = specifyProjection(orderFeed);

test('has one entry an order event, in log order by key, and none of the saga', () => {
  const history = historyOf(1, 'completed');
  const { rows } = given(...history);
  expect([...rows.keys()]).toEqual([...rows.keys()].sort());
  expect([...rows.values()].map((row) => (row as { type: string }).type)).toEqual(
    history.filter(({ stream }) => stream.startsWith('order-')).map(({ event }) => event.type),
  );
});

test('names the member on the first entry only', () => {
  const { rows } = given(...historyOf(1, 'completed', 'member-9'));
  const members = [...rows.values()].map((row) => (row as { memberId: string | null }).memberId);
  expect(members).toEqual(['member-9', ...members.slice(1).map(() => null)]);
});

test('tells the status, the failure and the money of each event', () => {
  const told = (path: 'declined' | 'partly-cancelled') =>
    [...given(...historyOf(1, path)).rows.values()].at(-1);
  expect(told('declined')).toMatchObject({
    type: 'PaymentDeclined',
    status: 'PAYMENT_FAILED',
    failureCode: 'PAYMENT_FAILED',
  });
  expect(told('partly-cancelled')).toMatchObject({
    status: 'PARTIALLY_CANCELED',
    amount: 4_131,
    refundId: `${orderNoOf(1)}-ABCDEFGHIJ`,
  });
});

test('carries no personal data and no payment key', () => {
  const { rows } = given(...paths.flatMap((path, index) => historyOf(index, path)));
  const text = JSON.stringify([...rows.values()]);
  for (const secret of ['김하나', '010-1234-5678', '서울시', 'pay-1'])
    expect(text).not.toContain(secret);
});

test('covers every event of an order', () => {
  expect(Object.keys(orderFeed.on).sort()).toEqual(Object.keys(orderEvents.definitions).sort());
});
