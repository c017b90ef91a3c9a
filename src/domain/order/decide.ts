import { accept, type Decision, reject } from '../kernel/decider.ts';
import { decideCancellation } from './decide-cancellation.ts';
import { decidePayment } from './decide-payment.ts';
import type { OrderEvent } from './events.ts';
import type { OrderCommand, OrderRejection, OrderState, PlacedOrder } from './order-types.ts';

type Decided = Decision<OrderEvent, OrderRejection>;
type CommandOf<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;

/** The rules of an order. What concerns money and what concerns cancelling stand in files of their own. */
export const decideOrder = (command: OrderCommand, state: OrderState): Decided => {
  if (command.type === 'PlaceOrder') return place(command, state);
  if (state.status === 'NONE') return reject({ code: 'ORDER_NOT_FOUND' });
  switch (command.type) {
    case 'AwaitPayment':
      return awaitPayment(command, state);
    case 'CompleteWithoutPayment':
      return completeWithoutPayment(command, state);
    case 'Fail':
      return fail(command, state);
    case 'Expire':
      return expire(command, state);
    case 'RequestConfirmation':
    case 'RetryConfirmation':
    case 'RecordApproval':
    case 'RecordDecline':
    case 'FlagForReview':
    case 'ReportLatePayment':
    case 'RecordLateRefund':
      return decidePayment(command, state);
    case 'CancelUnpaid':
    case 'RequestCancellation':
    case 'FinishCancellation':
    case 'RefuseCancellation':
      return decideCancellation(command, state);
  }
};

const place = ({ order }: CommandOf<'PlaceOrder'>, state: OrderState): Decided => {
  if (state.status === 'NONE') return accept({ type: 'OrderPlaced', data: order });
  const same = state.fingerprint !== null && state.fingerprint === order.fingerprint;
  return same ? accept() : reject({ code: 'IDEMPOTENCY_KEY_REUSED' });
};

/** An order that has moved on is not an error to the saga that drives it: it looks at the new status and owes something else. */
const awaitPayment = (
  { paymentDeadline }: CommandOf<'AwaitPayment'>,
  { status, orderNo }: PlacedOrder,
): Decided =>
  status === 'PENDING'
    ? accept({ type: 'OrderAwaitingPayment', data: { orderNo, paymentDeadline } })
    : accept();

const completeWithoutPayment = (
  { at }: CommandOf<'CompleteWithoutPayment'>,
  { status, orderNo, memberId, lines, price }: PlacedOrder,
): Decided =>
  status === 'PENDING' && price.finalPaymentAmount === 0
    ? accept({
        type: 'OrderCompleted',
        data: {
          orderNo,
          memberId,
          items: lines.map(({ productVariantId, quantity }) => ({ productVariantId, quantity })),
          paidAmount: 0,
          method: price.pointDiscount > 0 ? 'POINTS' : 'NONE',
          completedAt: at,
        },
      })
    : accept();

/** Only before a confirmation: while one is unresolved nothing may be given back, afterwards it is a cancellation. */
const fail = (
  { failureCode, reason }: CommandOf<'Fail'>,
  { status, orderNo, failureCode: failedWith }: PlacedOrder,
): Decided => {
  if (status === 'PENDING' || status === 'PAYMENT_WAITING')
    return accept({ type: 'OrderFailed', data: { orderNo, failureCode, reason } });
  return status === 'CANCELED' || status === 'PAYMENT_FAILED'
    ? accept()
    : reject({ code: 'ORDER_NOT_PAYABLE', status, failureCode: failedWith });
};

const expire = ({ at }: CommandOf<'Expire'>, state: PlacedOrder): Decided => {
  const { status, orderNo, sagaDeadline, paymentDeadline } = state;
  if (status === 'PENDING')
    return at < sagaDeadline
      ? reject({ code: 'NOT_DUE', deadline: sagaDeadline })
      : accept({
          type: 'OrderExpired',
          data: { orderNo, failureCode: 'SAGA_TIMEOUT', deadline: sagaDeadline },
        });
  if (status !== 'PAYMENT_WAITING' || paymentDeadline === null) return accept();
  return at < paymentDeadline
    ? reject({ code: 'NOT_DUE', deadline: paymentDeadline })
    : accept({
        type: 'OrderExpired',
        data: { orderNo, failureCode: 'PAYMENT_TIMEOUT', deadline: paymentDeadline },
      });
};
