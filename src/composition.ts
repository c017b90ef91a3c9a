import { setTimeout } from 'node:timers/promises';
import { prometheusMetrics } from './api/operations/metrics.ts';
import { cancellationEvents } from './domain/cancellation/events.ts';
import { cart } from './domain/cart/cart.ts';
import { cartEvents } from './domain/cart/events.ts';
import { orderEvents } from './domain/order/events.ts';
import { order } from './domain/order/order.ts';
import { orderSagaEvents } from './domain/saga/events.ts';
import { createEventStore } from './eventstore/event-store.ts';
import { createGateways } from './gateways/gateways.ts';
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import type { Logger } from './platform/logger.ts';
import { createPostgres } from './postgres/postgres.ts';
import { processManagers } from './process-managers/index.ts';
import { type ProjectionRows, projections } from './projections/index.ts';
import { executor } from './runtime/execute.ts';
import { createSagas } from './runtime/sagas.ts';

export type Dependencies = { readonly logger: Logger; readonly clock: Clock };

/** Every family of streams that this service writes. */
export const families = [orderEvents, cartEvents, orderSagaEvents, cancellationEvents] as const;

/** The consumer group that shares the wake-ups of sagas among all processes. */
export const sagaGroup = 'order-process';

/** Wake-ups handled at a time: enough to hide the participants' latency, few enough for the store's 100 calls a connection. */
const SAGAS_AT_A_TIME = 24;
/** A lease outlives the longest drive: one payment confirmation and some short calls. */
const LEASE_MARGIN_MS = 30_000;
/** A virtual account is paid into within days, not seconds. */
const DEPOSIT_POLL_MS = 60_000;
/** With the doubling pauses of a deferral (1, 2, 4 s …) this is about two minutes. */
const ALERT_AFTER_ATTEMPTS = 7;
const FIRST_RESOLVE_MS = 1_000;

const sagaSettings = ({ timers, toss }: Config) => ({
  quickTries: timers.quickTries,
  deferralCapMs: timers.compensationBackoffCapMs,
  resolverScheduleMs: timers.resolverScheduleMs,
  depositPollMs: DEPOSIT_POLL_MS,
  alertAfterAttempts: ALERT_AFTER_ATTEMPTS,
  paymentDeadlineMs: timers.paymentDeadlineMs,
  concurrency: SAGAS_AT_A_TIME,
  scheduler: {
    intervalMs: timers.schedulerIntervalMs,
    concurrency: SAGAS_AT_A_TIME,
    leaseMs: toss.timeoutMs + LEASE_MARGIN_MS,
  },
});

/**
 * Builds the adapters and what runs on them, connected to nothing yet that would have to be started. The command line works on
 * the same parts as the service.
 */
export const compose = (config: Config, { logger, clock }: Dependencies) => {
  const metrics = prometheusMetrics();
  const common = { log: logger, metrics, clock };
  const eventStore = createEventStore({ ...config.eventStore, ...common });
  const postgres = createPostgres<ProjectionRows>({
    url: config.database.url,
    projections,
    log: logger,
  });
  const gateways = createGateways({
    participants: config.participants,
    toss: config.toss,
    ...common,
  });
  const { log } = eventStore;
  const orders = executor({ log, family: orderEvents, decider: order, metrics });
  const carts = executor({ log, family: cartEvents, decider: cart, metrics });
  const sagas = createSagas({
    processes: processManagers({
      firstResolveMs: FIRST_RESOLVE_MS,
      reviewAfterMs: config.timers.reviewAfterMs,
    }),
    log,
    wakeUps: eventStore.wakeUps,
    families,
    orders,
    carts,
    participants: gateways,
    due: postgres.dueSagas,
    settings: sagaSettings(config),
    clock,
    logger,
    metrics,
    random: Math.random,
    pause: (ms, signal) => setTimeout(ms, undefined, { signal }),
  });
  return {
    config,
    metrics,
    eventStore,
    postgres,
    gateways,
    orders,
    carts,
    sagas,
    /** Ends all connections; whoever uses them has been stopped before. */
    close: async () => {
      await gateways.close();
      await eventStore.dispose();
      await postgres.close();
    },
  };
};

export type Composition = ReturnType<typeof compose>;
