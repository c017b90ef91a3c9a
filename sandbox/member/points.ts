import { json, problem, type Reply } from '../http/reply.ts';
import type { Store } from '../store/store.ts';
import { pointUseKey, unrefunded } from './state.ts';

/** Whose points, for which order. */
export interface PointUseId {
  readonly userId: number;
  readonly orderNo: string;
}

const rowOf = (store: Store, { userId, orderNo }: PointUseId) =>
  store.world.member.uses.get(pointUseKey(userId, orderNo));

/** Takes points for an order, once. */
export function usePoints(
  store: Store,
  id: PointUseId,
  { sagaId, amount }: { readonly sagaId: string; readonly amount: number },
): Reply {
  const { orderNo } = id;
  const row = rowOf(store, id);
  if (row && row.state !== 'DONE')
    return problem(410, 'OPERATION_CANCELED', `the use of points by ${orderNo} was cancelled`);
  if (row?.content)
    return row.content.amount === amount
      ? json(200, { orderNo, amount, balanceAfter: row.content.balanceAfter })
      : problem(422, 'IDEMPOTENCY_MISMATCH', `${orderNo} used another amount of points`);
  const member = store.world.member.members.get(id.userId);
  if (!member) return userNotFound(id.userId);
  if (member.balance < amount)
    return problem(409, 'INSUFFICIENT_POINT', 'there are not enough points', {
      balance: member.balance,
    });
  const balanceAfter = member.balance - amount;
  const at = store.now();
  store.transact((emit) =>
    emit({ service: 'member', type: 'PointsUsed', ...id, sagaId, amount, balanceAfter, at }),
  );
  return json(201, { orderNo, amount, balanceAfter });
}

/** Gives back all that is left of an order's points, or leaves a tombstone. Never refuses. */
export function refundAllPoints(store: Store, id: PointUseId): Reply {
  const row = rowOf(store, id);
  const at = store.now();
  if (!row)
    store.transact((emit) => emit({ service: 'member', type: 'PointUseTombstoned', ...id, at }));
  else if (row.state === 'DONE')
    store.transact((emit) =>
      emit({ service: 'member', type: 'PointsRefunded', ...id, amount: unrefunded(row), at }),
    );
  const state = row && row.state !== 'TOMBSTONED' ? 'REFUNDED' : 'TOMBSTONED';
  return json(200, { orderNo: id.orderNo, state, refunded: row?.refunded ?? 0 });
}

/** Gives back some of an order's points; idempotent by `refundId`. */
export function refundSomePoints(
  store: Store,
  id: PointUseId,
  refundId: string,
  amount: number,
): Reply {
  const { orderNo } = id;
  const row = rowOf(store, id);
  if (!row?.content)
    return problem(404, 'POINT_USE_NOT_FOUND', `no points were used for ${orderNo}`);
  const earlier = row.parts.get(refundId);
  if (earlier)
    return earlier.content.amount === amount
      ? json(200, { orderNo, refundId, ...earlier.content })
      : problem(422, 'IDEMPOTENCY_MISMATCH', `refund ${refundId} had another amount`);
  const left = unrefunded(row);
  if (amount > left)
    return problem(409, 'REFUND_EXCEEDS_USE', `${orderNo} has only ${left} points to refund`, {
      refundable: left,
    });
  const at = store.now();
  store.transact((emit) =>
    emit({ service: 'member', type: 'PointsPartlyRefunded', ...id, refundId, amount, at }),
  );
  const balanceAfter = store.world.member.members.get(id.userId)?.balance ?? 0;
  return json(200, { orderNo, refundId, amount, balanceAfter });
}

/** What became of an order's use of points. */
export function pointUseState(store: Store, id: PointUseId): Reply {
  const row = rowOf(store, id);
  if (!row)
    return problem(404, 'POINT_USE_NOT_FOUND', `no use of points is known for ${id.orderNo}`);
  const state = { DONE: 'USED', UNDONE: 'REFUNDED', TOMBSTONED: 'TOMBSTONED' }[row.state];
  return json(200, {
    orderNo: id.orderNo,
    state,
    amount: row.content?.amount ?? 0,
    refundable: unrefunded(row),
  });
}

/** The answer for a member that does not exist. */
export const userNotFound = (userId: number | string): Reply =>
  problem(404, 'USER_NOT_FOUND', `member ${userId} does not exist`);
