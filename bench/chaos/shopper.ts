import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** A definite answer: not "try later", and not a broken connection. */
export type Reply = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

export type Order = { readonly orderNo: string; readonly finalPaymentAmount: number };
export type Cart = {
  readonly items: readonly { readonly productVariantId: number; readonly quantity: number }[];
  readonly couponId?: number;
  /** All of the price when `true`. */
  readonly points?: number | true;
};

/** A customer with a browser: repeats what got no answer, as the contract allows, until there is one. */
export type Shopper = {
  /** The order, or the problem code with which it was refused. */
  readonly place: (cart: Cart) => Promise<Order | string>;
  /** Waits until the order has left PENDING (or, by name, another status). */
  readonly untilNot: (orderNo: string, status: string) => Promise<string>;
  /** Goes through the payment window; what a confirmation will come to is settled here. */
  readonly openPayment: (order: Order, script: PaymentScript) => Promise<string>;
  readonly confirm: (order: Order, paymentKey: string) => Promise<Reply>;
  readonly cancel: (orderNo: string, items?: Cart['items']) => Promise<Reply>;
  readonly statusOf: (orderNo: string) => Promise<string>;
};

export type PaymentScript = {
  readonly outcome?: string | readonly string[];
  readonly cancelOutcome?: string | readonly string[];
};

const CALL_MS = 10_000;
const PAUSE_MS = 200;

/**
 * @param signal ends a customer's patience
 * @param onBug told of every 500: nothing that is killed elsewhere excuses one
 */
export const createShopper = (
  { apiUrl, sandboxUrl }: { readonly apiUrl: string; readonly sandboxUrl: string },
  memberId: number,
  signal: AbortSignal,
  onBug: (request: string) => void,
): Shopper => {
  const call = async (url: string, init: RequestInit): Promise<Reply> => {
    for (;;) {
      signal.throwIfAborted();
      const reply = await once(url, init, signal);
      if (reply?.status === 500 && url.startsWith(apiUrl))
        onBug(`${init.method ?? 'GET'} ${url.slice(apiUrl.length)}`);
      if (reply && reply.status < 500 && reply.status !== 429) return reply;
      await setTimeout(PAUSE_MS);
    }
  };
  const post = (url: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    call(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  let authorization: Promise<string> | undefined;
  const auth = async () => {
    authorization ??= post(`${sandboxUrl}/tokens`, { memberId }).then(
      ({ body }) => `Bearer ${String(body.token)}`,
    );
    return { authorization: await authorization };
  };
  const api = async (
    path: string,
    body: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> => post(`${apiUrl}${path}`, body, { ...(await auth()), ...headers });
  const statusOf = async (orderNo: string): Promise<string> => {
    const { body } = await call(`${apiUrl}/orders/${orderNo}`, { headers: await auth() });
    return String(body.status);
  };

  return {
    statusOf,
    place: async ({ items, couponId, points = 0 }) => {
      const wish = { items, ...(couponId === undefined ? {} : { couponId }) };
      const quote = async (pointToUse: number) => api('/orders/quote', { ...wish, pointToUse });
      let pointToUse = points === true ? 0 : points;
      let quoted = await quote(pointToUse);
      if (quoted.status === 200 && points === true) {
        pointToUse = Number(quoted.body.expectedPrice);
        quoted = await quote(pointToUse);
      }
      if (quoted.status !== 200) return String(quoted.body.code);
      const { expectedPrice } = quoted.body;
      const order = { ...wish, pointToUse, expectedPrice, deliveryAddress: '서울시 종로구 1' };
      const key = { 'idempotency-key': randomUUID() };
      const placed = await api('/orders', order, key);
      if (placed.status !== 202) return String(placed.body.code);
      const repeated = await api('/orders', order, key);
      const { orderNo, finalPaymentAmount } = placed.body;
      if (repeated.body.orderNo !== orderNo)
        throw new Error(`one key gave the orders ${orderNo} and ${repeated.body.orderNo}`);
      return { orderNo: String(orderNo), finalPaymentAmount: Number(finalPaymentAmount) };
    },
    untilNot: async (orderNo, status) => {
      for (;;) {
        const current = await statusOf(orderNo);
        if (current !== status) return current;
        await setTimeout(PAUSE_MS);
      }
    },
    openPayment: async ({ orderNo, finalPaymentAmount }, script) => {
      const wish = { orderId: orderNo, amount: finalPaymentAmount, ...script };
      const { body } = await post(`${sandboxUrl}/payments`, wish);
      return String(body.paymentKey);
    },
    confirm: ({ orderNo, finalPaymentAmount }, paymentKey) =>
      api('/orders/confirm', { orderNo, paymentKey, amount: finalPaymentAmount }),
    cancel: (orderNo, items) =>
      api(
        `/orders/${orderNo}/cancel`,
        { reason: '단순 변심', ...(items === undefined ? {} : { items }) },
        { 'idempotency-key': randomUUID() },
      ),
  };
};

/** Undefined when no whole answer came. */
const once = async (
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Reply | undefined> => {
  const late = AbortSignal.timeout(CALL_MS);
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.any([signal, late]) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  } catch {
    return undefined;
  }
};
