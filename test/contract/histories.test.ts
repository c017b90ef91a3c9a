import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { families } from '../../src/domain/families.ts';
import { decodeEvent } from '../../src/domain/kernel/events.ts';
import { streamNames } from '../../src/eventstore/stream-names.ts';
import { orderNoOf } from '../model/orders.ts';
import type { PaymentOutcome } from '../model/payment-ledger.ts';
import { SagaModel } from '../model/saga-model.ts';

const familyOf = streamNames('').familyFinder(families);

/** A saga as some release left it: its events as stored, and what the participants had done by then. */
type History = {
  readonly about: string;
  readonly at: string;
  /** The order's status once the present release has finished it. */
  readonly ends: string;
  readonly payments: readonly {
    readonly paymentKey: string;
    readonly orderNo: string;
    readonly amount: number;
    readonly outcome: PaymentOutcome;
    readonly confirmed: boolean;
    readonly cancels: readonly { readonly amount: number; readonly reason: string }[];
  }[];
  readonly events: readonly {
    readonly stream: string;
    readonly type: string;
    readonly version: number;
    readonly data: Readonly<Record<string, unknown>>;
  }[];
};

const folder = new URL('./histories/', import.meta.url);
const histories = readdirSync(folder).map((file) => ({
  file,
  history: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as History,
}));
const context = {
  correlationId: 'history',
  causationId: 'history',
  actor: { kind: 'system', id: 'history' },
} as const;

const restore = (history: History): SagaModel => {
  const model = new SagaModel();
  model.now = Date.parse(history.at);
  for (const [index, { stream, type, version, data }] of history.events.entries()) {
    const family = familyOf(stream);
    if (!family) throw new Error(`no family for ${stream}`);
    const id = stream.slice(stream.indexOf('-') + 1);
    const { length } = model.store.stream(stream);
    const expected = length === 0 ? 'no-stream' : BigInt(length - 1);
    const commandId = `10000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const event = decodeEvent(family, type, version, data);
    model.store.append(family, id, [event], expected, commandId, context);
    takeEffect(model, type, data);
  }
  for (const { paymentKey, orderNo, amount, outcome, confirmed, cancels } of history.payments) {
    model.world.payments.authorise(paymentKey, orderNo, amount, outcome);
    if (confirmed)
      model.world.payments.confirm(paymentKey, orderNo, `confirm:${orderNo}:0123456789abcdef:a1`);
    for (const cancel of cancels) {
      const refundId = /\[(.+)\]$/.exec(cancel.reason)?.[1] ?? '';
      model.world.payments.cancel({
        paymentKey,
        refundId,
        amount: cancel.amount,
        refundableAmount: null,
        reason: 'does not fit',
        idempotencyKey: `cancel:${refundId}`,
      });
    }
  }
  return model;
};

/** What a recorded event says that a participant has done; a call of unknown outcome was done, and its answer lost. */
const takeEffect = (
  model: SagaModel,
  type: string,
  data: History['events'][number]['data'],
): void => {
  const orderNo = orderNoOf(0);
  const order = model.order(orderNo);
  if (order.status === 'NONE') return;
  const { product } = model.world;
  const member = model.world.member(order.memberId);
  const coupon = model.world.coupon(1);
  const does = {
    PRODUCT: () =>
      product.deduct(
        orderNo,
        order.lines.map(({ productVariantId, quantity }) => ({ productVariantId, quantity })),
      ),
    COUPON: () => coupon.redeem(orderNo),
    USER: () => member.use(orderNo, order.price.pointDiscount),
  };
  const undoes = {
    PRODUCT: () => product.restore(orderNo),
    COUPON: () => coupon.release(orderNo),
    USER: () => member.refund(orderNo),
  };
  const effects: Readonly<Record<string, () => unknown>> = {
    StockDeducted: does.PRODUCT,
    CouponRedeemed: does.COUPON,
    PointsDeducted: does.USER,
    StockRestored: undoes.PRODUCT,
    CouponReleased: undoes.COUPON,
    PointsRefunded: undoes.USER,
  };
  effects[type]?.();
  if (type === 'StepDeferred' && data.outcome === 'unknown' && data.step !== 'PAYMENT')
    (data.direction === 'do' ? does : undoes)[data.step as keyof typeof does]();
};

test.each(histories)('$file: $history.about', async ({ history }) => {
  const model = restore(history);
  await model.rest();
  expect(model.broken(true)).toEqual([]);
  expect(model.order(orderNoOf(0)).status).toBe(history.ends);
});

test('the histories stop at every kind of place', () => {
  const last = histories.map(({ history }) => history.events.at(-1)?.type);
  for (const type of [
    'OrderPlaced',
    'StockDeducted',
    'StepDeferred',
    'PaymentConfirmationRequested',
  ])
    expect(last).toContain(type);
  for (const type of ['PaymentDeclined', 'PointsRefunded', 'LatePaymentFound', 'PaymentCancelled'])
    expect(last).toContain(type);
});
