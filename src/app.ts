import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { addedBefore } from './api/carts/repeated-add.ts';
import { createFeedHub, type FeedHub } from './api/events/feed-hub.ts';
import { createTickets } from './api/events/tickets.ts';
import { foldOrder } from './api/orders/fold-order.ts';
import { orderNumbers } from './api/orders/order-number.ts';
import { settling } from './api/orders/settling.ts';
import { createServer, type ServerDeps } from './api/server.ts';
import {
  type Composition,
  compose,
  type Dependencies,
  families,
  sagaGroup,
} from './composition.ts';
import { gaugeReader } from './gauges.ts';
import { httpPart } from './http-part.ts';
import type { Config } from './platform/config.ts';
import { createLifecycle, type Part } from './platform/lifecycle.ts';
import { whileAway } from './postgres/while-away.ts';
import { projections } from './projections/index.ts';
import { orders as ordersProjection } from './projections/orders.ts';
import { createProjector } from './runtime/project.ts';
import { rebuild } from './runtime/rebuild.ts';

/** The service: some roles, or all, in this process. */
export type App = {
  readonly start: () => Promise<void>;
  /** Stops in reverse order; what is under way is finished. */
  readonly stop: () => Promise<void>;
  /** Where HTTP is served, once started. */
  readonly url: () => string;
};

const RESTART_MS = 1_000;

/** Work that goes on in the background; if it ends with an error it is begun again. */
const background = (
  name: string,
  run: (signal: AbortSignal) => Promise<void>,
  { logger }: Dependencies,
): Part => {
  const stopping = new AbortController();
  // Every drive, call and pause under way listens to it: many listeners are no leak here.
  setMaxListeners(0, stopping.signal);
  let running: Promise<void> = Promise.resolve();
  const keepRunning = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await run(stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.error({ err: error, part: name }, 'failed, beginning again');
      }
      await setTimeout(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  return {
    name,
    start: () => {
      running = keepRunning();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

const apiDeps = (
  config: Config,
  { postgres, eventStore, gateways, orders, carts, sagas, metrics }: Composition,
  { logger: log, clock }: Dependencies,
  hub: FeedHub,
): NonNullable<ServerDeps['api']> => {
  const { timers, points, pricing } = config;
  // Known to every process of the service, and to nobody else.
  const secret = config.toss.secretKey;
  const roundingUnit = pricing.discountRoundingUnit;
  const untilSettled = settling(orders, hub);
  const fold = foldOrder(eventStore.log, ordersProjection);
  const lastRevision = async (memberId: string, signal: AbortSignal) =>
    (await carts.load(memberId, signal)).revision;
  return {
    carts: {
      carts,
      products: gateways.product,
      addedBefore: addedBefore(eventStore.log, lastRevision),
      clock,
      roundingUnit,
    },
    orders: {
      orders,
      numbers: orderNumbers(secret),
      products: gateways.product,
      coupons: gateways.coupon,
      members: gateways.member,
      points: { ...points, maxRate: points.maxRatePercent },
      roundingUnit,
      couponRestorePolicy: pricing.couponRestorePolicy,
      sagaDeadlineMs: timers.sagaDeadlineMs,
      payments: sagas,
      untilSettled,
      fold,
      log: eventStore.log,
      reads: postgres.orders,
      gate: postgres.gate,
      clock,
    },
    events: {
      hub,
      feed: postgres.feed,
      reads: postgres.orders,
      orders,
      tickets: createTickets(secret, postgres.once, clock),
      clock,
      metrics,
      connectionsPerMember: config.sse.connectionsPerMember,
    },
    webhook: { payments: sagas, once: postgres.once, clock, log, metrics },
    admin: {
      sagas: postgres.sagas,
      operate: sagas.operate,
      groups: eventStore,
      group: sagaGroup,
      projections: postgres.projections,
      head: eventStore.head,
      clock,
      stuckAfterMs: timers.alertAfterMs,
    },
  };
};

/**
 * Wires the service for the roles of the config. Nothing runs before `start`.
 * @param config complete: where each part is, is known
 */
export const createApp = (config: Config, dependencies: Dependencies): App => {
  const { logger, clock } = dependencies;
  const composition = compose(config, dependencies);
  const { eventStore, postgres, gateways, sagas, metrics } = composition;
  const { shutdownTimeoutMs: stopTimeoutMs, alertAfterMs } = config.timers;
  const plays = (role: Config['roles'][number]): boolean => config.roles.includes(role);

  const hub = createFeedHub(postgres.feed, logger);
  const projector = createProjector({
    feed: eventStore.feed,
    store: postgres.readStore,
    projections,
    families,
    renew: (outdated, signal) =>
      rebuild({
        feed: eventStore.feed,
        store: postgres.rebuilds,
        projections: outdated,
        families,
        head: eventStore.head,
        compare: false,
        swap: true,
        clock,
        onProgress: ({ phase, fraction }) =>
          logger.info({ phase, percent: Math.floor(fraction * 100) }, 'rebuilding read models'),
        signal,
      }),
    log: logger,
    metrics,
  });
  const stopping = new AbortController();
  const over = new AbortController();
  const http = httpPart({
    host: config.http.host,
    port: config.http.port,
    stopping,
    over,
    stopTimeoutMs,
    handler: createServer({
      tokens: config.auth,
      bodyLimitBytes: config.http.bodyLimitBytes,
      corsOrigins: config.http.corsOrigins,
      rateLimitPerMinute: config.http.rateLimitPerMinute,
      ending: { stopping: stopping.signal, over: over.signal },
      clock,
      log: logger,
      metrics,
      refreshMetrics: gaugeReader(composition, dependencies, alertAfterMs),
      health: {
        checks: { eventStore: eventStore.ready, database: postgres.ready },
        information: () => ({
          roles: config.roles,
          participants: gateways.status(),
          ...(plays('projector') && { projector: projector.state() }),
        }),
      },
      ...(plays('api') && { api: apiDeps(config, composition, dependencies, hub) }),
    }),
  });

  const parts: Part[] = [
    {
      name: 'connections',
      start: () => whileAway(postgres.migrate, { log: logger, clock }),
      stop: composition.close,
    },
    ...(plays('projector') ? [background('projector', projector.run, dependencies)] : []),
    ...(plays('process-manager') ? [background('process managers', sagas.run, dependencies)] : []),
    ...(plays('api') ? [background('order feed', hub.run, dependencies)] : []),
    http,
  ];
  const lifecycle = createLifecycle(parts, { logger, stopTimeoutMs });
  return { ...lifecycle, url: http.url };
};
