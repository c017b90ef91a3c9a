import { unrefunded } from '../member/state.ts';
import type { World } from '../store/world.ts';

/** What one service did for one order, and how often it was asked. */
export interface OperationEntry {
  readonly service: 'product' | 'coupon' | 'member' | 'toss';
  readonly orderNo: string;
  /** NONE: calls came in, and nothing was done. */
  readonly state: 'DONE' | 'UNDONE' | 'TOMBSTONED' | 'NONE';
  /** How often the effect, its undo, and a return in parts were applied. */
  readonly effects: { readonly do: number; readonly undo: number; readonly parts: number };
  readonly [detail: string]: unknown;
}

/** Per order and service: how often the effect and its undo were applied, and the calls received by operation. */
export function operations(world: World, orderNo: string | undefined) {
  const entries = [...stock(world), ...coupons(world), ...points(world), ...payments(world)];
  const known = new Set(entries.map((entry) => `${entry.service} ${entry.orderNo}`));
  for (const [key, calls] of world.control.calls)
    for (const service of ['product', 'coupon', 'member', 'toss'] as const)
      if (
        !known.has(`${service} ${key}`) &&
        [...calls.keys()].some((call) => belongs(call, service))
      )
        entries.push({
          service,
          orderNo: key,
          state: 'NONE',
          effects: { do: 0, undo: 0, parts: 0 },
        });
  return entries
    .filter((entry) => orderNo === undefined || entry.orderNo === orderNo)
    .map((entry) => ({
      ...entry,
      calls: Object.fromEntries(
        [...(world.control.calls.get(entry.orderNo) ?? [])].filter(([call]) =>
          belongs(call, entry.service),
        ),
      ),
    }));
}

const belongs = (call: string, service: string) => call.startsWith(`${service}.`);

function stock({ product }: World): OperationEntry[] {
  return [...product.deductions].map(([orderNo, { state, effects, parts }]) => ({
    service: 'product',
    orderNo,
    state,
    effects: { ...effects, parts: parts.size },
  }));
}

function coupons({ coupon }: World): OperationEntry[] {
  return [...coupon.redemptions.values()].map(({ couponId, orderNo, state, effects }) => ({
    service: 'coupon',
    orderNo,
    couponId,
    state,
    effects: { ...effects, parts: 0 },
  }));
}

function points({ member }: World): OperationEntry[] {
  return [...member.uses].map(([key, row]) => {
    const [userId, orderNo = ''] = key.split('/');
    return {
      service: 'member',
      orderNo,
      userId: Number(userId),
      state: row.state,
      effects: { ...row.effects, parts: row.parts.size },
      used: row.content?.amount ?? 0,
      refundable: unrefunded(row),
    };
  });
}

function payments({ toss }: World): OperationEntry[] {
  return [...toss.payments.values()]
    .filter(({ approvals }) => approvals > 0)
    .map(({ paymentKey, orderId, balanceAmount, approvals, cancels }) => ({
      service: 'toss',
      orderNo: orderId,
      paymentKey,
      state: balanceAmount === 0 ? 'UNDONE' : 'DONE',
      effects: { do: approvals, undo: balanceAmount === 0 ? 1 : 0, parts: cancels.length },
    }));
}
