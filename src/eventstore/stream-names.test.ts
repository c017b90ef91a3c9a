import { expect, test } from 'vitest';
import { cartEvents } from '../domain/cart/events.ts';
import { orderEvents } from '../domain/order/events.ts';
import { streamNames } from './stream-names.ts';

const families = [orderEvents, cartEvents];

test.each([
  ['', 'order-ORD-1', 'order-process'],
  ['shop2', 'shop2.order-ORD-1', 'shop2.order-process'],
])('with the namespace %j the stream is %s and the group %s', (namespace, stream, group) => {
  const names = streamNames(namespace);
  expect(names.streamOf(orderEvents, 'ORD-1')).toBe(stream);
  expect(stream.startsWith(names.prefixOf(orderEvents))).toBe(true);
  expect(names.bare(stream)).toBe('order-ORD-1');
  expect(names.familyFinder(families)(stream)).toBe(orderEvents);
  expect(names.groupOf('order-process')).toBe(group);
  expect(
    ['order-process', 'shop2.order-process', 'shop3.order-process'].filter(names.ownsGroup),
  ).toEqual([group]);
});

test('streams of another namespace, and of none, are strangers', () => {
  const find = streamNames('shop2').familyFinder(families);
  expect(['order-ORD-1', 'shop3.order-ORD-1', 'shop2', '-'].map(find)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(streamNames('').familyFinder(families)('shop2.order-ORD-1')).toBeUndefined();
});
