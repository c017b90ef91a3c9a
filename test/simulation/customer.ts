import type { Context } from '../../src/runtime/ports.ts';
import { refundIdOf } from '../../src/runtime/refund-id.ts';
import { orderNoOf, placeData, type Wish } from '../model/orders.ts';
import type { PaymentOutcome } from '../model/payment-ledger.ts';
import type { Random } from '../model/random.ts';
import type { Simulated } from './simulation.ts';

const MINUTE = 60_000;
const FINAL = ['CANCELED', 'PAYMENT_FAILED'];

/** One customer with one order: places it, and then does what customers do. */
export const customer = async (n: number, simulated: Simulated): Promise<void> => {
  const { time, random } = simulated;
  const orderNo = orderNoOf(n);
  await place(n, simulated);
  if (random.chance(0.1)) {
    await time.pause(random.below(2_000));
    await cancelUnpaid(simulated, orderNo);
  }
  await until(
    simulated,
    orderNo,
    12 * MINUTE,
    (status) => status !== 'PENDING' && status !== 'NONE',
  );
  if (random.chance(0.1)) void operate(simulated, orderNo);
  const mood = random.pick(['pay', 'pay', 'pay', 'pay', 'abandon', 'cancel', 'two-tabs', 'late']);
  switch (mood) {
    case 'pay':
      await pay(simulated, orderNo, `${orderNo}-key`, outcomeOf(random));
      break;
    case 'late':
      await time.pause(9 * MINUTE + random.below(3 * MINUTE));
      await pay(simulated, orderNo, `${orderNo}-key`, outcomeOf(random));
      break;
    case 'two-tabs':
      await Promise.all([
        pay(simulated, orderNo, `${orderNo}-one`, outcomeOf(random)),
        pay(simulated, orderNo, `${orderNo}-two`, outcomeOf(random)),
      ]);
      break;
    case 'cancel':
      await cancelUnpaid(simulated, orderNo);
      break;
    case 'abandon':
      break;
  }
  await until(simulated, orderNo, 60 * MINUTE, (status) =>
    [...FINAL, 'COMPLETED'].includes(status),
  );
  for (let times = random.below(3); times > 0; times -= 1) {
    await cancel(simulated, orderNo, times);
    await time.pause(random.below(5 * MINUTE));
  }
};

const outcomeOf = (random: Random): PaymentOutcome =>
  random.pick([
    'approve',
    'approve',
    'approve',
    'approve',
    'decline',
    'deposit',
    'wrong-amount',
    'keep',
  ]);

const place = async (n: number, { time, random, ask, order }: Simulated): Promise<void> => {
  const wish: Wish = {
    items: random.pick<Wish['items']>([
      [{ productVariantId: 1, quantity: 1 + random.below(3) }],
      [
        { productVariantId: 1, quantity: 1 },
        { productVariantId: 2, quantity: 2 },
      ],
      [
        { productVariantId: 2, quantity: 3 },
        { productVariantId: 3, quantity: 1 + random.below(3) },
      ],
    ]),
    couponId: random.pick([null, null, 1 + random.below(3)]),
    couponDiscount: 3_000,
    points: random.pick<number | 'all'>([0, 0, 1_000, 2_500, 'all']),
  };
  const memberId = random.pick(['member-1', 'member-1', 'member-1', 'member-2', 'member-3']);
  const data = placeData(n, memberId, wish, time.now(), 10 * MINUTE);
  const command = { type: 'PlaceOrder', order: data } as const;
  for (let tries = 0; tries < 20 && order(data.orderNo).status === 'NONE'; tries += 1) {
    await ask((process) =>
      process.orders.execute(data.orderNo, command, {
        commandId: '6f1c0f8e-3a59-4c3e-9d53-0b8f6b1f2a11',
        context: contextOf(process.signal),
      }),
    );
    await time.pause(2_000);
  }
};

/** Goes through the payment window, then confirms until an answer came; a provider's message arrives now and then. */
const pay = async (
  simulated: Simulated,
  orderNo: string,
  paymentKey: string,
  outcome: PaymentOutcome,
): Promise<void> => {
  const { world, time, random, ask, order } = simulated;
  const state = order(orderNo);
  if (state.status !== 'PAYMENT_WAITING') return;
  const amount = state.price.finalPaymentAmount;
  world.payments.authorise(paymentKey, orderNo, amount, outcome);
  await time.pause(random.below(30_000));
  for (let tries = 0; tries < 4; tries += 1) {
    const result = await ask((process) =>
      process.sagas.confirmPayment({ orderNo, paymentKey, amount }, contextOf(process.signal)),
    );
    if (result !== null && random.chance(0.8)) break;
    await time.pause(1 + random.below(5_000));
  }
  if (random.chance(0.5)) void hint(simulated, paymentKey, random.below(3 * MINUTE));
  if (outcome !== 'deposit') return;
  await time.pause(random.below(20 * MINUTE));
  world.payments.deposit(paymentKey);
  await hint(simulated, paymentKey, random.below(MINUTE));
};

const hint = async (
  { time, ask }: Simulated,
  paymentKey: string,
  afterMs: number,
): Promise<void> => {
  await time.pause(afterMs);
  await ask((process) => process.sagas.paymentHint({ paymentKey }, contextOf(process.signal)));
};

const cancelUnpaid = async ({ ask }: Simulated, orderNo: string): Promise<void> => {
  const command = {
    type: 'CancelUnpaid',
    reason: 'changed my mind',
    failureCode: 'CANCELED_BY_MEMBER',
  } as const;
  await ask((process) =>
    process.orders.execute(orderNo, command, {
      commandId: '7f1c0f8e-3a59-4c3e-9d53-0b8f6b1f2a11',
      context: contextOf(process.signal),
    }),
  );
};

/** One unit, or all that is left. */
const cancel = async (
  { random, ask, time, order }: Simulated,
  orderNo: string,
  times: number,
): Promise<void> => {
  const state = order(orderNo);
  if (state.status === 'NONE') return;
  const [line] = state.lines;
  const items =
    line && random.chance(0.6) ? [{ productVariantId: line.productVariantId, quantity: 1 }] : null;
  const command = {
    type: 'RequestCancellation',
    refundId: refundIdOf(orderNo, `cancellation ${times}`),
    items,
    reason: 'does not fit',
    by: { kind: 'member', id: state.memberId },
    restoreCoupon: true,
    at: new Date(time.now()).toISOString(),
  } as const;
  await ask((process) =>
    process.orders.execute(orderNo, command, {
      commandId: `8f1c0f8e-3a59-4c3e-9d53-0b8f6b1f2a1${times}`,
      context: contextOf(process.signal),
    }),
  );
};

const operate = async ({ time, random, ask }: Simulated, orderNo: string): Promise<void> => {
  await time.pause(random.below(15 * MINUTE));
  const type = random.pick(['retry', 'compensate', 'annotate'] as const);
  await ask((process) =>
    process.sagas.operate(
      orderNo,
      { type, by: 'operator', reason: 'asked to' },
      contextOf(process.signal),
    ),
  );
};

const until = async (
  { time, order }: Simulated,
  orderNo: string,
  patienceMs: number,
  happened: (status: string) => boolean,
): Promise<void> => {
  const end = time.now() + patienceMs;
  while (time.now() < end && !happened(order(orderNo).status)) await time.pause(2_000);
};

const contextOf = (signal: AbortSignal): Context => ({
  correlationId: 'simulated',
  causationId: 'simulated',
  actor: { kind: 'member', id: 'simulated' },
  signal,
});
