import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { OrderNo } from '../../domain/kernel/ids.ts';
import type { HintResult, PaymentHint, Payments } from '../../runtime/payments.ts';
import type { Clock, Context, Log, Metrics } from '../../runtime/ports.ts';
import type { OnceOnly } from '../../runtime/read-ports.ts';
import { requestIdOf, signalOf } from '../http/request-state.ts';

export type WebhookDeps = {
  readonly payments: Pick<Payments, 'paymentHint'>;
  readonly once: OnceOnly;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
};

const key = z.string().min(1).max(200);
/** PAYMENT_STATUS_CHANGED wraps a payment, DEPOSIT_CALLBACK is flat; nothing but these two names is looked at. */
const Named = z.object({
  orderId: OrderNo.optional().catch(undefined),
  paymentKey: key.optional().catch(undefined),
});
const Body = z.object({ data: Named.optional().catch(undefined), ...Named.shape });

/** Toss Payments repeats a delivery for 3 days and 19 hours. */
const REMEMBER_MS = 4 * 86_400_000;
const TRANSMISSION = 'tosspayments-webhook-transmission-id';

const hintOf = (body: unknown): PaymentHint | undefined => {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return undefined;
  const { data, orderId, paymentKey } = parsed.data;
  const hint = {
    orderNo: data?.orderId ?? orderId,
    paymentKey: data?.paymentKey ?? paymentKey,
  };
  return hint.orderNo === undefined && hint.paymentKey === undefined ? undefined : hint;
};

/**
 * `POST /payments/webhook`: anybody can send this, so it is only a hint to ask the provider, whose own answer counts. The
 * answer is 200 at once; the provider repeats a delivery that takes longer than 10 seconds, and one delivery is heeded once.
 */
export const paymentWebhook =
  ({ payments, once, clock, log, metrics }: WebhookDeps): RequestHandler =>
  async (req, res) => {
    const hint = hintOf(req.body);
    const delivery = req.get(TRANSMISSION);
    const expiresAt = new Date(clock.now().getTime() + REMEMBER_MS).toISOString();
    // The id is the sender's: hashed, so that it is short and clean whatever was sent.
    const id = delivery && createHash('sha256').update(delivery).digest('hex');
    const isNew = !id || (await once.claim('payment-webhook', id, expiresAt));
    res.json({ received: true });
    if (!hint || !isNew) {
      metrics.count('payment_hints_total', { result: hint ? 'repeated' : 'unreadable' });
      return;
    }
    const context: Context = {
      correlationId: requestIdOf(res),
      causationId: requestIdOf(res),
      actor: { kind: 'system', id: 'payment-webhook' },
      signal: signalOf(res),
    };
    const result = await payments.paymentHint(hint, context).catch((error: unknown): HintResult => {
      log.warn({ err: error, requestId: requestIdOf(res) }, 'a payment hint could not be followed');
      return 'unavailable';
    });
    metrics.count('payment_hints_total', { result });
  };
