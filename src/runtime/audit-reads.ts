import { evolveOrder } from '../domain/order/evolve.ts';
import type { OrderState } from '../domain/order/order-types.ts';
import { refundedAmount } from '../domain/order/refund.ts';
import type { OrderBook } from './audit-books.ts';
import type { Broken, ReadModelSource, ShownEvent } from './audit-ports.ts';

/** What the read side must say: I12 (rows), I13 (the feed behind the event streams), I15 (whose they are). */
export const auditReads = async (
  books: readonly OrderBook[],
  source: ReadModelSource,
  signal: AbortSignal,
): Promise<readonly Broken[]> => {
  const byOrder = new Map(books.map((book) => [book.orderNo, book]));
  return [...(await rows(byOrder, source, signal)), ...(await feed(byOrder, source, signal))];
};

const rows = async (
  books: ReadonlyMap<string, OrderBook>,
  source: ReadModelSource,
  signal: AbortSignal,
): Promise<readonly Broken[]> => {
  const broken: Broken[] = [];
  const seen = new Set<string>();
  for await (const row of source.orders(signal)) {
    seen.add(row.orderNo);
    const book = books.get(row.orderNo);
    if (!book) {
      broken.push({ invariant: 'I12', subject: row.orderNo, detail: 'a row without a stream' });
      continue;
    }
    const { order, events } = book;
    const truth = {
      status: order.status,
      failureCode: order.failureCode,
      refundedAmount: refundedAmount(order),
      version: events.length - 1,
    };
    for (const [field, value] of Object.entries(truth)) {
      const shown = row[field as keyof typeof truth];
      if (shown !== value)
        broken.push({
          invariant: 'I12',
          subject: row.orderNo,
          detail: `${field} is shown as ${shown}, the stream says ${value}`,
        });
    }
    if (row.memberId !== order.memberId)
      broken.push({ invariant: 'I15', subject: row.orderNo, detail: 'shown to another member' });
  }
  for (const orderNo of books.keys())
    if (!seen.has(orderNo))
      broken.push({ invariant: 'I12', subject: orderNo, detail: 'a stream without a row' });
  return broken;
};

const feed = async (
  books: ReadonlyMap<string, OrderBook>,
  source: ReadModelSource,
  signal: AbortSignal,
): Promise<readonly Broken[]> => {
  const broken: Broken[] = [];
  const shown = new Map<string, ShownEvent[]>();
  let last = -1n;
  for await (const entry of source.feed(signal)) {
    if (entry.position <= last)
      broken.push({
        invariant: 'I13',
        subject: entry.orderNo,
        detail: `position ${entry.position} after ${last}`,
      });
    last = entry.position;
    const known = shown.get(entry.orderNo);
    if (known) known.push(entry);
    else shown.set(entry.orderNo, [entry]);
  }
  for (const book of books.values()) broken.push(...told(book, shown.get(book.orderNo) ?? []));
  return broken;
};

/** The feed tells exactly the order's events, each with the status it led to, to its owner. */
const told = (
  { orderNo, order, events }: OrderBook,
  entries: readonly ShownEvent[],
): readonly Broken[] => {
  const broken: Broken[] = [];
  const is = entries.map(({ type, position }) => `${type}@${position}`).join(' ');
  const should = events.map(({ type, position }) => `${type}@${position}`).join(' ');
  if (is !== should)
    broken.push({ invariant: 'I13', subject: orderNo, detail: `feed: ${is}; stream: ${should}` });
  const end = events.reduce<OrderState>(evolveOrder, { status: 'NONE' });
  const lastShown = entries.at(-1)?.status;
  if (lastShown !== undefined && lastShown !== end.status)
    broken.push({
      invariant: 'I13',
      subject: orderNo,
      detail: `the feed ends with ${lastShown}, the order is ${end.status}`,
    });
  for (const { memberId } of entries)
    if (memberId !== order.memberId)
      broken.push({ invariant: 'I15', subject: orderNo, detail: 'told to another member' });
  return broken;
};
