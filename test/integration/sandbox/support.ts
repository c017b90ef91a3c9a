import { onTestFinished } from 'vitest';
import { type SandboxOptions, startSandbox } from '../../../sandbox/server.ts';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into bodies of every shape
  readonly body: any;
}

export const TOSS_AUTHORIZATION = basic('test_sk_sandbox');

/** The header value for a secret key. */
export function basic(secretKey: string): string {
  return `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;
}

/** Talks to a sandbox. */
export class SandboxClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
  }

  readonly get = (path: string) => this.call('GET', path);
  readonly put = (path: string, body: unknown) => this.call('PUT', path, body);
  readonly post = (path: string, body: unknown) => this.call('POST', path, body);
  readonly delete = (path: string) => this.call('DELETE', path);

  /** Deducts `quantity` of one variant for an order of member 1. */
  readonly deduct = (orderNo: string, productVariantId: number, quantity: number) =>
    this.put(`/product/internal/stock-deductions/${orderNo}`, {
      sagaId: orderNo,
      userId: 1,
      items: [{ productVariantId, quantity }],
    });

  /** Plays the buyer in the payment window and gives the payment key. */
  async openPayment(
    orderId: string,
    amount: number,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const { status, body } = await this.post('/payments', { orderId, amount, ...more });
    if (status !== 201) throw new Error(`no payment: ${JSON.stringify(body)}`);
    return body.paymentKey;
  }

  toss(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.call(method, `/toss/v1${path}`, body, {
      authorization: TOSS_AUTHORIZATION,
      ...headers,
    });
  }

  readonly confirm = (
    paymentKey: string,
    orderId: string,
    amount: number,
    headers: Record<string, string> = {},
  ) => this.toss('POST', '/payments/confirm', { paymentKey, orderId, amount }, headers);

  readonly cancel = (paymentKey: string, body: unknown, headers: Record<string, string> = {}) =>
    this.toss('POST', `/payments/${paymentKey}/cancel`, body, headers);

  readonly payment = (paymentKey: string) => this.toss('GET', `/payments/${paymentKey}`);

  readonly ledger = async (orderNo?: string) =>
    (await this.get(orderNo === undefined ? '/ledger' : `/ledger?orderNo=${orderNo}`)).body;
}

/** A clock that stands still until it is moved; begins on 1 March 2026, noon in Seoul. */
export function stoppedClock() {
  let ms = Date.parse('2026-03-01T03:00:00.000Z');
  return {
    now: () => ms,
    advance: (by: number) => {
      ms += by;
    },
  };
}

/** A sandbox of the test's own, on a free port and without a disk, gone when the test is over. */
export async function sandboxForTest(options: SandboxOptions = {}): Promise<SandboxClient> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.stop());
  return new SandboxClient(sandbox.url);
}
