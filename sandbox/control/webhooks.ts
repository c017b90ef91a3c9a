import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { json } from '../http/reply.ts';
import type { Route } from '../http/route.ts';
import type { Store } from '../store/store.ts';
import type { Fact } from '../store/world.ts';
import type { PaymentStatus } from '../toss/payment.ts';
import { paymentView, toKoreanTime } from '../toss/payment-view.ts';

/** The statuses that the provider tells of. */
const ANNOUNCED: ReadonlySet<PaymentStatus> = new Set([
  'DONE',
  'CANCELED',
  'PARTIAL_CANCELED',
  'ABORTED',
  'EXPIRED',
] as const);
/** The receiver has ten seconds to answer 200. */
const ANSWER_WITHIN_MS = 10_000;
/** The provider retries after 1, 4, 16, 64, 256, 1024 and 4096 minutes; here a minute is a second. */
const RETRY_DELAYS_MS = [1000, 4000, 16_000, 64_000, 256_000, 1_024_000, 4_096_000];
const REMEMBERED_DELIVERIES = 200;

const WebhookBody = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).nullable(),
  retryDelaysMs: z.array(z.int().min(0)).max(10).default(RETRY_DELAYS_MS),
});

interface Delivery {
  readonly id: string;
  readonly event: unknown;
  tries: number;
  /** The last answer's status, or what went wrong instead. */
  result: string;
}

/** Tells a URL of payments that changed. What waits to be sent is forgotten when the sandbox stops. */
export class Webhooks {
  readonly #store: Store;
  readonly #signal: AbortSignal;
  readonly #deliveries: Delivery[] = [];

  constructor(store: Store, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
    store.onFacts((facts) => this.#announce(facts));
  }

  /** The controls: `POST /webhooks {url}` (null ends it), `GET /webhooks` with what was sent of late. */
  readonly routes: readonly Route[] = [
    {
      method: 'POST',
      path: '/webhooks',
      operation: 'setWebhook',
      handle: (call, store) => {
        const { url, retryDelaysMs } = WebhookBody.parse(call.body);
        const webhook = url === null ? null : { url, retryDelaysMs };
        store.transact((emit) => emit({ service: 'control', type: 'WebhookSet', webhook }));
        return json(200, { webhook });
      },
    },
    {
      method: 'GET',
      path: '/webhooks',
      operation: 'getWebhook',
      handle: (_call, store) =>
        json(200, { webhook: store.world.control.webhook, deliveries: this.#deliveries }),
    },
  ];

  #announce(facts: readonly Fact[]): void {
    if (this.#store.world.control.webhook === null) return;
    for (const fact of facts) {
      if (fact.service !== 'toss' || !('paymentKey' in fact)) continue;
      const payment = this.#store.world.toss.payments.get(fact.paymentKey);
      if (!payment || !ANNOUNCED.has(payment.status)) continue;
      if (fact.type === 'ConfirmationFailed' || fact.type === 'CancellationFailed') continue;
      const createdAt = toKoreanTime(fact.at).replace('+09:00', '.000000');
      this.#send({ eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data: paymentView(payment) });
      if (fact.type === 'DepositReceived')
        this.#send({
          createdAt,
          secret: payment.secret,
          status: payment.status,
          transactionKey: fact.transactionKey,
          orderId: payment.orderId,
        });
    }
  }

  #send(event: unknown): void {
    const delivery: Delivery = { id: randomUUID(), event, tries: 0, result: 'waiting' };
    this.#deliveries.push(delivery);
    if (this.#deliveries.length > REMEMBERED_DELIVERIES) this.#deliveries.shift();
    this.#deliver(delivery).catch((error: unknown) => {
      delivery.result = String(error); // the sandbox stops, or its journal failed
    });
  }

  async #deliver(delivery: Delivery): Promise<void> {
    await this.#store.settled();
    const delays = this.#store.world.control.webhook?.retryDelaysMs ?? [];
    for (const delayMs of [0, ...delays]) {
      if (delayMs > 0) await pause(delayMs, undefined, { signal: this.#signal, ref: false });
      const url = this.#store.world.control.webhook?.url;
      if (url === undefined) return;
      delivery.result = await this.#post(url, delivery);
      delivery.tries += 1;
      if (delivery.result === '200') return;
    }
  }

  async #post(url: string, { id, event, tries }: Delivery): Promise<string> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'tosspayments-webhook-transmission-id': id,
          'tosspayments-webhook-transmission-time': this.#store.now(),
          'tosspayments-webhook-transmission-retried-count': String(tries),
        },
        body: JSON.stringify(event),
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      });
      await answer.body?.cancel();
      return String(answer.status);
    } catch (error) {
      return String(error);
    }
  }
}
