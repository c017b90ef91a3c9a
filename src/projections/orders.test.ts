import { describe, expect, test } from 'vitest';
import { historyOf, orderNoOf, type Path } from '../../test/support/histories.ts';
import { cancellationRequested, placedData } from '../../test/support/order-events.ts';
import { specifyProjection } from '../../test/support/specify-projection.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import { orders } from './orders.ts';

const { given } = specifyProjection(orders);
const orderNo = orderNoOf(1);
const at = '2026-03-01T09:00:00.000Z';
const rowAfter = (path: Path, ...more: readonly OrderEvent[]) =>
  given(
    ...historyOf(1, path),
    ...more.map((event) => ({ stream: `order-${orderNo}`, event })),
  ).thenRow(orderNo);
const refundId = `${orderNo}-KLMNOPQRST`;
const requested = (
  items: readonly { productVariantId: number; quantity: number }[],
  amount: number,
): OrderEvent => {
  const event = cancellationRequested(refundId);
  return { ...event, data: { ...event.data, orderNo, items: [...items], amount } };
};

describe('an order', () => {
  test('shows everything its owner may see when it is placed', () => {
    rowAfter('placed').toEqual({
      orderNo,
      memberId: 'member-1',
      orderName: placedData.orderName,
      status: 'PENDING',
      failureCode: null,
      compensation: 'NONE',
      orderer: { userId: 'member-1', userName: '김하나', phoneNumber: '010-1234-5678' },
      deliveryAddress: '서울시 종로구 1',
      orderPrice: placedData.price,
      coupon: { couponId: 7, couponName: '3,000 won off', couponDiscount: 3_000 },
      payment: null,
      orderItems: placedData.lines.map((line) => ({ ...line, cancelledQuantity: 0 })),
      refunds: [],
      refundedAmount: 0,
      refundedPoints: 0,
      saga: null,
      placedAt: placedData.placedAt,
      sagaDeadline: placedData.sagaDeadline,
      paymentDeadline: null,
      completedAt: null,
      flaggedForReview: false,
      updatedAt: at,
      version: 0,
    });
  });

  test('waits for its payment with a deadline', () => {
    rowAfter('waiting').toMatchObject({
      status: 'PAYMENT_WAITING',
      paymentDeadline: '2026-03-01T09:10:05.000Z',
      saga: { status: 'STARTED', step: 'PAYMENT' },
      version: 1,
    });
  });

  test('that is paid shows how', () => {
    rowAfter('completed').toMatchObject({
      status: 'COMPLETED',
      completedAt: '2026-03-01T09:01:01.000Z',
      payment: { paymentKey: 'pay-1', amount: 19_000, status: 'DONE', method: 'CARD' },
      saga: { status: 'FINISHED' },
      compensation: 'NONE',
      version: 4,
    });
  });

  test('that needs no payment is paid with points', () => {
    const completed: OrderEvent = {
      type: 'OrderCompleted',
      data: {
        orderNo,
        memberId: 'member-1',
        items: [{ productVariantId: 1, quantity: 1 }],
        paidAmount: 0,
        method: 'POINTS',
        completedAt: at,
      },
    };
    rowAfter('placed', completed).toMatchObject({
      payment: { paymentKey: null, amount: 0, method: 'POINTS', status: 'DONE' },
    });
  });

  test('whose payment is declined says so at once, and later that everything was given back', () => {
    const history = historyOf(1, 'declined');
    const declinedAt = history.findIndex(({ event }) => event.type === 'PaymentDeclined');
    given(...history.slice(0, declinedAt + 1))
      .thenRow(orderNo)
      .toMatchObject({
        status: 'PAYMENT_FAILED',
        failureCode: 'PAYMENT_FAILED',
        compensation: 'RUNNING',
        payment: { status: 'ABORTED' },
      });
    rowAfter('declined').toMatchObject({ compensation: 'DONE', saga: { status: 'FAILED' } });
  });

  test.each(['expired', 'refused'] as const)('that is %s ends cancelled', (path) => {
    rowAfter(path).toMatchObject({ status: 'CANCELED' });
  });
});

