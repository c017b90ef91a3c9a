import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Composition, compose } from '../../../src/composition.ts';
import { createLedgerSource } from '../../../src/gateways/ledger.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { audit } from '../../../src/runtime/audit.ts';
import { type Reconciliation, reconcile } from '../../../src/runtime/reconcile.ts';
import { buy, placeOrder } from '../../support/buying.ts';
import { eventually } from '../../support/eventually.ts';
import { aContext } from '../../support/gateways.ts';
import { type Shop, startShop } from '../../support/shop.ts';

const clock = { now: () => new Date() };
const { signal } = new AbortController();

let shop: Shop;
let parts: Composition;
let token: string;

beforeAll(async () => {
  shop = await startShop();
  parts = compose(shop.config, { logger: createLogger(shop.config.log), clock });
  token = await shop.token(6);
}, 60_000);
afterAll(async () => {
  await parts.close();
  await shop.stop();
});

/** Compares the books of today, as it is in Korea. */
const today = async (): Promise<Reconciliation> => {
  const day = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
  const ports = {
    payments: parts.gateways.payment,
    orders: parts.postgres.orders,
    paymentReads: parts.postgres.payments,
  };
  return reconcile(day, ports, aContext());
};

const caughtUp = async (): Promise<void> => {
  const head = await parts.eventStore.head(signal);
  expect(await parts.postgres.gate.waitFor(head, { timeoutMs: 10_000, signal })).toBe(true);
};

const cancelOne = async (orderNo: string): Promise<void> => {
  const items = [{ productVariantId: 1, quantity: 1 }];
  await shop.call('POST', `/orders/${orderNo}/cancel`, { token, body: { items, reason: '변심' } });
  await eventually('the part is cancelled', async () => {
    const { body } = await shop.call('GET', `/orders/${orderNo}`, { token });
    return body.status === 'PARTIALLY_CANCELED';
  });
};

describe("the books of the provider, the participants' and ours", () => {
  test('agree on what was paid and given back', async () => {
    await buy(shop, token);
    const { orderNo } = await buy(shop, token);
    await cancelOne(orderNo);
    await caughtUp();

    expect(await today()).toMatchObject({
      provider: { payments: 2, paid: 60_000, cancels: 1, cancelled: 15_000 },
      differences: [],
    });
    const report = await audit({
      feed: parts.eventStore.feed,
      ledger: createLedgerSource(shop.sandboxUrl),
      readModels: parts.postgres.audit,
      quiet: false,
      clock,
      signal,
    });
    expect(report).toMatchObject({ orders: 2, broken: [] });
    expect(report.checked).toContain('I4');
  });

  test('do not agree on money that went past us', async () => {
    const { orderNo, finalPaymentAmount: amount } = await placeOrder(shop, token);
    const paymentKey = await shop.pay(orderNo, amount);
    const stranger = { paymentKey, orderNo, amount, idempotencyKey: 'past us' };
    await parts.gateways.payment.confirm(stranger, aContext());
    const paid = await buy(shop, token);
    const byHand = {
      paymentKey: paid.payment.paymentKey,
      refundId: 'by-hand',
      amount: 1_000,
      refundableAmount: null,
      reason: '상담',
      idempotencyKey: 'by hand',
    };
    await parts.gateways.payment.cancel(byHand, aContext());
    await caughtUp();

    const { differences } = await today();
    expect(differences).toEqual([
      expect.objectContaining({ kind: 'PAYMENT_NOT_RECORDED', orderNo, theirs: 30_000 }),
      expect.objectContaining({
        kind: 'CANCEL_WITHOUT_REFUND',
        orderNo: paid.orderNo,
        theirs: 1_000,
      }),
    ]);
  });
});

test('a ledger that is none is refused', async () => {
  await expect(createLedgerSource(shop.url).read(signal)).rejects.toThrow(/answered 404/);
});
