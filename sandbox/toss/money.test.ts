import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buyerRoutes } from '../control/buyer.ts';
import type { Call } from '../http/route.ts';
import { memoryJournal } from '../store/journal.ts';
import { Store } from '../store/store.ts';
import { emptyWorld, evolveWorld, type Fact } from '../store/world.ts';
import { cancelPayment } from './cancel.ts';
import { confirm } from './confirm.ts';
import { netPaid, type Payment } from './payment.ts';
import { Provider } from './provider.ts';

const ORDER = 'ORD-20260301-0000000001';
const AMOUNT = 1000;
const MINUTE_MS = 60_000;
const AUTHORIZATION = `Basic ${Buffer.from('test_sk_sandbox:').toString('base64')}`;

const call = (path: string, body: unknown, key?: string): Call => ({
  method: 'POST',
  path,
  params: {},
  query: new URLSearchParams(),
  headers: { authorization: AUTHORIZATION, ...(key !== undefined && { 'idempotency-key': key }) },
  body,
});

/** A shop with one order that buyers pay, sometimes in several windows, sometimes with cards that fail. */
class Shop {
  nowMs = Date.parse('2026-03-01T03:00:00.000Z');
  readonly store = new Store(memoryJournal, () => this.nowMs);
  readonly provider = new Provider({
    secretKey: 'test_sk_sandbox',
    signal: new AbortController().signal,
  });
  readonly facts: Fact[] = [];
  readonly keys: string[] = [];

  constructor() {
    this.store.onFacts((facts) => this.facts.push(...facts));
  }

  async open(outcome: string) {
    const route = buyerRoutes.find(({ operation }) => operation === 'openPayment');
    await route?.handle(call('/payments', { orderId: ORDER, amount: AMOUNT, outcome }), this.store);
    this.keys.splice(0, this.keys.length, ...this.store.world.toss.payments.keys());
  }

  confirm(n: number, key?: string) {
    const paymentKey = this.keys[n % this.keys.length] ?? 'none';
    const request = call('/confirm', { paymentKey, orderId: ORDER, amount: AMOUNT }, key);
    return this.provider.post(request, this.store, () => confirm(this.store, request.body));
  }

  cancel(n: number, amount: number, key?: string) {
    const paymentKey = this.keys[n % this.keys.length] ?? 'none';
    const request = call(`/${paymentKey}/cancel`, { cancelReason: 'r', cancelAmount: amount }, key);
    return this.provider.post(request, this.store, () =>
      cancelPayment(this.store, paymentKey, request.body),
    );
  }

  get payments(): readonly Payment[] {
    return [...this.store.world.toss.payments.values()];
  }
}

type Step = (shop: Shop) => Promise<unknown>;

const window = fc.nat({ max: 3 });
const key = fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .constantFrom(
      'approve',
      'REJECT_CARD_COMPANY',
      'PROVIDER_ERROR',
      'error-after-approve',
      'ready',
    )
    .map<Step>((outcome) => (shop) => shop.open(outcome)),
  fc.tuple(window, key).map<Step>(
    ([n, k]) =>
      (shop) =>
        shop.confirm(n, k),
  ),
  fc.tuple(window, fc.integer({ min: 1, max: AMOUNT }), key).map<Step>(
    ([n, amount, k]) =>
      (shop) =>
        shop.cancel(n, amount, k),
  ),
  fc.constantFrom(1, 6).map<Step>((minutes) => async (shop) => {
    shop.nowMs += minutes * MINUTE_MS;
  }),
);

test('however often it is confirmed and cancelled, an order is paid at most once and never below zero', () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const shop = new Shop();
      for (const take of steps) {
        await take(shop);
        expect(shop.payments.filter(({ approvals }) => approvals > 0).length).toBeLessThanOrEqual(
          1,
        );
        for (const payment of shop.payments) {
          const cancelled = payment.cancels.reduce((sum, cancel) => sum + cancel.amount, 0);
          expect(payment.approvals).toBeLessThanOrEqual(1);
          expect(payment.balanceAmount).toBe(payment.totalAmount - cancelled);
          expect(payment.balanceAmount).toBeGreaterThanOrEqual(0);
        }
        const moved = shop.store.world.toss.transactions.reduce(
          (sum, { amount }) => sum + amount,
          0,
        );
        expect(moved).toBe(shop.payments.reduce((sum, payment) => sum + netPaid(payment), 0));
      }
    }),
  ));

test('a payment that ended stays ended', () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const shop = new Shop();
      const ended = new Map<string, string>();
      for (const take of steps) {
        await take(shop);
        for (const { paymentKey, status } of shop.payments) {
          const before = ended.get(paymentKey);
          if (before !== undefined) expect(status).toBe(before);
          if (['ABORTED', 'EXPIRED', 'CANCELED'].includes(status)) ended.set(paymentKey, status);
        }
      }
    }),
  ));

test('a key gives one answer, however the world has changed since', () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), window, async (steps, n) => {
      const shop = new Shop();
      await shop.open('approve');
      const first = await shop.confirm(0, 'one key');
      for (const take of steps) await take(shop);
      const last = await shop.confirm(n, 'one key');
      expect({ status: last.status, body: last.body }).toEqual({
        status: first.status,
        body: first.body,
      });
    }),
  ));

test('the facts alone give the same payments again', () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const shop = new Shop();
      for (const take of steps) await take(shop);
      const again = emptyWorld();
      for (const fact of JSON.parse(JSON.stringify(shop.facts))) evolveWorld(again, fact);
      expect(again.toss).toEqual(shop.store.world.toss);
    }),
  ));
