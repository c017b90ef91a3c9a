import * as contract from '../../contract.ts';
import type { ProblemCode } from '../../problems.ts';
import * as requests from '../../requests.ts';
import { form, productFaults, quantities } from './common-problems.ts';
import type { Operation } from './operation.ts';

const pricing: readonly ProblemCode[] = [
  ...quantities,
  ...productFaults,
  'DUPLICATE_VARIANT',
  'INSUFFICIENT_STOCK',
  'MEMBER_NOT_FOUND',
  'COUPON_NOT_FOUND',
  'COUPON_EXPIRED',
  'COUPON_MIN_AMOUNT_NOT_MET',
  'COUPON_NOT_USABLE',
  'INSUFFICIENT_POINT',
  'POINTS_NOT_ALLOWED',
  'PAYMENT_AMOUNT_TOO_SMALL',
  'ORDER_TOO_LARGE',
  'COUPON_SERVICE_UNAVAILABLE',
  'MEMBER_SERVICE_UNAVAILABLE',
];
const order = { text: 'The order', schema: contract.OrderDetail };

export const orderOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/orders',
    tag: 'Orders',
    summary: 'Places an order; stock, coupon and points are deducted in the background',
    body: requests.PlaceOrder,
    takes: ['idempotency', 'wait'],
    answers: {
      202: { text: 'Placed; with Prefer: wait what came of it', schema: contract.OrderReceipt },
    },
    problems: [...pricing, 'ORDER_PRICE_MISMATCH', 'IDEMPOTENCY_KEY_REUSED'],
  },
  {
    method: 'post',
    path: '/orders/quote',
    tag: 'Orders',
    summary: 'What an order would cost now',
    body: requests.AskQuote,
    answers: { 200: { text: 'The quote', schema: contract.Quote } },
    problems: pricing,
  },
  {
    method: 'post',
    path: '/orders/confirm',
    tag: 'Orders',
    summary: 'Confirms the payment that the customer has authenticated',
    body: requests.ConfirmPayment,
    takes: ['idempotency', 'wait'],
    answers: {
      200: { ...order, text: 'Paid' },
      202: { ...order, text: 'The outcome is not known yet' },
    },
    problems: [
      ...form,
      'PAYMENT_DECLINED',
      'ORDER_NOT_FOUND',
      'ORDER_NOT_PAYABLE',
      'ORDER_EXPIRED',
      'ORDER_ALREADY_PAID',
      'PAYMENT_AMOUNT_MISMATCH',
      'PAYMENT_IN_PROGRESS',
    ],
  },
  {
    method: 'get',
    path: '/orders',
    tag: 'Orders',
    summary: "The member's orders, newest first",
    query: requests.OrderListQuery,
    takes: ['token'],
    answers: { 200: { text: 'A page', schema: contract.OrderPage } },
    problems: ['VALIDATION_FAILED', 'INVALID_CURSOR', 'READ_MODEL_BEHIND'],
  },
  {
    method: 'get',
    path: '/orders/{orderNo}',
    tag: 'Orders',
    summary: 'One order, now or as it was at a moment (asOf)',
    params: ['orderNo'],
    query: requests.AsOfQuery,
    takes: ['token', 'if-none-match'],
    answers: { 200: order, 304: { text: 'The client has this version' } },
    problems: ['VALIDATION_FAILED', 'ORDER_NOT_FOUND', 'READ_MODEL_BEHIND'],
  },
  {
    method: 'get',
    path: '/orders/{orderNo}/history',
    tag: 'Orders',
    summary: 'What happened to the order, event by event',
    params: ['orderNo'],
    answers: { 200: { text: 'The events', schema: contract.History } },
    problems: ['ORDER_NOT_FOUND'],
  },
  {
    method: 'post',
    path: '/orders/{orderNo}/cancel',
    tag: 'Orders',
    summary:
      'Cancels an unpaid order at once, or asks for the cancellation of a paid one, whole or in part',
    params: ['orderNo'],
    body: requests.CancelOrder,
    takes: ['idempotency', 'if-match', 'wait'],
    answers: {
      200: { ...order, text: 'Cancelled' },
      202: { ...order, text: 'The cancellation is under way' },
    },
    problems: [
      ...quantities,
      'ORDER_NOT_FOUND',
      'ORDER_NOT_CANCELABLE',
      'CANCELLATION_IN_PROGRESS',
      'CANCELLATION_EXCEEDS_ORDER',
      'IDEMPOTENCY_KEY_REUSED',
      'PRECONDITION_FAILED',
    ],
  },
  {
    method: 'post',
    path: '/payments/webhook',
    tag: 'Payments',
    summary: 'For the payment provider: a hint to look a payment up',
    open: true,
    answers: { 200: { text: 'Heard' } },
    problems: ['MALFORMED_JSON'],
  },
];
