import { describe, expect, test } from 'vitest';
import type { Payment, ProviderTransaction } from '../domain/payment/payment.ts';
import type { Probe } from './gateway-ports.ts';
import { type OrderMoney, reconcile } from './reconcile.ts';
import { reconciliationLines } from './reconcile-report.ts';

const orderNo = 'ORD-20260101-ABCDEFGHIJ';
const refundId = `${orderNo}-KLMNOPQRST`;
const day = '2026-01-01';

const paid: OrderMoney = {
  orderNo,
  payment: {
    paymentKey: 'P1',
    amount: 15_000,
    status: 'DONE',
    approvedAt: '2026-01-01T03:00:00.000Z',
  },
  refunds: [],
};
const refund = (change: Partial<OrderMoney['refunds'][number]> = {}) => ({
  refundId,
  status: 'DONE' as const,
  items: [{ productVariantId: 1, quantity: 1 }],
  amount: 5_000,
  requestedAt: '2026-01-01T04:00:00.000Z',
  ...change,
});
const approval = (change: Partial<ProviderTransaction> = {}): ProviderTransaction => ({
  transactionKey: 'T1',
  paymentKey: 'P1',
  orderId: orderNo,
  status: 'DONE',
  amount: 15_000,
  currency: 'KRW',
  transactionAt: '2026-01-01T03:00:00.000Z',
  ...change,
});
const cancelLine = approval({ transactionKey: 'T2', status: 'PARTIAL_CANCELED', amount: -5_000 });
const payment = (change: Partial<Payment> = {}): Payment => ({
  paymentKey: 'P1',
  orderId: orderNo,
  status: 'PARTIAL_CANCELED',
  totalAmount: 15_000,
  balanceAmount: 10_000,
  currency: 'KRW',
  method: 'CARD',
  approvedAt: '2026-01-01T03:00:00.000Z',
  receiptUrl: null,
  cancels: [
    {
      amount: 5_000,
      reason: `변심 [${refundId}]`,
      transactionKey: 'T2',
      canceledAt: '2026-01-01T04:00:01.000Z',
      done: true,
    },
  ],
  ...change,
});
const found = (change: Partial<Payment> = {}): Probe<Payment> => ({
  kind: 'found',
  data: payment(change),
});
const absent: Probe<Payment> = { kind: 'absent', code: 'NOT_FOUND_PAYMENT' };
const unavailable: Probe<Payment> = { kind: 'unavailable', reason: 'TIMED_OUT' };

const run = (
  lines: readonly ProviderTransaction[],
  orders: readonly OrderMoney[],
  look: Probe<Payment> = absent,
) =>
  reconcile(
    day,
    {
      payments: { transactions: async () => lines, byKey: async () => look },
      orders: { find: async (wanted) => orders.find((order) => order.orderNo === wanted) },
      paymentReads: { between: async () => orders },
    },
    { correlationId: 'reconcile', signal: new AbortController().signal },
  );
const kinds = async (...books: Parameters<typeof run>) =>
  (await run(...books)).differences.map(({ kind }) => kind);

describe('books that agree', () => {
  test('a payment and a part of it given back', async () => {
    const result = await run([approval(), cancelLine], [{ ...paid, refunds: [refund()] }], found());
    expect(result).toEqual({
      day,
      provider: { payments: 1, paid: 15_000, cancels: 1, cancelled: 5_000 },
      differences: [],
    });
    expect(reconciliationLines(result)).toEqual([
      '2026-01-01 (Korea): 1 payments of 15,000 won, 1 cancellations of 5,000 won at the provider',
      'no differences',
    ]);
  });

  test('an order paid with points alone', async () => {
    const payment = { ...paid.payment, paymentKey: null, amount: 0 } as OrderMoney['payment'];
    expect(await kinds([], [{ ...paid, payment }])).toEqual([]);
  });

  test('money that came too late and went back', async () => {
    const late = refund({ items: [], amount: 15_000 });
    const dead: OrderMoney = { orderNo, payment: null, refunds: [late] };
    const back = approval({ transactionKey: 'T2', status: 'CANCELED', amount: -15_000 });
    expect(await kinds([approval(), back], [dead], found())).toEqual([]);
  });

  test('a virtual account that nobody has paid into', async () => {
    expect(await kinds([approval({ status: 'WAITING_FOR_DEPOSIT' })], [])).toEqual([]);
  });

  test('what the provider booked on the other side of midnight', async () => {
    expect(await kinds([], [{ ...paid, refunds: [refund()] }], found())).toEqual([]);
  });

  test('what we booked on another day', async () => {
    const approvedAt = '2025-12-31T14:59:59.999Z';
    const requestedAt = '2026-01-01T15:00:00.000Z';
    const payment = { ...paid.payment, approvedAt } as OrderMoney['payment'];
    expect(await kinds([], [{ ...paid, payment, refunds: [refund({ requestedAt })] }])).toEqual([]);
  });
});

