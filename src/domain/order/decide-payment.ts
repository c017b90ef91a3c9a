import { accept, type Decision, reject } from '../kernel/decider.ts';
import type { OrderEvent } from './events.ts';
import type { OrderCommand, OrderRejection, PlacedOrder } from './order-types.ts';

type Decided = Decision<OrderEvent, OrderRejection>;
type CommandOf<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;
type PaymentCommand = CommandOf<
  | 'RequestConfirmation'
  | 'RetryConfirmation'
  | 'RecordApproval'
  | 'RecordDecline'
  | 'FlagForReview'
  | 'ReportLatePayment'
  | 'RecordLateRefund'
>;

/** The payment's part of an order: the intent is recorded before money moves, and an outcome only for the key it was asked with. */
export const decidePayment = (command: PaymentCommand, state: PlacedOrder): Decided => {
  switch (command.type) {
    case 'RequestConfirmation':
      return requestConfirmation(command, state);
    case 'RetryConfirmation':
      return retryConfirmation(command, state);
    case 'RecordApproval':
      return recordApproval(command, state);
    case 'RecordDecline':
      return recordDecline(command, state);
    case 'FlagForReview':
      return state.status === 'PAYMENT_CONFIRMING' && !state.flaggedForReview
        ? accept({
            type: 'OrderFlaggedForReview',
            data: { orderNo: state.orderNo, reason: command.reason, flaggedAt: command.at },
          })
        : accept();
    case 'ReportLatePayment':
      return reportLatePayment(command, state);
    case 'RecordLateRefund':
      return recordLateRefund(command, state);
  }
};

/** The same key again is the same wish, also after the answer is known; another key while one is bound is refused. */
const requestConfirmation = (
  { paymentKey, amount, idempotencyKey, at }: CommandOf<'RequestConfirmation'>,
  state: PlacedOrder,
): Decided => {
  const { status, orderNo, price, confirmation, paymentDeadline, failureCode } = state;
  const expected = price.finalPaymentAmount;
  if (confirmation?.paymentKey === paymentKey)
    return amount === expected ? accept() : reject({ code: 'PAYMENT_AMOUNT_MISMATCH', expected });
  if (status === 'PAYMENT_CONFIRMING') return reject({ code: 'PAYMENT_IN_PROGRESS' });
  if (status !== 'PAYMENT_WAITING' || paymentDeadline === null)
    return reject({ code: 'ORDER_NOT_PAYABLE', status, failureCode });
  if (amount !== expected) return reject({ code: 'PAYMENT_AMOUNT_MISMATCH', expected });
  if (at >= paymentDeadline) return reject({ code: 'PAYMENT_DEADLINE_PASSED', paymentDeadline });
  return accept({
    type: 'PaymentConfirmationRequested',
    data: { orderNo, paymentKey, amount: expected, attempt: 1, idempotencyKey, requestedAt: at },
  });
};

const retryConfirmation = (
  { paymentKey, attempt, idempotencyKey, at }: CommandOf<'RetryConfirmation'>,
  { status, orderNo, confirmation }: PlacedOrder,
): Decided =>
  status === 'PAYMENT_CONFIRMING' &&
  confirmation?.paymentKey === paymentKey &&
  confirmation.attempt === attempt - 1
    ? accept({
        type: 'PaymentConfirmationRequested',
        data: {
          orderNo,
          paymentKey,
          amount: confirmation.amount,
          attempt,
          idempotencyKey,
          requestedAt: at,
        },
      })
    : accept();

const recordApproval = (
  { paymentKey, amount, method, approvedAt, receiptUrl, at }: CommandOf<'RecordApproval'>,
  { status, orderNo, memberId, lines, confirmation, failureCode }: PlacedOrder,
): Decided => {
  if (status === 'PAYMENT_CONFIRMING' && confirmation?.paymentKey === paymentKey)
    return amount === confirmation.amount
      ? accept(
          {
            type: 'PaymentApproved',
            data: { orderNo, paymentKey, amount, method, approvedAt, receiptUrl },
          },
          {
            type: 'OrderCompleted',
            data: {
              orderNo,
              memberId,
              items: lines.map(({ productVariantId, quantity }) => ({
                productVariantId,
                quantity,
              })),
              paidAmount: amount,
              method,
              completedAt: at,
            },
          },
        )
      : reject({ code: 'PAYMENT_AMOUNT_MISMATCH', expected: confirmation.amount });
  return confirmation?.paymentKey === paymentKey && status !== 'PAYMENT_FAILED'
    ? accept()
    : reject({ code: 'ORDER_NOT_PAYABLE', status, failureCode });
};

const recordDecline = (
  { paymentKey, providerCode, failureCode, reason }: CommandOf<'RecordDecline'>,
  { status, orderNo, confirmation, failureCode: failedWith }: PlacedOrder,
): Decided => {
  if (confirmation?.paymentKey !== paymentKey)
    return reject({ code: 'ORDER_NOT_PAYABLE', status, failureCode: failedWith });
  return status === 'PAYMENT_CONFIRMING'
    ? accept({
        type: 'PaymentDeclined',
        data: { orderNo, paymentKey, providerCode, failureCode, reason },
      })
    : accept();
};

/** Money that belongs to no live confirmation: recorded once per payment key, then it goes back. */
const reportLatePayment = (
  { refundId, paymentKey, amount, reason, at }: CommandOf<'ReportLatePayment'>,
  { status, orderNo, memberId, confirmation, payment, latePayments }: PlacedOrder,
): Decided => {
  const known =
    payment?.paymentKey === paymentKey ||
    latePayments.some((late) => late.paymentKey === paymentKey);
  const undecided = status === 'PAYMENT_CONFIRMING' && confirmation?.paymentKey === paymentKey;
  if (known || undecided) return accept();
  return accept({
    type: 'LatePaymentFound',
    data: { orderNo, memberId, refundId, paymentKey, amount, reason, foundAt: at },
  });
};

const recordLateRefund = (
  { refundId }: CommandOf<'RecordLateRefund'>,
  { orderNo, latePayments }: PlacedOrder,
): Decided => {
  const late = latePayments.find((each) => each.refundId === refundId);
  if (!late || late.refunded) return accept();
  const { paymentKey, amount } = late;
  return accept({ type: 'LatePaymentRefunded', data: { orderNo, refundId, paymentKey, amount } });
};
