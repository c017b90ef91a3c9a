import { z } from 'zod';

export const OrderStatus = z.enum([
  'PENDING',
  'PAYMENT_WAITING',
  'PAYMENT_CONFIRMING',
  'COMPLETED',
  'PAYMENT_FAILED',
  'CANCEL_REQUESTED',
  'PARTIALLY_CANCELED',
  'CANCELED',
]);
export type OrderStatus = z.output<typeof OrderStatus>;

/** Why an order ended without success, as the customer may be told. */
export const FailureCode = z.enum([
  'INSUFFICIENT_STOCK',
  'PRODUCT_NOT_ON_SALE',
  'PRODUCT_NOT_FOUND',
  'COUPON_EXPIRED',
  'INVALID_COUPON',
  'INSUFFICIENT_POINT',
  'PAYMENT_FAILED',
  'PAYMENT_INSUFFICIENT_BALANCE',
  'PAYMENT_TIMEOUT',
  'PAYMENT_NOT_FOUND',
  'PAYMENT_MISMATCH',
  'SAGA_TIMEOUT',
  'CANCELED_BY_MEMBER',
  'CANCELED_BY_OPERATOR',
  'SYSTEM_ERROR',
]);
export type FailureCode = z.output<typeof FailureCode>;

/** What was paid with; POINTS and NONE need no payment provider. */
export const PaymentMethod = z.enum([
  'CARD',
  'VIRTUAL_ACCOUNT',
  'TRANSFER',
  'MOBILE_PHONE',
  'EASY_PAY',
  'GIFT_CERTIFICATE',
  'OTHER',
  'POINTS',
  'NONE',
]);
export type PaymentMethod = z.output<typeof PaymentMethod>;

/** The saga's steps in the order they are taken; compensation goes backwards. */
export const SagaStep = z.enum(['PRODUCT', 'COUPON', 'USER', 'PAYMENT']);
export type SagaStep = z.output<typeof SagaStep>;

export const SagaStatus = z.enum(['STARTED', 'COMPENSATING', 'FINISHED', 'FAILED']);
export type SagaStatus = z.output<typeof SagaStatus>;
