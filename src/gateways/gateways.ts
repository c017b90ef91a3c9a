import type {
  CouponGateway,
  GatewayStatus,
  MemberGateway,
  ProductGateway,
} from '../runtime/gateway-ports.ts';
import type { PaymentGateway } from '../runtime/payment-gateway-ports.ts';
import type { Clock, Log, Metrics } from '../runtime/ports.ts';
import { createCouponGateway } from './coupon.ts';
import { isTossOutage } from './judge-toss.ts';
import { createMemberGateway } from './member.ts';
import { createParticipant } from './participant.ts';
import { createProductGateway } from './product.ts';
import { createTossGateway, tossAuthorization } from './toss.ts';

export type GatewayOptions = {
  readonly participants: {
    readonly productUrl: string;
    readonly couponUrl: string;
    readonly memberUrl: string;
    /** Sent as a bearer token to all three. */
    readonly serviceToken: string | undefined;
    readonly timeoutMs: number;
  };
  readonly toss: {
    readonly url: string;
    readonly secretKey: string;
    readonly connectTimeoutMs: number;
    readonly timeoutMs: number;
  };
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** How long an open breaker pauses before it tries one call, in ms. */
  readonly halfOpenAfterMs?: number;
};

export type Gateways = {
  readonly product: ProductGateway;
  readonly coupon: CouponGateway;
  readonly member: MemberGateway;
  readonly payment: PaymentGateway;
  /** Information for health and metrics: an open breaker does not make the service unready. */
  readonly status: () => readonly GatewayStatus[];
  /** Ends all connections; what is under way answers unknown. */
  readonly close: () => Promise<void>;
};

/** The ways to all outside services, each with its own connections, breaker and limit. */
export const createGateways = (options: GatewayOptions): Gateways => {
  const { participants, toss, clock, metrics, log, halfOpenAfterMs } = options;
  const common = {
    clock,
    metrics,
    log,
    ...(halfOpenAfterMs === undefined ? {} : { halfOpenAfterMs }),
  };
  const internal = {
    ...common,
    authorization:
      participants.serviceToken === undefined ? undefined : `Bearer ${participants.serviceToken}`,
    connectTimeoutMs: participants.timeoutMs,
    timeoutMs: participants.timeoutMs,
  };
  const product = createParticipant({
    ...internal,
    participant: 'product',
    baseUrl: participants.productUrl,
  });
  const coupon = createParticipant({
    ...internal,
    participant: 'coupon',
    baseUrl: participants.couponUrl,
  });
  const member = createParticipant({
    ...internal,
    participant: 'member',
    baseUrl: participants.memberUrl,
  });
  const provider = createParticipant({
    ...common,
    participant: 'toss',
    baseUrl: toss.url,
    authorization: tossAuthorization(toss.secretKey),
    connectTimeoutMs: toss.connectTimeoutMs,
    timeoutMs: toss.timeoutMs,
    isOutage: isTossOutage,
  });
  const clients = [product, coupon, member, provider];
  return {
    product: createProductGateway(product),
    coupon: createCouponGateway(coupon),
    member: createMemberGateway(member),
    payment: createTossGateway(provider),
    status: () => clients.map((client) => client.status()),
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
};
