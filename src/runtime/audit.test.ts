import { beforeAll, describe, expect, test } from 'vitest';
import {
  cleanScene,
  feedOf,
  judge,
  PAID,
  type Scene,
  signal,
} from '../../test/support/audit-scene.ts';
import type { AnyEvent, Recorded } from '../domain/kernel/events.ts';
import { audit } from './audit.ts';
import type { Ledger } from './audit-ports.ts';

let clean: Scene;
let orderNo: string;
beforeAll(async () => {
  ({ clean, orderNo } = await cleanScene());
});

test('books that agree break nothing, and everything was looked at', async () => {
  const report = await judge(clean);
  expect(report.broken).toEqual([]);
  expect(report).toMatchObject({ orders: 1, settled: 1 });
  expect(report.checked).toHaveLength(15);
});

test('without participants and read models only the streams are judged', async () => {
  const report = await audit({
    feed: feedOf(clean.log),
    ledger: null,
    readModels: null,
    quiet: false,
    clock: { now: () => new Date('2026-03-01T12:00:00.000Z') },
    signal,
  });
  expect(report.checked).toEqual(['I5', 'I6', 'I9', 'I10', 'I11', 'I14', 'I15']);
});

const names = (broken: readonly { readonly invariant: string }[]): readonly string[] => [
  ...new Set(broken.map(({ invariant }) => invariant)),
];
const withLedger = (change: (ledger: Ledger) => Partial<Ledger>): Scene => ({
  ...clean,
  ledger: { ...clean.ledger, ...change(clean.ledger) },
});
const withEvent = (type: string, data: Record<string, unknown>): Scene => {
  const last = clean.log.filter(({ stream }) => stream === `order-${orderNo}`).at(-1);
  if (!last) throw new Error('events were expected');
  const event = {
    ...last,
    type,
    data: { orderNo, ...data },
    position: 1_000n,
  } as Recorded<AnyEvent>;
  return { ...clean, log: [...clean.log, event] };
};
const map = (change: (event: Recorded<AnyEvent>) => Recorded<AnyEvent>): Scene => ({
  ...clean,
  log: clean.log.map(change),
});

