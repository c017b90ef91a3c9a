import type { Recorded } from '../domain/kernel/events.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { OrderBook } from './audit-books.ts';
import type { Broken } from './audit-ports.ts';

/** Which events may follow once an order has ended without success: only what concerns money that came too late. */
const afterTheEnd: readonly OrderEvent['type'][] = ['LatePaymentFound', 'LatePaymentRefunded'];

/** What the streams must say by themselves: I5, I6, I8, I9, I10, I11, I14. */
export const auditStreams = (
  books: readonly OrderBook[],
  { now, quiet }: { readonly now: string; readonly quiet: boolean },
): readonly Broken[] => [
  ...books.flatMap((book) => [
    ...confirmationsApart(book),
    ...absorbing(book),
    ...(quiet ? live(book, now) : []),
    ...priced(book),
    ...placedOnce(book),
    ...refundsWithin(book),
  ]),
  ...paymentKeysApart(books),
];

/** I5: nothing is given back while a confirmation is unresolved, nor before the order has ended. */
const confirmationsApart = ({ orderNo, events, saga }: OrderBook): readonly Broken[] => {
  const compensated = saga.find(({ type }) => type === 'CompensationStarted');
  if (!compensated) return [];
  const before = events.filter(({ position }) => position < compensated.position);
  const ended = before.some(isFailure);
  return ended
    ? []
    : [
        {
          invariant: 'I5',
          subject: orderNo,
          detail: `compensation started while the order was at ${before.at(-1)?.type ?? 'nothing'}`,
        },
      ];
};

const failures: readonly OrderEvent['type'][] = ['PaymentDeclined', 'OrderFailed', 'OrderExpired'];

const isFailure = (event: Recorded<OrderEvent>): boolean =>
  event.type === 'OrderCancelled' ? event.data.refund === null : failures.includes(event.type);

/** I6: CANCELED and PAYMENT_FAILED are final; an order completes at most once. */
const absorbing = ({ orderNo, events }: OrderBook): readonly Broken[] => {
  const end = events.findIndex(
    (event) => isFailure(event) || (event.type === 'OrderCancelled' && event.data.refund !== null),
  );
  const after = end < 0 ? [] : events.slice(end + 1);
  const moved = after.filter(({ type }) => !afterTheEnd.includes(type));
  const completions = events.filter(({ type }) => type === 'OrderCompleted').length;
  return [
    ...moved.map(
      ({ type }): Broken => ({
        invariant: 'I6',
        subject: orderNo,
        detail: `${type} after the order had ended with ${events[end]?.type}`,
      }),
    ),
    ...(completions > 1
      ? [{ invariant: 'I6', subject: orderNo, detail: `completed ${completions} times` } as const]
      : []),
  ];
};

/** I8: with all faults over and all deadlines passed, nothing is left under way, unless a human was called. */
const live = ({ orderNo, order, settled }: OrderBook, now: string): readonly Broken[] => {
  const { status, paymentDeadline, flaggedForReview } = order;
  const waitsInTime =
    status === 'PAYMENT_WAITING' && paymentDeadline !== null && now < paymentDeadline;
  const called = status === 'PAYMENT_CONFIRMING' && flaggedForReview;
  return settled || waitsInTime || called
    ? []
    : [{ invariant: 'I8', subject: orderNo, detail: `unfinished: ${status}` }];
};

/** I9: the price adds up, is payable, and is what was asked of the provider. */
const priced = ({ orderNo, order, events }: OrderBook): readonly Broken[] => {
  const { price, lines } = order;
  const total = lines.reduce((sum, { lineTotal }) => sum + lineTotal, 0);
  const final = price.finalPaymentAmount;
  const wrong: string[] = [];
  if (final !== total - price.couponDiscount - price.pointDiscount)
    wrong.push(`${final} is not ${total} - ${price.couponDiscount} - ${price.pointDiscount}`);
  if (final < 0 || (final > 0 && final < 100)) wrong.push(`${final} won cannot be paid`);
  const shares = lines.reduce((sum, { payShare }) => sum + payShare, 0);
  if (shares !== final) wrong.push(`the lines' shares add up to ${shares}, not ${final}`);
  for (const event of events)
    if (event.type === 'PaymentConfirmationRequested' && event.data.amount !== final)
      wrong.push(`${event.data.amount} was asked for instead of ${final}`);
  return wrong.map((detail) => ({ invariant: 'I9', subject: orderNo, detail }));
};

/** I11: one request places one order, however often it is sent. */
const placedOnce = ({ orderNo, order, events }: OrderBook): readonly Broken[] => {
  const times = events.filter(({ type }) => type === 'OrderPlaced').length;
  return times === 1 && order.orderNo === orderNo
    ? []
    : [{ invariant: 'I11', subject: orderNo, detail: `placed ${times} times` }];
};

/** I14: no more is given back than was paid, used and ordered. */
const refundsWithin = ({ orderNo, order }: OrderBook): readonly Broken[] => {
  const sum = (of: (refund: (typeof order.refunds)[number]) => number): number =>
    order.refunds.reduce((total, refund) => total + of(refund), 0);
  const wrong: string[] = [];
  const paid = order.payment?.amount ?? 0;
  if (sum(({ amount }) => amount) > paid) wrong.push(`more than the ${paid} won paid`);
  const { pointDiscount } = order.price;
  if (sum(({ points }) => points) > pointDiscount)
    wrong.push(`more than the ${pointDiscount} points used`);
  for (const { productVariantId, quantity } of order.lines) {
    const back = sum(({ items }) =>
      items
        .filter((item) => item.productVariantId === productVariantId)
        .reduce((units, item) => units + item.quantity, 0),
    );
    if (back > quantity) wrong.push(`${back} of ${quantity} units of variant ${productVariantId}`);
  }
  return wrong.map((detail) => ({
    invariant: 'I14',
    subject: orderNo,
    detail: `given back: ${detail}`,
  }));
};

/** I10: two orders never share a payment that one of them was paid with. */
const paymentKeysApart = (books: readonly OrderBook[]): readonly Broken[] => {
  const owner = new Map<string, string>();
  const broken: Broken[] = [];
  for (const { orderNo, order } of books) {
    const paymentKey = order.payment?.paymentKey;
    if (!paymentKey) continue;
    const other = owner.get(paymentKey);
    if (other)
      broken.push({
        invariant: 'I10',
        subject: orderNo,
        detail: `paid with the payment of ${other}`,
      });
    owner.set(paymentKey, orderNo);
  }
  return broken;
};
