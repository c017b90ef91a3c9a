import { z } from 'zod';
import { OrderPrice } from '../domain/order/events.ts';
import {
  FailureCode,
  OrderStatus,
  PaymentMethod,
  SagaStatus,
  SagaStep,
} from '../domain/order/words.ts';

/** What a client may rely on: the shapes of all answers. Amounts are whole won, times ISO 8601 UTC with milliseconds. */

export const CartLineStatus = z.enum([
  'AVAILABLE',
  'SOLD_OUT',
  'INSUFFICIENT_STOCK',
  'PREPARING',
  'STOP_SALE',
  'DELETED',
  'NOT_FOUND',
  'UNKNOWN',
]);
export type CartLineStatus = z.output<typeof CartLineStatus>;

const Option = z.object({ optionTypeName: z.string(), optionValueName: z.string() });

export const UnitPrice = z.object({
  originalPrice: z.int(),
  discountRate: z.int(),
  discountAmount: z.int(),
  discountedPrice: z.int(),
});

export const CartItem = z
  .object({
    id: z.int().describe('Names the line; the same as productVariantId.'),
    status: CartLineStatus,
    productId: z.int().nullable(),
    productVariantId: z.int(),
    productName: z.string(),
    thumbnailUrl: z.string().nullable(),
    quantity: z.int(),
    price: UnitPrice.nullable().describe('Null where the product is gone or its service is away.'),
    lastKnownPrice: z
      .object({ unitPrice: z.int(), seenAt: z.string(), stale: z.boolean() })
      .describe(
        'The unit price when the line was last added to or changed; stale when it is all there is.',
      ),
    lineTotal: z.int().describe('At the live price; 0 for a line that cannot be ordered now.'),
    priceChanged: z
      .object({ from: z.int(), to: z.int() })
      .nullable()
      .describe('Until acknowledged by changing the line.'),
    options: z.array(Option),
    availableStock: z.int().nullable(),
    available: z.boolean(),
  })
  .meta({ id: 'CartItem' });
export type CartItem = z.output<typeof CartItem>;

export const Cart = z
  .object({
    cartItems: z.array(CartItem),
    cartTotalPrice: z.int().describe('Of the lines that are AVAILABLE, at live prices.'),
    degraded: z
      .boolean()
      .describe('True while the product service is away: all lines are UNKNOWN.'),
    version: z.int(),
  })
  .meta({ id: 'Cart' });
export type Cart = z.output<typeof Cart>;

export const CartItems = z.object({ items: z.array(CartItem) }).meta({ id: 'CartItems' });

export const OrderReceipt = z
  .object({
    orderNo: z.string(),
    status: OrderStatus,
    orderName: z.string(),
    createdAt: z.string(),
    finalPaymentAmount: z.int(),
    failureCode: FailureCode.nullable().optional().describe('Only with Prefer: wait.'),
    paymentDeadline: z.string().nullable().optional().describe('Only with Prefer: wait.'),
  })
  .meta({ id: 'OrderReceipt' });
export type OrderReceipt = z.output<typeof OrderReceipt>;

export const OrderItem = z
  .object({
    productId: z.int(),
    productVariantId: z.int(),
    productName: z.string(),
    thumbnailUrl: z.string().nullable(),
    options: z.array(Option),
    quantity: z.int(),
    cancelledQuantity: z.int(),
    originalPrice: z.int(),
    unitPrice: z.int(),
    lineTotal: z.int(),
    couponShare: z.int(),
    pointShare: z.int(),
    payShare: z.int(),
  })
  .meta({ id: 'OrderItem' });

export const Price = OrderPrice.meta({ id: 'OrderPrice' });

export const Quote = z
  .object({
    items: z.array(OrderItem.omit({ cancelledQuantity: true })),
    orderPrice: Price,
    coupon: z
      .object({ couponId: z.int(), couponName: z.string(), couponDiscount: z.int() })
      .nullable(),
    expectedPrice: z.int().describe('What POST /orders wants as expectedPrice.'),
    pointBalance: z.int(),
  })
  .meta({ id: 'Quote' });
