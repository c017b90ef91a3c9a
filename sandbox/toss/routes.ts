import { json, type Reply } from '../http/reply.ts';
import type { Call, Route } from '../http/route.ts';
import type { Store } from '../store/store.ts';
import { cancelPayment } from './cancel.ts';
import { confirm } from './confirm.ts';
import { tossError } from './errors.ts';
import type { Payment } from './payment.ts';
import { paymentView } from './payment-view.ts';
import type { Provider } from './provider.ts';
import { findPayment } from './sessions.ts';
import { listTransactions } from './transactions.ts';

const BASE = '/toss/v1';

/** The payment of an order number: the one that took money, else the newest. */
function paymentOfOrder(store: Store, orderId: string): Payment | undefined {
  const keys = store.world.toss.paymentKeysByOrder.get(orderId) ?? [];
  const payments = keys.flatMap((key) => findPayment(store, key) ?? []);
  return payments.findLast((payment) => payment.approvedAt !== null) ?? payments.at(-1);
}

const shown = (payment: Payment | undefined): Reply =>
  payment ? json(200, paymentView(payment)) : tossError('NOT_FOUND_PAYMENT');

function orderIdInBody(call: Call): string | undefined {
  const { body } = call;
  return typeof body === 'object' && body !== null && 'orderId' in body
    ? String(body.orderId)
    : undefined;
}

const orderIdOfPayment = (call: Call, store: Store) =>
  store.world.toss.payments.get(call.params.paymentKey ?? '')?.orderId;

/** The payment service, as Toss Payments documents its core API. */
export const tossRoutes = (provider: Provider): readonly Route[] => [
  {
    method: 'POST',
    path: `${BASE}/payments/confirm`,
    service: 'toss',
    operation: 'confirmPayment',
    orderNo: orderIdInBody,
    handle: (call, store) => provider.post(call, store, () => confirm(store, call.body)),
  },
  {
    method: 'POST',
    path: `${BASE}/payments/:paymentKey/cancel`,
    service: 'toss',
    operation: 'cancelPayment',
    orderNo: orderIdOfPayment,
    handle: (call, store) =>
      provider.post(call, store, () =>
        cancelPayment(store, call.params.paymentKey ?? '', call.body),
      ),
  },
  {
    method: 'GET',
    path: `${BASE}/payments/orders/:orderId`,
    service: 'toss',
    operation: 'getPaymentByOrder',
    orderNo: (call) => call.params.orderId,
    handle: (call, store) =>
      provider.get(call, () => shown(paymentOfOrder(store, call.params.orderId ?? ''))),
  },
  {
    method: 'GET',
    path: `${BASE}/payments/:paymentKey`,
    service: 'toss',
    operation: 'getPayment',
    orderNo: orderIdOfPayment,
    handle: (call, store) =>
      provider.get(call, () => shown(findPayment(store, call.params.paymentKey ?? ''))),
  },
  {
    method: 'GET',
    path: `${BASE}/transactions`,
    service: 'toss',
    operation: 'listTransactions',
    handle: (call, store) => provider.get(call, () => listTransactions(store, call.query)),
  },
];
