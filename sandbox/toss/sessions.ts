import type { Store } from '../store/store.ts';
import type { Payment } from './payment.ts';

/** After the buyer has authenticated there are ten minutes to confirm. */
const CONFIRM_WINDOW_MS = 10 * 60 * 1000;
/** The payment window is valid for thirty minutes. */
const AUTHENTICATION_WINDOW_MS = 30 * 60 * 1000;

/** When the payment's session runs out, in ms since 1970. */
export const sessionEndMs = (payment: Payment): number =>
  payment.authenticatedAt === null
    ? Date.parse(payment.requestedAt) + AUTHENTICATION_WINDOW_MS
    : Date.parse(payment.authenticatedAt) + CONFIRM_WINDOW_MS;

/** Expires the payment if its session is over. */
export function expireIfOver(store: Store, payment: Payment): void {
  if (payment.status !== 'READY' && payment.status !== 'IN_PROGRESS') return;
  if (store.nowMs() < sessionEndMs(payment)) return;
  const { paymentKey } = payment;
  const at = store.now();
  store.transact((emit) => emit({ service: 'toss', type: 'PaymentExpired', paymentKey, at }));
}

/** Expires every payment whose session is over. */
export function expireAll(store: Store): void {
  for (const paymentKey of store.world.toss.openSessions) {
    const payment = store.world.toss.payments.get(paymentKey);
    if (payment) expireIfOver(store, payment);
  }
}

/** The payment, brought up to date with the clock. */
export function findPayment(store: Store, paymentKey: string): Payment | undefined {
  const payment = store.world.toss.payments.get(paymentKey);
  if (payment) expireIfOver(store, payment);
  return payment;
}