export type Quote = z.output<typeof Quote>;

const Refund = z.object({
  refundId: z.string(),
  status: z.enum(['REQUESTED', 'DONE', 'REFUSED']),
  items: z.array(z.object({ productVariantId: z.int(), quantity: z.int() })),
  amount: z.int(),
  points: z.int(),
  couponReleased: z.boolean(),
  reason: z.string(),
  requestedAt: z.string(),
  providerCode: z.string().nullable(),
});

export const OrderDetail = z
  .object({
    orderNo: z.string(),
    orderName: z.string(),
    status: OrderStatus,
    failureCode: FailureCode.nullable(),
    compensation: z.enum(['NONE', 'RUNNING', 'DONE']),
    orderer: z.object({ userId: z.string(), userName: z.string(), phoneNumber: z.string() }),
    deliveryAddress: z.string(),
    orderPrice: Price,
    coupon: z
      .object({ couponId: z.int(), couponName: z.string(), couponDiscount: z.int() })
      .nullable(),
    payment: z
      .object({
        paymentKey: z.string().nullable(),
        amount: z.int(),
        status: z.enum(['IN_PROGRESS', 'DONE', 'ABORTED', 'PARTIAL_CANCELED', 'CANCELED']),
        method: PaymentMethod.nullable(),
        approvedAt: z.string().nullable(),
        receiptUrl: z.string().nullable(),
      })
      .nullable(),
    orderItems: z.array(OrderItem),
    refunds: z.array(Refund),
    refundedAmount: z.int(),
    refundedPoints: z.int(),
    saga: z.object({ status: SagaStatus, step: SagaStep }).nullable(),
    createdAt: z.string(),
    paymentDeadline: z.string().nullable(),
    completedAt: z.string().nullable(),
    updatedAt: z.string(),
    version: z.int(),
  })
  .meta({ id: 'OrderDetail' });
export type OrderDetail = z.output<typeof OrderDetail>;

export const OrderSummary = z
  .object({
    orderNo: z.string(),
    orderName: z.string(),
    status: OrderStatus,
    failureCode: FailureCode.nullable(),
    finalPaymentAmount: z.int(),
    thumbnailUrl: z.string().nullable(),
    itemCount: z.int(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'OrderSummary' });
export type OrderSummary = z.output<typeof OrderSummary>;

export const OrderPage = z
  .object({ content: z.array(OrderSummary), pageSize: z.int(), nextCursor: z.string().nullable() })
  .meta({ id: 'OrderPage' });
export type OrderPage = z.output<typeof OrderPage>;

export const HistoryEntry = z
  .object({
    type: z.string(),
    at: z.string(),
    by: z.enum(['member', 'operator', 'system']),
    version: z.int(),
    data: z.record(z.string(), z.unknown()).describe('The event, without personal data and keys.'),
  })
  .meta({ id: 'HistoryEntry' });
export type HistoryEntry = z.output<typeof HistoryEntry>;

export const History = z
  .object({ orderNo: z.string(), events: z.array(HistoryEntry) })
  .meta({ id: 'OrderHistory' });

export const StreamEvent = z
  .object({
    orderNo: z.string(),
    type: z.string().describe('The order event, e.g. OrderPlaced.'),
    status: OrderStatus.describe("The order's status right after it."),
    failureCode: FailureCode.nullable(),
    at: z.string(),
    orderName: z.string().optional(),
    finalPaymentAmount: z.int().optional(),
    paymentDeadline: z.string().optional(),
    refundId: z.string().optional(),
    amount: z.int().optional(),
  })
  .meta({ id: 'StreamEvent' });
export type StreamEvent = z.output<typeof StreamEvent>;

export const Ticket = z
  .object({ ticket: z.string(), expiresAt: z.string() })
  .meta({ id: 'StreamTicket' });

export const ProblemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable; branch on this. All codes: docs/problems.md.'),
    detail: z.string().optional(),
    instance: z.string(),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional(),
          parameter: z.string().optional(),
          header: z.string().optional(),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });
