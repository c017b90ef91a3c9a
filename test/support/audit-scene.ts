import type { AnyEvent, Recorded } from '../../src/domain/kernel/events.ts';
import { audit } from '../../src/runtime/audit.ts';
import type {
  Ledger,
  ReadModelSource,
  ShownEvent,
  ShownOrder,
} from '../../src/runtime/audit-ports.ts';
import type { Feed } from '../../src/runtime/ports.ts';
import { refundIdOf } from '../../src/runtime/refund-id.ts';
import { sagaShop } from './saga-shop.ts';

export type Log = readonly Recorded<AnyEvent>[];
export type Scene = {
  log: Log;
  ledger: Ledger;
  orders: readonly ShownOrder[];
  feed: readonly ShownEvent[];
};

export const signal = new AbortController().signal;
export const feedOf = (log: Log): Feed => ({
  batches: async function* () {
    yield { events: log, position: BigInt(log.length), live: true };
  },
});
const readsOf = (scene: Scene): ReadModelSource => ({
  orders: async function* () {
    yield* scene.orders;
  },
  feed: async function* () {
    yield* scene.feed;
  },
});
/** Audits a scene as one in which nothing may be under way any more. */
export const judge = (scene: Scene, at = '2026-03-01T12:00:00.000Z') =>
  audit({
    feed: feedOf(scene.log),
    ledger: { read: async () => scene.ledger },
    readModels: readsOf(scene),
    quiet: true,
    clock: { now: () => new Date(at) },
    signal,
  });

/** What the order of `cleanScene` cost its customer, in won. */
export const PAID = 9_990 * 2 - 3_000 - 1_000;

/** A completed order with a coupon and points, of which one unit was cancelled; everything settled and right. */
export const cleanScene = async (): Promise<{
  readonly orderNo: string;
  readonly clean: Scene;
}> => {
  const shop = sagaShop();
  const { orderNo } = shop;
  await shop.place({ couponId: 1, couponDiscount: 3_000, points: 1_000 });
  await shop.drive();
  shop.world.payments.authorise('key-1', orderNo, PAID, 'approve');
  await shop.sagas.confirmPayment({ orderNo, paymentKey: 'key-1', amount: PAID }, shop.context);
  await shop.drive();
  const refundId = refundIdOf(orderNo, 'test');
  const command = {
    type: 'RequestCancellation',
    refundId,
    items: [{ productVariantId: 1, quantity: 1 }],
    reason: 'does not fit',
    by: { kind: 'member', id: 'member-1' },
    restoreCoupon: true,
    at: '2026-03-01T09:05:00.000Z',
  } as const;
  const commandId = '7f1c0f8e-3a59-4c3e-9d53-0b8f6b1f2a11';
  await shop.orders.execute(orderNo, command, { commandId, context: shop.context });
  await shop.drive('orderCancellation', refundId);
  const { state } = await shop.orders.load(orderNo, signal);
  if (state.status === 'NONE') throw new Error('an order was expected');
  const events = shop.store.stream(`order-${orderNo}`);
  const clean: Scene = {
    log: shop.store.all,
    ledger: shop.world.ledger(),
    orders: [
      {
        orderNo,
        memberId: 'member-1',
        status: state.status,
        failureCode: null,
        refundedAmount: state.refunds.reduce((sum, { amount }) => sum + amount, 0),
        version: events.length - 1,
      },
    ],
    feed: events.map(({ position, type }) => ({
      orderNo,
      memberId: 'member-1',
      position,
      type,
      status: state.status,
    })),
  };
  return { orderNo, clean };
};
