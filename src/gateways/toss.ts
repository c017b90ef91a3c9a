import { z } from 'zod';
import { cancelReasonOf } from '../domain/payment/cancel-reason.ts';
import type { Payment, ProviderTransaction } from '../domain/payment/payment.ts';
import { type CallContext, GatewayError, type Probe } from '../runtime/gateway-ports.ts';
import type { PaymentGateway } from '../runtime/payment-gateway-ports.ts';
import { judgeLookUp, judgeProbe } from './judge-answer.ts';
import { judgeCancellation, judgeConfirmation } from './judge-toss.ts';
import type { ParticipantClient } from './participant.ts';
import { TossPayment, TossTransaction } from './toss-payment.ts';

/** Lines of a day that one request asks for, and the most requests for one day. */
const PAGE = 1_000;
const MAX_PAGES = 1_000;

/**
 * The Authorization header of the payment provider: the secret key as the user name of HTTP Basic, no password.
 * The colon is mandatory, and a byte order mark before the key (from a file saved as "UTF-8 with BOM") breaks it.
 */
export const tossAuthorization = (secretKey: string): string =>
  `Basic ${Buffer.from(`${secretKey.replace(/^\uFEFF/, '').trim()}:`).toString('base64')}`;

/** The payment provider, Toss Payments: core API, paths of version 1. */
export const createTossGateway = (client: ParticipantClient): PaymentGateway => {
  const payment = (paymentKey: string) => `/v1/payments/${encodeURIComponent(paymentKey)}`;

  const look = async (path: string, context: CallContext): Promise<Probe<Payment>> => {
    const outcome = await client.read({ operation: 'look-up', method: 'GET', path, context });
    const probe = judgeProbe(outcome, TossPayment);
    // A 404 with another code is about our address or our key, not about the payment.
    return probe.kind === 'absent' && probe.code !== 'NOT_FOUND_PAYMENT'
      ? { kind: 'unavailable', reason: probe.code }
      : probe;
  };

  return {
    confirm: async ({ paymentKey, orderNo, amount, idempotencyKey }, context) => {
      const outcome = await client.send({
        operation: 'confirm',
        method: 'POST',
        path: '/v1/payments/confirm',
        body: { paymentKey, orderId: orderNo, amount },
        idempotencyKey,
        context,
      });
      return judgeConfirmation(outcome, { orderNo, amount });
    },

    byKey: (paymentKey, context) => look(payment(paymentKey), context),

    byOrder: (orderNo, context) =>
      look(`/v1/payments/orders/${encodeURIComponent(orderNo)}`, context),

    cancel: async (cancellation, context) => {
      const { paymentKey, refundId, amount, refundableAmount, reason } = cancellation;
      const outcome = await client.send({
        operation: 'cancel',
        method: 'POST',
        path: `${payment(paymentKey)}/cancel`,
        body: {
          cancelReason: cancelReasonOf(reason, refundId),
          cancelAmount: amount,
          ...(refundableAmount === null ? {} : { refundableAmount }),
        },
        idempotencyKey: cancellation.idempotencyKey,
        context,
      });
      return judgeCancellation(outcome, refundId);
    },

    transactions: async (day, context) => {
      const found: ProviderTransaction[] = [];
      for (let page = 0; page < MAX_PAGES; page++) {
        const lines = await transactionsAfter(client, day, found.at(-1)?.transactionKey, context);
        found.push(...lines);
        if (lines.length < PAGE) return found;
      }
      throw new GatewayError('toss', 'UNAVAILABLE', `transactions of ${day}: no end of pages`);
    },
  };
};

const transactionsAfter = async (
  client: ParticipantClient,
  day: string,
  last: string | undefined,
  context: CallContext,
): Promise<readonly ProviderTransaction[]> => {
  const operation = 'transactions';
  const query = new URLSearchParams({
    startDate: `${day}T00:00:00`,
    endDate: `${day}T23:59:59`,
    limit: String(PAGE),
    ...(last === undefined ? {} : { startingAfter: last }),
  });
  const path = `/v1/transactions?${query}`;
  const outcome = await client.read({ operation, method: 'GET', path, context });
  const answer = judgeLookUp('toss', operation, outcome, z.array(TossTransaction), new Set());
  return answer.kind === 'done' ? answer.data : [];
};
