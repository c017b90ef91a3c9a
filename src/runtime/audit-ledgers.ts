import { unitsLeft } from '../domain/order/refund.ts';
import type { OrderBook } from './audit-books.ts';
import { refusedLate } from './audit-books.ts';
import type { Broken, Ledger } from './audit-ports.ts';

type Books = ReadonlyMap<string, OrderBook>;

/** What the participants' books must say: I1, I2, I3, I4, I5, I7, I10. Orders that are under way are judged loosely. */
export const auditLedgers = (books: readonly OrderBook[], ledger: Ledger): readonly Broken[] => {
  const byOrder: Books = new Map(books.map((book) => [book.orderNo, book]));
  return [
    ...stock(byOrder, ledger),
    ...points(byOrder, ledger),
    ...coupons(byOrder, ledger),
    ...money(books, ledger),
    ...once(ledger),
  ];
};

const failed = ({ order }: OrderBook): boolean =>
  (order.status === 'CANCELED' || order.status === 'PAYMENT_FAILED') && order.payment === null;

/** I1: every unit is on the shelf or with an order that may have it. */
const stock = (books: Books, { variants }: Ledger): readonly Broken[] => {
  const broken: Broken[] = [];
  const seen = new Set<string>();
  for (const { productVariantId, initial, available, orders } of variants) {
    const subject = `variant ${productVariantId}`;
    const held = orders.reduce((sum, each) => sum + each.held, 0);
    if (available < 0) broken.push({ invariant: 'I1', subject, detail: `${available} available` });
    if (available + held !== initial)
      broken.push({
        invariant: 'I1',
        subject,
        detail: `${available} available + ${held} held is not ${initial}`,
      });
    for (const { orderNo, held: units } of orders) {
      seen.add(`${orderNo}/${productVariantId}`);
      const book = books.get(orderNo);
      const due = book ? unitsDue(book, productVariantId) : 0;
      if (due !== null && units !== due)
        broken.push({
          invariant: 'I1',
          subject: orderNo,
          detail: `holds ${units} of variant ${productVariantId}, should hold ${due}`,
        });
    }
  }
  for (const book of books.values())
    for (const { productVariantId } of book.order.lines) {
      const due = unitsDue(book, productVariantId);
      if (due !== null && due > 0 && !seen.has(`${book.orderNo}/${productVariantId}`))
        broken.push({
          invariant: 'I1',
          subject: book.orderNo,
          detail: `holds nothing of variant ${productVariantId}, should hold ${due}`,
        });
    }
  return broken;
};

/** Units that an order should hold; null while it is under way. */
const unitsDue = (book: OrderBook, productVariantId: number): number | null => {
  if (!book.settled) return null;
  return failed(book) ? 0 : (unitsLeft(book.order).get(productVariantId) ?? 0);
};

