import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redeem, release } from '../coupon/redemptions.ts';
import { refundAllPoints, refundSomePoints, usePoints } from '../member/points.ts';
import { unrefunded } from '../member/state.ts';
import { heldItems } from '../product/state.ts';
import { deduct, restore, takeBack } from '../product/stock.ts';
import { plantCatalogue } from '../seed/catalogue.ts';
import { memoryJournal } from './journal.ts';
import { Store } from './store.ts';
import { emptyWorld, evolveWorld, type Fact } from './world.ts';

const NOON_MS = Date.parse('2026-03-01T03:00:00.000Z');
const STOCK_OF_12 = 10;
const POINTS_OF_1 = 10_000;

type Step = (store: Store) => { readonly status: number };

const orderNo = fc.constantFrom('ORD-1', 'ORD-2', 'ORD-3');
const refundId = fc.constantFrom('r1', 'r2');
const quantity = fc.integer({ min: 1, max: 7 });
const points = fc.integer({ min: 1, max: 7000 });
const item = (n: number) => [{ productVariantId: 12, quantity: n }];

const stockStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(orderNo, quantity).map<Step>(
    ([no, n]) =>
      (store) =>
        deduct(store, no, { sagaId: no, userId: 1, items: item(n) }),
  ),
  orderNo.map<Step>((no) => (store) => restore(store, no)),
  fc.tuple(orderNo, refundId, quantity).map<Step>(
    ([no, refund, n]) =>
      (store) =>
        takeBack(store, no, refund, item(n)),
  ),
);
const pointStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(orderNo, points).map<Step>(
    ([no, amount]) =>
      (store) =>
        usePoints(store, { userId: 1, orderNo: no }, { sagaId: no, amount }),
  ),
  orderNo.map<Step>((no) => (store) => refundAllPoints(store, { userId: 1, orderNo: no })),
  fc.tuple(orderNo, refundId, points).map<Step>(
    ([no, refund, amount]) =>
      (store) =>
        refundSomePoints(store, { userId: 1, orderNo: no }, refund, amount),
  ),
);
const couponStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(orderNo, fc.constantFrom(5000, 9000)).map<Step>(
    ([no, totalAmount]) =>
      (store) =>
        redeem(store, 1, no, { sagaId: no, userId: 1, totalAmount, discountAmount: 3000 }),
  ),
  orderNo.map<Step>((no) => (store) => release(store, 1, no)),
);

function seededStore() {
  const store = new Store(memoryJournal, () => NOON_MS);
  const facts: Fact[] = [];
  store.onFacts((emitted) => facts.push(...emitted));
  store.transact((emit) => plantCatalogue(emit, store.now()));
  return { store, facts };
}

/** Runs the steps on a seeded store and checks `holds` after each of them. */
function always(step: fc.Arbitrary<Step>, holds: (store: Store) => void) {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { store } = seededStore();
      for (const take of steps) {
        take(store);
        holds(store);
      }
    }),
  );
}

const onceAtMost = (effects: { readonly do: number; readonly undo: number }) => {
  expect(effects.do).toBeLessThanOrEqual(1);
  expect(effects.undo).toBeLessThanOrEqual(effects.do);
};

test('whatever is deducted, restored and returned, in any order, the stock adds up and is never negative', () =>
  always(stockStep, (store) => {
    const { variants, deductions } = store.world.product;
    const available = variants.get(12)?.available ?? Number.NaN;
    const held = [...deductions.values()]
      .flatMap((row) => heldItems(row))
      .reduce((sum, { quantity: n }) => sum + n, 0);
    expect(available).toBeGreaterThanOrEqual(0);
    expect(available + held).toBe(STOCK_OF_12);
    for (const { effects } of deductions.values()) onceAtMost(effects);
  }));

test('whatever points are used and refunded, in any order, they add up and are never negative', () =>
  always(pointStep, (store) => {
    const { members, uses } = store.world.member;
    const member = members.get(1);
    const used = [...uses.values()].reduce((sum, row) => sum + unrefunded(row), 0);
    expect(member?.balance).toBeGreaterThanOrEqual(0);
    expect((member?.balance ?? Number.NaN) + used).toBe(POINTS_OF_1);
    expect(member?.entries.reduce((sum, entry) => sum + entry.amount, 0)).toBe(member?.balance);
    for (const { effects } of uses.values()) onceAtMost(effects);
  }));

test('whatever redeems and releases a coupon, in any order, at most one order has it', () =>
  always(couponStep, (store) => {
    const { coupons, redemptions } = store.world.coupon;
    const live = [...redemptions.values()].filter(({ state }) => state === 'DONE');
    expect(live.length).toBeLessThanOrEqual(1);
    expect(coupons.get(1)?.heldBy).toBe(live[0]?.orderNo ?? null);
    for (const { effects } of redemptions.values()) onceAtMost(effects);
  }));

test('an undo leaves nothing behind, and no later call of the order is let in', () =>
  fc.assert(
    fc.property(fc.array(stockStep, { maxLength: 20 }), quantity, (steps, n) => {
      const { store } = seededStore();
      for (const take of steps) take(store);
      restore(store, 'ORD-1');
      const row = store.world.product.deductions.get('ORD-1');
      expect(row && heldItems(row)).toEqual([]);
      const late = deduct(store, 'ORD-1', { sagaId: 's', userId: 1, items: item(n) });
      expect(late.status).toBe(410);
    }),
  ));

test('a step taken twice in a row changes nothing the second time', () =>
  fc.assert(
    fc.property(
      fc.array(fc.oneof(stockStep, pointStep, couponStep), { maxLength: 20 }),
      fc.oneof(stockStep, pointStep, couponStep),
      (steps, last) => {
        const { store, facts } = seededStore();
        for (const take of steps) take(store);
        const first = last(store);
        const soFar = facts.length;
        const second = last(store);
        expect(facts).toHaveLength(soFar);
        expect(second.status).toBe(first.status === 201 ? 200 : first.status);
      },
    ),
  ));

test('the facts alone give the same world again', () =>
  fc.assert(
    fc.property(
      fc.array(fc.oneof(stockStep, pointStep, couponStep), { maxLength: 40 }),
      (steps) => {
        const { store, facts } = seededStore();
        for (const take of steps) take(store);
        const again = emptyWorld();
        for (const fact of JSON.parse(JSON.stringify(facts))) evolveWorld(again, fact);
        expect(again).toEqual(store.world);
      },
    ),
  ));
