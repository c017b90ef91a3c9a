import { z } from 'zod';
import { Id, OrderNo, PositiveWon } from '../http/fields.ts';
import { json } from '../http/reply.ts';
import type { Call, Route } from '../http/route.ts';
import {
  type PointUseId,
  pointUseState,
  refundAllPoints,
  refundSomePoints,
  usePoints,
  userNotFound,
} from './points.ts';

const UseBody = z.object({ sagaId: z.string().min(1).max(200), amount: PositiveWon });
const RefundBody = z.object({ amount: PositiveWon });

const USE = '/member/internal/users/:userId/point-uses/:orderNo';
const aboutOrder = { service: 'member', orderNo: (call: Call) => call.params.orderNo } as const;
const idOf = (call: Call): PointUseId => ({
  userId: Id.parse(call.params.userId),
  orderNo: OrderNo.parse(call.params.orderNo),
});

/** The member service: who orders, and their points. */
export const memberRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/member/internal/users/:userId/order-info',
    service: 'member',
    operation: 'getOrderInfo',
    handle: (call, store) => {
      // A token may name anybody: an id of another form is a member that is not here.
      const { success, data: userId } = Id.safeParse(call.params.userId);
      const member = success ? store.world.member.members.get(userId) : undefined;
      if (!success || !member) return userNotFound(call.params.userId ?? '');
      const { name, phoneNumber } = member.definition;
      return json(200, { userId, userName: name, phoneNumber, pointBalance: member.balance });
    },
  },
  {
    ...aboutOrder,
    method: 'PUT',
    path: USE,
    operation: 'usePoints',
    handle: (call, store) => usePoints(store, idOf(call), UseBody.parse(call.body)),
  },
  {
    ...aboutOrder,
    method: 'DELETE',
    path: USE,
    operation: 'refundPoints',
    handle: (call, store) => refundAllPoints(store, idOf(call)),
  },
  {
    ...aboutOrder,
    method: 'GET',
    path: USE,
    operation: 'getPointUse',
    handle: (call, store) => pointUseState(store, idOf(call)),
  },
  {
    ...aboutOrder,
    method: 'POST',
    path: `${USE}/refunds/:refundId`,
    operation: 'refundSomePoints',
    handle: (call, store) =>
      refundSomePoints(
        store,
        idOf(call),
        call.params.refundId ?? '',
        RefundBody.parse(call.body).amount,
      ),
  },
];
