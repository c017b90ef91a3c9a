import type { OrderEvent } from '../../src/domain/order/events.ts';
import type { OrderCommand } from '../../src/domain/order/order-types.ts';

type EventOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;

/** One order of two lines (10,000 won less 10 % twice, 5,000 won once), a coupon of 3,000 and 1,000 points: 19,000 won to pay. */
export const theOrderNo = 'ORD-20260301-ABCDEFGHIJ';

const line = (
  id: number,
  quantity: number,
  prices: Pick<
    EventOf<'OrderPlaced'>['data']['lines'][number],
    'originalPrice' | 'unitPrice' | 'lineTotal' | 'couponShare' | 'pointShare' | 'payShare'
  >,
) => ({
  productId: id,
  productVariantId: id,
  productName: `variant ${id}`,
  thumbnailUrl: null,
  options: [],
  quantity,
  ...prices,
});

export const placedData: EventOf<'OrderPlaced'>['data'] = {
  orderNo: theOrderNo,
  memberId: 'member-1',
  orderName: 'variant 1 외 1건',
  lines: [
    line(1, 2, {
      originalPrice: 10_000,
      unitPrice: 9_000,
      lineTotal: 18_000,
      couponShare: 2_348,
      pointShare: 783,
      payShare: 14_869,
    }),
    line(2, 1, {
      originalPrice: 5_000,
      unitPrice: 5_000,
      lineTotal: 5_000,
      couponShare: 652,
      pointShare: 217,
      payShare: 4_131,
    }),
  ],
  price: {
    totalOriginPrice: 25_000,
    totalProductDiscount: 2_000,
    subtotal: 23_000,
    couponDiscount: 3_000,
    pointDiscount: 1_000,
    finalPaymentAmount: 19_000,
  },
  coupon: { couponId: 7, couponName: '3,000 won off', discountAmount: 3_000 },
  orderer: {
    userName: '김하나',
    phoneNumber: '010-1234-5678',
    deliveryAddress: '서울시 종로구 1',
  },
  placedAt: '2026-03-01T09:00:00.000Z',
  sagaDeadline: '2026-03-01T09:10:00.000Z',
  fingerprint: 'same',
};

export const placed: EventOf<'OrderPlaced'> = { type: 'OrderPlaced', data: placedData };

export const awaiting: EventOf<'OrderAwaitingPayment'> = {
  type: 'OrderAwaitingPayment',
  data: { orderNo: theOrderNo, paymentDeadline: '2026-03-01T09:10:05.000Z' },
};

export const confirmRequest: Extract<OrderCommand, { type: 'RequestConfirmation' }> = {
  type: 'RequestConfirmation',
  paymentKey: 'pay-1',
  amount: 19_000,
  idempotencyKey: 'confirm:a1',
  at: '2026-03-01T09:01:00.000Z',
};

export const confirming: EventOf<'PaymentConfirmationRequested'> = {
  type: 'PaymentConfirmationRequested',
  data: {
    orderNo: theOrderNo,
    paymentKey: 'pay-1',
    amount: 19_000,
    attempt: 1,
    idempotencyKey: 'confirm:a1',
    requestedAt: '2026-03-01T09:01:00.000Z',
  },
};

export const approved: EventOf<'PaymentApproved'> = {
  type: 'PaymentApproved',
  data: {
    orderNo: theOrderNo,
    paymentKey: 'pay-1',
    amount: 19_000,
    method: 'CARD',
    approvedAt: '2026-03-01T18:01:01+09:00',
    receiptUrl: null,
  },
};

export const completed: EventOf<'OrderCompleted'> = {
  type: 'OrderCompleted',
  data: {
    orderNo: theOrderNo,
    memberId: 'member-1',
    items: [
      { productVariantId: 1, quantity: 2 },
      { productVariantId: 2, quantity: 1 },
    ],
    paidAmount: 19_000,
    method: 'CARD',
    completedAt: '2026-03-01T09:01:01.000Z',
  },
};

export const declined: EventOf<'PaymentDeclined'> = {
  type: 'PaymentDeclined',
  data: {
    orderNo: theOrderNo,
    paymentKey: 'pay-1',
    providerCode: 'REJECT_CARD_COMPANY',
    failureCode: 'PAYMENT_FAILED',
    reason: 'the card company refused',
  },
};

/** The whole order is given back. */
export const cancellationRequested = (refundId: string): EventOf<'OrderCancellationRequested'> => ({
  type: 'OrderCancellationRequested',
  data: {
    orderNo: theOrderNo,
    memberId: 'member-1',
    refundId,
    items: [
      { productVariantId: 1, quantity: 2 },
      { productVariantId: 2, quantity: 1 },
    ],
    amount: 19_000,
    points: 1_000,
    releaseCoupon: true,
    paymentKey: 'pay-1',
    refundableBefore: 19_000,
    couponId: 7,
    full: true,
    reason: 'does not fit',
    by: { kind: 'member', id: 'member-1' },
    requestedAt: '2026-03-02T09:00:00.000Z',
  },
});