describe('a difference', () => {
  test('is a payment of an order that does not exist', async () => {
    const result = await run([approval()], []);
    expect(result.differences).toEqual([
      {
        kind: 'PAYMENT_WITHOUT_ORDER',
        orderNo,
        paymentKey: 'P1',
        refundId: null,
        ours: null,
        theirs: 15_000,
      },
    ]);
    expect(reconciliationLines(result).slice(1)).toEqual([
      '1 difference:',
      `  PAYMENT_WITHOUT_ORDER ${orderNo} payment P1: paid for an order that does not exist (ours –, provider 15,000 won)`,
    ]);
  });

  test.each([
    ['nothing', null],
    ['a confirmation under way', { ...paid.payment, status: 'IN_PROGRESS', approvedAt: null }],
    ['a decline', { ...paid.payment, status: 'ABORTED', approvedAt: null }],
  ])('is a payment of which the order records %s', async (_what, ours) => {
    const order = { ...paid, payment: ours as OrderMoney['payment'] };
    expect(await kinds([approval()], [order])).toEqual(['PAYMENT_NOT_RECORDED']);
  });

  test('is a second payment under another key', async () => {
    const second = approval({ paymentKey: 'P2', transactionKey: 'T9' });
    expect(await kinds([approval(), second], [paid])).toEqual(['PAYMENT_NOT_RECORDED']);
  });

  test.each([
    ['amount', { amount: 14_000 }],
    ['currency', { currency: 'USD' }],
  ])('is another %s', async (_what, change) => {
    expect(await kinds([approval(change)], [paid])).toEqual(['PAYMENT_AMOUNT_DIFFERS']);
  });

  test('is a paid order that the provider does not know', async () => {
    expect(await kinds([], [paid], absent)).toEqual(['PAYMENT_MISSING']);
  });

  test('is a paid order whose payment was never approved', async () => {
    const never = found({ status: 'IN_PROGRESS', approvedAt: null });
    expect(await kinds([], [paid], never)).toEqual(['PAYMENT_MISSING']);
  });

  test('is money given back by hand', async () => {
    const byHand = found({ cancels: [{ ...payment().cancels[0], reason: '상담' } as never] });
    expect(await kinds([approval(), cancelLine], [paid], byHand)).toEqual([
      'CANCEL_WITHOUT_REFUND',
    ]);
  });

  test('is another amount given back', async () => {
    const order = { ...paid, refunds: [refund({ amount: 4_000 })] };
    expect(await kinds([approval(), cancelLine], [order], found())).toEqual([
      'CANCEL_AMOUNT_DIFFERS',
    ]);
  });

  test('is another amount given back on the other side of midnight', async () => {
    const order = { ...paid, refunds: [refund({ amount: 4_000 })] };
    expect(await kinds([approval()], [order], found())).toEqual(['CANCEL_AMOUNT_DIFFERS']);
  });

  test('is a cancellation that the provider has finished and we have not', async () => {
    const order = { ...paid, refunds: [refund({ status: 'REQUESTED' })] };
    expect(await kinds([approval(), cancelLine], [order], found())).toEqual([
      'REFUND_NOT_FINISHED',
    ]);
  });

  test('is a finished cancellation that the provider knows nothing of', async () => {
    const order = { ...paid, refunds: [refund()] };
    expect(await kinds([approval()], [order], found({ cancels: [] }))).toEqual(['REFUND_MISSING']);
  });

  test('cannot be told when the provider does not answer', async () => {
    const order = { ...paid, refunds: [refund()] };
    expect(await kinds([], [order], unavailable)).toEqual(['NOT_VERIFIED', 'NOT_VERIFIED']);
    expect(await kinds([cancelLine], [paid], unavailable)).toContain('NOT_VERIFIED');
  });
});