describe('each broken invariant is named', () => {
  test('I1: a unit too many on the shelf, and an order that lost its stock', async () => {
    const extra = withLedger(({ variants }) => ({
      variants: variants.map((each) => ({ ...each, available: each.available + 1 })),
    }));
    expect(names((await judge(extra)).broken)).toEqual(['I1']);
    const lost = withLedger(({ variants }) => ({
      variants: variants.map((each) => ({ ...each, available: each.initial, orders: [] })),
    }));
    expect((await judge(lost)).broken).toMatchObject([{ invariant: 'I1', subject: orderNo }]);
  });

  test('I2: points that are nowhere, or used twice', async () => {
    const lost = withLedger(({ members }) => ({
      members: members.map((each) => ({ ...each, balance: each.balance - 1 })),
    }));
    expect(names((await judge(lost)).broken)).toEqual(['I2']);
    const twice = withLedger(({ members }) => ({
      members: members.map((each) => ({
        ...each,
        balance: each.balance - 1_000,
        entries: [...each.entries, { kind: 'USE' as const, orderNo, amount: -1_000 }],
      })),
    }));
    expect(names((await judge(twice)).broken)).toEqual(['I2']);
  });

  test('I3: a coupon that a completed order does not hold', async () => {
    const released = withLedger(({ coupons }) => ({
      coupons: coupons.map((each) => ({ ...each, heldBy: null, redemptions: [] })),
    }));
    expect(names((await judge(released)).broken)).toEqual(['I3']);
  });

  test('I4: money that the provider holds and the order does not know of', async () => {
    const more = withLedger(({ payments }) => ({
      payments: payments.map((each) => ({ ...each, balanceAmount: each.totalAmount })),
    }));
    expect((await judge(more)).broken).toMatchObject([{ invariant: 'I4', subject: orderNo }]);
    const stranger = withLedger(({ payments }) => ({
      payments: [
        ...payments,
        ...payments.map((each) => ({ ...each, paymentKey: 'key-9', orderId: 'ORD-9' })),
      ],
    }));
    expect((await judge(stranger)).broken).toMatchObject([{ invariant: 'I4', subject: 'ORD-9' }]);
  });

  test('I5: compensation before the order had ended, and a confirmation without an intent', async () => {
    const { broken } = await judge(
      map((event) =>
        event.type === 'StockDeducted'
          ? ({
              ...event,
              type: 'CompensationStarted',
              data: { orderNo, failureCode: 'SYSTEM_ERROR', steps: [] },
            } as Recorded<AnyEvent>)
          : event,
      ),
    );
    expect(names(broken)).toContain('I5');
    const unasked = {
      ...clean,
      log: clean.log.filter(({ type }) => type !== 'PaymentConfirmationRequested'),
    };
    expect((await judge(unasked)).broken).toContainEqual(
      expect.objectContaining({ invariant: 'I5', subject: orderNo }),
    );
  });

  test('I6: an order that goes on after its end', async () => {
    const scene = map((event) =>
      event.type === 'OrderAwaitingPayment'
        ? ({
            ...event,
            type: 'OrderExpired',
            data: { orderNo, failureCode: 'SAGA_TIMEOUT', deadline: event.at },
          } as Recorded<AnyEvent>)
        : event,
    );
    expect(names((await judge(scene)).broken)).toContain('I6');
  });

  test('I7: an effect that was applied twice', async () => {
    const scene = withLedger(({ operations }) => ({
      operations: operations.map((each) => ({ ...each, effects: { do: 2, undo: 0 } })),
    }));
    expect(names((await judge(scene)).broken)).toEqual(['I7']);
    const paidTwice = withLedger(({ payments }) => ({
      payments: payments.map((each) => ({ ...each, approvals: 2 })),
    }));
    expect(names((await judge(paidTwice)).broken)).toEqual(['I7']);
  });

  test('I8: an order that is still under way when all is quiet', async () => {
    const scene = { ...clean, log: clean.log.filter(({ type }) => type !== 'OrderSagaFinished') };
    expect(names((await judge(scene)).broken)).toContain('I8');
  });

  test('I9: a price that does not add up', async () => {
    const scene = map((event) => {
      if (event.type !== 'OrderPlaced') return event;
      const data = event.data as { readonly price: object };
      return { ...event, data: { ...data, price: { ...data.price, couponDiscount: 1 } } };
    });
    expect(names((await judge(scene)).broken)).toContain('I9');
  });

  test('I10 and I11: a payment shared by two orders, an order placed twice', async () => {
    const other = 'ORD-20260301-OTHERORDER';
    const copies = clean.log
      .filter(({ stream }) => stream === `order-${orderNo}`)
      .map((event) => ({
        ...event,
        stream: `order-${other}`,
        position: event.position + 1_000n,
        data: { ...(event.data as object), orderNo: other },
      }));
    const shared = { ...clean, log: [...clean.log, ...copies] };
    expect(names((await judge(shared)).broken)).toContain('I10');
    const twice = withEvent('OrderPlaced', { ...(clean.log[0]?.data as object) });
    expect(names((await judge(twice)).broken)).toContain('I11');
  });

  test('I12: a row that shows something else than the stream', async () => {
    const shown = clean.orders.map((row) => ({ ...row, status: 'COMPLETED' as const }));
    expect((await judge({ ...clean, orders: shown })).broken).toMatchObject([
      { invariant: 'I12', subject: orderNo },
    ]);
    expect(names((await judge({ ...clean, orders: [] })).broken)).toEqual(['I12']);
    const [row] = clean.orders;
    const ghost = row ? [...clean.orders, { ...row, orderNo: 'ORD-9' }] : [];
    expect((await judge({ ...clean, orders: ghost })).broken).toMatchObject([
      { invariant: 'I12', subject: 'ORD-9' },
    ]);
  });

  test('I13: a feed that left something out, goes backwards or ends elsewhere', async () => {
    const gap = { ...clean, feed: clean.feed.slice(1) };
    expect(names((await judge(gap)).broken)).toEqual(['I13']);
    const backwards = { ...clean, feed: clean.feed.toReversed() };
    expect(names((await judge(backwards)).broken)).toEqual(['I13']);
    const elsewhere = {
      ...clean,
      feed: clean.feed.map((entry) => ({ ...entry, status: 'PENDING' as const })),
    };
    expect(names((await judge(elsewhere)).broken)).toEqual(['I13']);
  });

  test('I14: more given back than was paid, used and ordered', async () => {
    const scene = map((event) =>
      event.type === 'OrderLinesCancelled'
        ? {
            ...event,
            data: {
              ...(event.data as object),
              amount: PAID + 1,
              points: 1_001,
              items: [{ productVariantId: 1, quantity: 3 }],
            },
          }
        : event,
    );
    const { broken } = await judge(scene);
    expect(broken.filter(({ invariant }) => invariant === 'I14')).toHaveLength(3);
  });

  test('I15: what is shown to somebody else, and a cart that names another member', async () => {
    const row = { ...clean, orders: clean.orders.map((each) => ({ ...each, memberId: 'eve' })) };
    expect(names((await judge(row)).broken)).toEqual(['I15']);
    const told = { ...clean, feed: clean.feed.map((each) => ({ ...each, memberId: 'eve' })) };
    expect(names((await judge(told)).broken)).toEqual(['I15']);
    const cart = map((event) =>
      event.stream.startsWith('cart-') ? { ...event, stream: 'cart-eve' } : event,
    );
    expect(names((await judge(cart)).broken)).toEqual(['I15']);
  });
});