describe('a cancellation', () => {
  test('before payment gives everything back through the saga', () => {
    rowAfter('waiting', {
      type: 'OrderCancelled',
      data: { orderNo, failureCode: 'CANCELED_BY_MEMBER', refund: null, reason: 'no' },
    }).toMatchObject({
      status: 'CANCELED',
      failureCode: 'CANCELED_BY_MEMBER',
      compensation: 'RUNNING',
      refunds: [],
    });
  });

  test('locks the order while it runs', () => {
    rowAfter('completed', requested([{ productVariantId: 1, quantity: 1 }], 5_000)).toMatchObject({
      status: 'CANCEL_REQUESTED',
      refunds: [{ refundId, status: 'REQUESTED', amount: 5_000 }],
      refundedAmount: 0,
    });
  });

  test('of a part leaves the rest, and adds up with the next one', () => {
    rowAfter('partly-cancelled').toMatchObject({
      status: 'PARTIALLY_CANCELED',
      refundedAmount: 4_131,
      refundedPoints: 217,
      payment: { status: 'PARTIAL_CANCELED' },
      orderItems: [{ cancelledQuantity: 0 }, { cancelledQuantity: 1 }],
    });
    const items = [{ productVariantId: 1, quantity: 2 }];
    const refund = { refundId, items, amount: 14_869, points: 783, releaseCoupon: true };
    rowAfter('partly-cancelled', requested(items, 14_869), {
      type: 'OrderCancelled',
      data: { orderNo, failureCode: null, refund, reason: 'no' },
    }).toMatchObject({
      status: 'CANCELED',
      compensation: 'NONE',
      refundedAmount: 19_000,
      refundedPoints: 1_000,
      payment: { status: 'CANCELED' },
      orderItems: [{ cancelledQuantity: 2 }, { cancelledQuantity: 1 }],
      refunds: [{ status: 'DONE' }, { status: 'DONE' }],
    });
  });

  test.each([
    ['completed', 'COMPLETED'],
    ['partly-cancelled', 'PARTIALLY_CANCELED'],
  ] as const)('that the provider refuses leaves a %s order as it was', (path, status) => {
    const refused: OrderEvent = {
      type: 'CancellationRefused',
      data: { orderNo, refundId, providerCode: 'NOT_CANCELABLE_PAYMENT', reason: 'too late' },
    };
    const request = requested([{ productVariantId: 1, quantity: 1 }], 5_000);
    const row = rowAfter(path, request, refused);
    row.toMatchObject({ status });
    row.toMatchObject({
      refunds: expect.arrayContaining([
        expect.objectContaining({ status: 'REFUSED', providerCode: 'NOT_CANCELABLE_PAYMENT' }),
      ]),
    });
  });
});

test('money that comes too late goes back beside the order, which stays ended', () => {
  const found: OrderEvent = {
    type: 'LatePaymentFound',
    data: {
      orderNo,
      memberId: 'member-1',
      refundId,
      paymentKey: 'pay-2',
      amount: 19_000,
      reason: 'paid after expiry',
      foundAt: at,
    },
  };
  rowAfter('expired', found).toMatchObject({
    status: 'CANCELED',
    refunds: [{ status: 'REQUESTED' }],
  });
  rowAfter('expired', found, {
    type: 'LatePaymentRefunded',
    data: { orderNo, refundId, paymentKey: 'pay-2', amount: 19_000 },
  }).toMatchObject({ status: 'CANCELED', refunds: [{ status: 'DONE' }], refundedAmount: 0 });
});

test('is flagged for review without a change of status', () => {
  rowAfter('waiting', {
    type: 'OrderFlaggedForReview',
    data: { orderNo, reason: 'unresolved', flaggedAt: at },
  }).toMatchObject({ status: 'PAYMENT_WAITING', flaggedForReview: true });
});

test('can be searched by the names of its products', () => {
  given(...historyOf(1, 'placed'))
    .thenColumn(orderNo, 'product_names')
    .toBe('variant 1\nvariant 2');
});

test('an event of an order that was never placed makes no row', () => {
  given(...historyOf(1, 'partly-cancelled').slice(1))
    .thenRows()
    .toEqual({});
});
