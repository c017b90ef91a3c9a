import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lateRefundIdOf, refundIdOf } from '../../src/runtime/refund-id.ts';
import { orderNoOf, placeData, type Wish } from './orders.ts';
import type { PaymentOutcome } from './payment-ledger.ts';
import { SagaModel } from './saga-model.ts';
import type { CallFate } from './simulated-gateways.ts';

const ORDERS = 3;
const wishes: readonly Wish[] = [
  {
    items: [{ productVariantId: 1, quantity: 2 }],
    couponId: 1,
    couponDiscount: 3_000,
    points: 2_000,
  },
  {
    items: [
      { productVariantId: 2, quantity: 2 },
      { productVariantId: 3, quantity: 2 },
    ],
    couponId: 1,
    couponDiscount: 3_000,
    points: 0,
  },
  {
    items: [{ productVariantId: 2, quantity: 1 }],
    couponId: null,
    couponDiscount: 0,
    points: 'all',
  },
];

/** One thing that happens. Numbers choose among what is possible at that moment. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('look' as const), worker: fc.nat(2), which: fc.nat(7) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      worker: fc.nat(2),
      which: fc.nat(3),
      crash: fc.boolean(),
      fates: fc.array(
        fc.constantFrom<CallFate>(
          'ok',
          'ok',
          'ok',
          'not-sent',
          'lost-request',
          'lost-answer',
          'error-answer',
          'late',
        ),
        { maxLength: 3 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('arrive' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), which: fc.nat(30) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1_000, 5_000, 60_000, 300_000, 700_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      order: fc.nat(ORDERS - 1),
      tab: fc.nat(1),
      outcome: fc.constantFrom<PaymentOutcome>(
        'approve',
        'approve',
        'decline',
        'deposit',
        'wrong-amount',
        'keep',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('deposit' as const), order: fc.nat(ORDERS - 1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('hint' as const),
      order: fc.nat(ORDERS - 1),
      tab: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('cancel-unpaid' as const), order: fc.nat(ORDERS - 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cancel' as const),
      order: fc.nat(ORDERS - 1),
      whole: fc.boolean(),
      seed: fc.nat(5),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('operate' as const),
      which: fc.nat(7),
      wish: fc.constantFrom<'retry' | 'compensate'>('retry', 'compensate'),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const take = async (model: SagaModel, what: Step): Promise<void> => {
  const at = new Date(model.now).toISOString();
  switch (what.do) {
    case 'look':
      return model.look(what.worker, what.which);
    case 'act':
      model.fates = [...what.fates];
      return model.act(what.worker, what.which, what.crash);
    case 'arrive':
      return model.hanging.shift()?.();
    case 'repeat':
      return model.repeat(what.which);
    case 'wait':
      model.now += what.ms;
      return;
    case 'pay':
      return pay(
        model,
        orderNoOf(what.order),
        `${orderNoOf(what.order)}-${what.tab}`,
        what.outcome,
      );
    case 'deposit':
      return model.world.payments.deposit(`${orderNoOf(what.order)}-0`);
    case 'hint':
      return hint(model, orderNoOf(what.order), `${orderNoOf(what.order)}-${what.tab}`);
    case 'cancel-unpaid':
      model.command(orderNoOf(what.order), {
        type: 'CancelUnpaid',
        reason: 'changed my mind',
        failureCode: 'CANCELED_BY_MEMBER',
      });
      return;
    case 'cancel': {
      const orderNo = orderNoOf(what.order);
      const state = model.order(orderNo);
      const [line] = state.status === 'NONE' ? [] : state.lines;
      model.command(orderNo, {
        type: 'RequestCancellation',
        refundId: refundIdOf(orderNo, `${what.seed}`),
        items:
          what.whole || !line ? null : [{ productVariantId: line.productVariantId, quantity: 1 }],
        reason: 'does not fit',
        by: { kind: 'member', id: 'member-1' },
        restoreCoupon: true,
        at,
      });
      return;
    }
    case 'operate':
      return model.operate(what.which, what.wish);
  }
};

/** The customer goes through the payment window and back to the shop. */
const pay = (
  model: SagaModel,
  orderNo: string,
  paymentKey: string,
  outcome: PaymentOutcome,
): void => {
  const state = model.order(orderNo);
  if (state.status !== 'PAYMENT_WAITING') return;
  const amount = state.price.finalPaymentAmount;
  if (!model.world.payments.payments.has(paymentKey))
    model.world.payments.authorise(paymentKey, orderNo, amount, outcome);
  model.command(orderNo, {
    type: 'RequestConfirmation',
    paymentKey,
    amount,
    idempotencyKey: `confirm:${orderNo}:${paymentKey}:a1`,
    at: new Date(model.now).toISOString(),
  });
};

/** The provider's message: money for an order that does not wait for it is reported. */
const hint = (model: SagaModel, orderNo: string, paymentKey: string): void => {
  const look = model.world.payments.look(paymentKey);
  const state = model.order(orderNo);
  if (look.kind !== 'found' || look.data.status !== 'DONE' || state.status === 'NONE') return;
  model.command(orderNo, {
    type: 'ReportLatePayment',
    refundId: lateRefundIdOf(orderNo, paymentKey),
    paymentKey,
    amount: look.data.balanceAmount,
    reason: 'late',
    at: new Date(model.now).toISOString(),
  });
};

/** How far each order has come, undisturbed, before things start to go wrong. */
const prelude = fc.array(fc.constantFrom('placed', 'payable', 'confirming', 'completed'), {
  minLength: ORDERS,
  maxLength: ORDERS,
});
const bring = async (model: SagaModel, orderNo: string, how: string): Promise<void> => {
  if (how === 'placed') return;
  await model.drive(orderNo);
  if (how === 'payable') return;
  pay(model, orderNo, `${orderNo}-0`, 'approve');
  model.now += 1_000;
  if (how === 'completed') await model.drive(orderNo);
};

test('whatever workers believe, crash at or repeat, and whatever the network does: every invariant holds at every step, and everything comes to rest', async () => {
  await fc.assert(
    fc.asyncProperty(
      prelude,
      fc.array(step, { minLength: 20, maxLength: 100 }),
      async (begun, steps) => {
        const model = new SagaModel();
        for (const [n, wish] of wishes.entries())
          model.command(orderNoOf(n), {
            type: 'PlaceOrder',
            order: placeData(n, 'member-1', wish, model.now, 600_000),
          });
        for (const [n, how] of begun.entries()) await bring(model, orderNoOf(n), how);
        for (const what of steps) {
          await take(model, what);
          expect(model.broken(false)).toEqual([]);
        }
        for (const n of wishes.keys())
          if (n % 2 === 0) model.world.payments.deposit(`${orderNoOf(n)}-0`);
        await model.rest();
        expect(model.broken(true)).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
}, 120_000);