/** I2: every point is with its member or was used for an order that may have it, each used and refunded at most once. */
const points = (books: Books, { members }: Ledger): readonly Broken[] => {
  const broken: Broken[] = [];
  const used = new Map<string, number>();
  for (const { memberId, balance, entries } of members) {
    const subject = `member ${memberId}`;
    const total = entries.reduce((sum, { amount }) => sum + amount, 0);
    if (balance < 0) broken.push({ invariant: 'I2', subject, detail: `balance ${balance}` });
    if (total !== balance)
      broken.push({ invariant: 'I2', subject, detail: `entries say ${total}, balance ${balance}` });
    const counts = new Map<string, number>();
    for (const { kind, orderNo, amount } of entries) {
      if (orderNo === null) continue;
      used.set(orderNo, (used.get(orderNo) ?? 0) - amount);
      const key = `${orderNo} ${kind}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, count] of counts)
      if (count > 1 && !key.endsWith('PARTIAL_REFUND'))
        broken.push({ invariant: 'I2', subject, detail: `${key} ${count} times` });
  }
  const orderNos = new Set([...used.keys(), ...books.keys()]);
  for (const orderNo of orderNos) {
    const book = books.get(orderNo);
    if (book && !book.settled) continue;
    const due = book && !failed(book) ? pointsKept(book) : 0;
    const has = used.get(orderNo) ?? 0;
    if (has !== due)
      broken.push({
        invariant: 'I2',
        subject: orderNo,
        detail: `${has} points used, should be ${due}`,
      });
  }
  return broken;
};

const pointsKept = ({ order }: OrderBook): number =>
  order.price.pointDiscount - order.refunds.reduce((sum, { points: back }) => sum + back, 0);

/** I3: a coupon is with one live order at most, and with no order that failed. */
const coupons = (books: Books, ledger: Ledger): readonly Broken[] => {
  const broken: Broken[] = [];
  const redeemedBy = new Set<string>();
  for (const { couponId, reusable, redemptions } of ledger.coupons) {
    const subject = `coupon ${couponId}`;
    const live = redemptions.filter(({ state }) => state === 'REDEEMED');
    if (live.length > 1 && !reusable)
      broken.push({ invariant: 'I3', subject, detail: `live in ${live.length} orders` });
    for (const { orderNo } of live) {
      redeemedBy.add(`${orderNo}/${couponId}`);
      const book = books.get(orderNo);
      if (!book || (book.settled && !keepsCoupon(book)))
        broken.push({ invariant: 'I3', subject: orderNo, detail: `still has ${subject}` });
    }
  }
  for (const book of books.values()) {
    const { coupon } = book.order;
    if (coupon && book.settled && keepsCoupon(book))
      if (!redeemedBy.has(`${book.orderNo}/${coupon.couponId}`))
        broken.push({
          invariant: 'I3',
          subject: book.orderNo,
          detail: `completed without coupon ${coupon.couponId}`,
        });
  }
  return broken;
};

const keepsCoupon = (book: OrderBook): boolean =>
  book.order.coupon !== null &&
  !failed(book) &&
  !book.order.refunds.some(({ releaseCoupon }) => releaseCoupon);

/** I4: the provider holds exactly what orders paid and have not got back. I5: and was never asked without an intent. I10: one payment an order. */
const money = (books: readonly OrderBook[], { payments }: Ledger): readonly Broken[] => {
  const broken: Broken[] = [];
  const known = new Set(books.map(({ orderNo }) => orderNo));
  for (const { orderId, paymentKey, approvals, balanceAmount } of payments)
    if (!known.has(orderId) && approvals > 0 && balanceAmount > 0)
      broken.push({ invariant: 'I4', subject: orderId, detail: `paid (${paymentKey}), no order` });
  for (const { orderNo, order, events, cancellations, settled } of books) {
    const own = payments.filter(({ orderId }) => orderId === orderNo);
    const approved = own.filter(({ approvals }) => approvals > 0);
    const held = approved.reduce((sum, { balanceAmount }) => sum + balanceAmount, 0);
    const kept =
      (order.payment?.amount ?? 0) - order.refunds.reduce((sum, { amount }) => sum + amount, 0);
    const stuck = order.latePayments
      .filter(({ refunded, refundId }) => !refunded && refusedLate(cancellations, refundId))
      .reduce((sum, { amount }) => sum + amount, 0);
    if (settled && held !== kept + stuck)
      broken.push({
        invariant: 'I4',
        subject: orderNo,
        detail: `the provider holds ${held} won, the order says ${kept + stuck} (${order.status})`,
      });
    const asked = own.reduce((sum, { confirmations }) => sum + confirmations, 0);
    const intended = events.some(({ type }) => type === 'PaymentConfirmationRequested');
    if (asked > 0 && !intended)
      broken.push({
        invariant: 'I5',
        subject: orderNo,
        detail: `the provider confirmed ${asked} times without a recorded intent`,
      });
    const full = approved.filter(({ balanceAmount }) => balanceAmount > 0);
    if (settled && full.length > 1 && stuck === 0)
      broken.push({ invariant: 'I10', subject: orderNo, detail: `${full.length} live payments` });
  }
  return broken;
};

/** I7: every effect at most once, every undo at most as often as its effect. */
const once = ({ operations, payments }: Ledger): readonly Broken[] => [
  ...operations
    .filter(({ service }) => service !== 'toss')
    .flatMap(({ service, orderNo, effects }): readonly Broken[] =>
      effects.do > 1 || effects.undo > effects.do
        ? [
            {
              invariant: 'I7',
              subject: orderNo,
              detail: `${service}: done ${effects.do} times, undone ${effects.undo} times`,
            },
          ]
        : [],
    ),
  ...payments
    .filter(({ approvals }) => approvals > 1)
    .map(
      ({ orderId, paymentKey, approvals }): Broken => ({
        invariant: 'I7',
        subject: orderId,
        detail: `${paymentKey} approved ${approvals} times`,
      }),
    ),
];
