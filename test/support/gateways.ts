import { createGateways, type GatewayOptions, type Gateways } from '../../src/gateways/gateways.ts';
import type { CallContext } from '../../src/runtime/gateway-ports.ts';

export const aContext = (signal: AbortSignal = new AbortController().signal): CallContext => ({
  correlationId: '0190f0a0-0000-7000-8000-000000000001',
  signal,
});

export type Counted = { readonly name: string; readonly labels: Readonly<Record<string, string>> };

type Changes = {
  readonly timeoutMs?: number;
  readonly halfOpenAfterMs?: number;
  readonly serviceToken?: string;
  readonly toss?: Partial<GatewayOptions['toss']>;
};

/** Gateways whose four services live under one address, as in the sandbox: `/product`, `/coupon`, `/member`, `/toss`. */
export const gatewaysAt = (
  url: string,
  { timeoutMs = 10_000, halfOpenAfterMs = 60_000, serviceToken, toss = {} }: Changes = {},
): Gateways & { readonly counted: readonly Counted[] } => {
  const counted: Counted[] = [];
  const gateways = createGateways({
    participants: {
      productUrl: `${url}/product`,
      couponUrl: `${url}/coupon`,
      memberUrl: `${url}/member`,
      serviceToken,
      timeoutMs,
    },
    toss: {
      url: `${url}/toss`,
      secretKey: 'test_sk_sandbox',
      connectTimeoutMs: timeoutMs,
      timeoutMs,
      ...toss,
    },
    halfOpenAfterMs,
    clock: { now: () => new Date() },
    metrics: {
      count: (name, labels = {}) => counted.push({ name, labels }),
      gauge: () => undefined,
      observe: () => undefined,
    },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    },
  });
  return { ...gateways, counted };
};
