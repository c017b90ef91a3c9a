import express, { type Express, type RequestHandler } from 'express';
import type { Clock, Log } from '../runtime/ports.ts';
import { type CartDeps, cartRoutes } from './carts/cart-routes.ts';
import { type EventDeps, eventRoutes } from './events/event-routes.ts';
import {
  authenticate,
  operatorsOnly,
  type TokenRules,
  tokenVerifier,
} from './http/authentication.ts';
import { jsonBody, produces } from './http/content.ts';
import { endpoint, nothingHere, notWhileStopping } from './http/endpoint.ts';
import { errorHandler } from './http/error-handler.ts';
import { addressRateLimit, memberRateLimit } from './http/rate-limit.ts';
import { type HttpLogger, requestLog } from './http/request-log.ts';
import { type Ending, requestState } from './http/request-state.ts';
import { allowOrigins, securityHeaders } from './http/security.ts';
import { type AdminDeps, adminRoutes } from './operations/admin-routes.ts';
import { docsRoutes } from './operations/docs-routes.ts';
import { type HealthDeps, healthRoutes } from './operations/health-routes.ts';
import { metricsRoutes, type PrometheusMetrics, requestMetrics } from './operations/metrics.ts';
import { type OrderDeps, orderRoutes } from './orders/order-routes.ts';
import { paymentWebhook, type WebhookDeps } from './orders/payment-webhook.ts';

export type ServerDeps = {
  readonly tokens: TokenRules;
  readonly bodyLimitBytes: number;
  readonly corsOrigins: readonly string[];
  /** Requests a minute, for a member and for an address; 0 is no limit. */
  readonly rateLimitPerMinute: number;
  readonly ending: Ending;
  readonly clock: Clock;
  readonly log: Log & HttpLogger;
  readonly metrics: PrometheusMetrics;
  /** Brings gauges up to date before they are read. */
  readonly refreshMetrics: () => Promise<void>;
  readonly health: HealthDeps;
  /** Absent in a process that does not play the API's part: it only says how it is. */
  readonly api?: {
    readonly carts: CartDeps;
    readonly orders: OrderDeps;
    readonly events: EventDeps;
    readonly webhook: WebhookDeps;
    readonly admin: AdminDeps;
  };
};

/** The HTTP side as one express application. */
export const createServer = (deps: ServerDeps): Express => {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(
    requestState(deps.ending),
    requestLog(deps.log),
    requestMetrics(deps.metrics),
    ...securityHeaders(),
    allowOrigins(deps.corsOrigins),
  );
  app.use(healthRoutes(deps.health), metricsRoutes(deps.metrics, deps.refreshMetrics));
  if (deps.api) useApi(app, deps, deps.api);
  app.use(nothingHere, errorHandler(deps.log));
  return app;
};

const useApi = (app: Express, deps: ServerDeps, api: NonNullable<ServerDeps['api']>): void => {
  const body = jsonBody(deps.bodyLimitBytes);
  const bearer = authenticate(tokenVerifier(deps.tokens, deps.clock));
  const limited = memberRateLimit(deps.rateLimitPerMinute);
  const members: readonly RequestHandler[] = [
    notWhileStopping,
    bearer,
    limited,
    produces('application/json', 'application/problem+json'),
    ...body,
  ];
  app.use(
    docsRoutes(),
    // Before the orders: `/orders/events` is no order number.
    eventRoutes(api.events, { guards: members, authenticate: bearer }),
    cartRoutes(api.carts, members),
    orderRoutes(api.orders, members),
    adminRoutes(api.admin, [bearer, operatorsOnly, ...members]),
  );
  const webhook = express.Router();
  const anybody = [notWhileStopping, addressRateLimit(deps.rateLimitPerMinute), ...body];
  endpoint(webhook, '/payments/webhook', anybody, { post: paymentWebhook(api.webhook) });
  app.use(webhook);
};
