import { z } from 'zod';
import type { MemberGateway } from '../runtime/gateway-ports.ts';
import { judgeLookUp, judgeProbe, judgeUndo, judgeWrite } from './judge-answer.ts';
import type { ParticipantClient } from './participant.ts';

const OrderInfo = z.object({
  userName: z.string(),
  phoneNumber: z.string(),
  pointBalance: z.int(),
});
const PointUse = z.object({ amount: z.int(), balanceAfter: z.int() });
const State = z.object({ state: z.string() });

const notFound = new Set(['USER_NOT_FOUND']);
// IDEMPOTENCY_MISMATCH is missing on purpose: then points were used for this order, so they must be given back.
const refusals = new Set([...notFound, 'INSUFFICIENT_POINT']);

/** The member service: who orders, and the points that orders use. */
export const createMemberGateway = (client: ParticipantClient): MemberGateway => {
  const user = (memberId: string) => `/internal/users/${encodeURIComponent(memberId)}`;
  const pointUse = (memberId: string, orderNo: string) =>
    `${user(memberId)}/point-uses/${encodeURIComponent(orderNo)}`;
  return {
    orderInfo: async (memberId, context) => {
      const operation = 'orderInfo';
      const path = `${user(memberId)}/order-info`;
      const outcome = await client.read({ operation, method: 'GET', path, context });
      const answer = judgeLookUp('member', operation, outcome, OrderInfo, notFound);
      return answer.kind === 'done' ? { memberId, ...answer.data } : null;
    },

    usePoints: async (orderNo, { sagaId, memberId, amount }, context) => {
      const outcome = await client.send({
        operation: 'usePoints',
        method: 'PUT',
        path: pointUse(memberId, orderNo),
        body: { sagaId, amount },
        idempotencyKey: `${orderNo}:USER:do`,
        context,
      });
      return judgeWrite(outcome, PointUse, refusals);
    },

    refundPoints: async (orderNo, memberId, context) => {
      const outcome = await client.send({
        operation: 'refundPoints',
        method: 'DELETE',
        path: pointUse(memberId, orderNo),
        idempotencyKey: `${orderNo}:USER:undo`,
        context,
      });
      return judgeUndo(outcome, State);
    },

    refundPart: async (orderNo, { memberId, refundId, amount }, context) => {
      const outcome = await client.send({
        operation: 'refundPart',
        method: 'POST',
        path: `${pointUse(memberId, orderNo)}/refunds/${encodeURIComponent(refundId)}`,
        body: { amount },
        idempotencyKey: `${orderNo}:USER:undo:${refundId}`,
        context,
      });
      return judgeUndo(outcome, z.looseObject({}));
    },

    pointUse: async (orderNo, memberId, context) => {
      const path = pointUse(memberId, orderNo);
      const ask = { operation: 'pointUse', method: 'GET', path, context } as const;
      return judgeProbe(await client.read(ask), State);
    },
  };
};
