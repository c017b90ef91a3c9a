import { couponStatus } from '../coupon/redemptions.ts';
import { heldItems } from '../product/state.ts';
import type { Store } from '../store/store.ts';
import { netPaid } from '../toss/payment.ts';
import { toKoreanTime } from '../toss/payment-view.ts';
import { expireAll } from '../toss/sessions.ts';
import { operations } from './operations.ts';

/** Everything that an audit compares with the orders; with an order number, only what concerns that order. */
export function ledger(store: Store, orderNo?: string) {
  expireAll(store);
  return {
    at: store.now(),
    variants: variants(store, orderNo),
    members: members(store, orderNo),
    coupons: coupons(store, orderNo),
    payments: payments(store, orderNo),
    operations: operations(store.world, orderNo),
  };
}

const concerns = (orderNo: string | undefined, candidate: string | null) =>
  orderNo === undefined || orderNo === candidate;

function variants(store: Store, orderNo: string | undefined) {
  const { variants: all, deductions } = store.world.product;
  const orders = new Map<
    number,
    { orderNo: string; deducted: number; held: number; state: string }[]
  >();
  for (const [key, row] of deductions) {
    if (!row.content || !concerns(orderNo, key)) continue;
    const held = heldItems(row);
    for (const { productVariantId, quantity } of row.content.items) {
      const line = held.find((item) => item.productVariantId === productVariantId);
      const entry = {
        orderNo: key,
        deducted: quantity,
        held: line?.quantity ?? 0,
        state: row.state,
      };
      const entries = orders.get(productVariantId);
      if (entries) entries.push(entry);
      else orders.set(productVariantId, [entry]);
    }
  }
  return [...all.values()]
    .map(({ definition, initial, available }) => ({
      productVariantId: definition.productVariantId,
      initial,
      available,
      held: initial - available,
      orders: orders.get(definition.productVariantId) ?? [],
    }))
    .filter((variant) => orderNo === undefined || variant.orders.length > 0);
}

function members(store: Store, orderNo: string | undefined) {
  return [...store.world.member.members.values()]
    .map(({ definition, initial, balance, entries }) => ({
      memberId: definition.memberId,
      initial,
      balance,
      entries: entries.filter((entry) => concerns(orderNo, entry.orderNo)),
    }))
    .filter((member) => orderNo === undefined || member.entries.length > 0);
}

function coupons(store: Store, orderNo: string | undefined) {
  const { coupons: all, redemptions } = store.world.coupon;
  const now = store.now();
  return [...all.values()]
    .map((coupon) => ({
      couponId: coupon.definition.couponId,
      memberId: coupon.definition.memberId,
      reusable: coupon.definition.reusable,
      status: couponStatus(coupon, now),
      heldBy: coupon.heldBy,
      redemptions: coupon.orderNos
        .filter((candidate) => concerns(orderNo, candidate))
        .map((candidate) => {
          const row = redemptions.get(`${coupon.definition.couponId}/${candidate}`);
          return {
            orderNo: candidate,
            userId: row?.content?.userId ?? null,
            state: row?.state === 'DONE' ? 'REDEEMED' : (row?.releasedAs ?? 'TOMBSTONED'),
            discountAmount: row?.content?.discountAmount ?? 0,
          };
        }),
    }))
    .filter((coupon) => orderNo === undefined || coupon.redemptions.length > 0);
}

function payments(store: Store, orderNo: string | undefined) {
  const { payments: all, paymentKeysByOrder } = store.world.toss;
  const keys = orderNo === undefined ? all.keys() : (paymentKeysByOrder.get(orderNo) ?? []);
  return [...keys].flatMap((key) => {
    const payment = all.get(key);
    if (!payment) return [];
    const { paymentKey, orderId, status, method, totalAmount, balanceAmount } = payment;
    const { approvals, confirmations, cancellations } = payment;
    return {
      paymentKey,
      orderId,
      status,
      method,
      totalAmount,
      balanceAmount,
      netPaid: netPaid(payment),
      approvedAt: payment.approvedAt === null ? null : toKoreanTime(payment.approvedAt),
      approvals,
      confirmations,
      cancellations,
      cancels: payment.cancels,
    };
  });
}
