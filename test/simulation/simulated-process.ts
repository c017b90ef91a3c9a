import { cart } from '../../src/domain/cart/cart.ts';
import { cartEvents } from '../../src/domain/cart/events.ts';
import { families } from '../../src/domain/families.ts';
import type { AnyEvent, EventFamily } from '../../src/domain/kernel/events.ts';
import { orderEvents } from '../../src/domain/order/events.ts';
import { order } from '../../src/domain/order/order.ts';
import { processManagers } from '../../src/process-managers/index.ts';
import { executor } from '../../src/runtime/execute.ts';
import {
  type Clock,
  type EventLog,
  EventStoreFailure,
  type Log,
  type Metrics,
  type WakeUps,
} from '../../src/runtime/ports.ts';
import type { Orders } from '../../src/runtime/saga-commands.ts';
import type { DueSagas } from '../../src/runtime/saga-ports.ts';
import { createSagas, type Sagas } from '../../src/runtime/sagas.ts';
import type { MemoryStore } from '../model/memory-store.ts';
import { simulatedGateways } from '../model/simulated-gateways.ts';
import type { VirtualTime } from '../model/virtual-time.ts';
import type { World } from '../model/world.ts';
import type { FaultPlan } from './fault-plan.ts';

export const quietLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
export const quietMetrics: Metrics = {
  count: () => undefined,
  gauge: () => undefined,
  observe: () => undefined,
};

/** One process of the service: its caches die with it, and nothing that it still waits for ever comes back. */
export type SimulatedProcess = {
  readonly sagas: Sagas;
  readonly orders: Orders;
  readonly signal: AbortSignal;
  readonly alive: () => boolean;
  readonly kill: () => void;
};

/** A promise that nobody keeps: what a killed process was waiting for. */
const forever = <T>(): Promise<T> => new Promise<T>(() => undefined);

export const startProcess = (options: {
  readonly store: MemoryStore;
  readonly world: World;
  readonly time: VirtualTime;
  readonly faults: FaultPlan;
  readonly wakeUps: (alive: () => boolean) => WakeUps;
  readonly due: DueSagas;
  readonly random: () => number;
  readonly confirming: (orderNo: string, paymentKey: string, idempotencyKey: string) => void;
}): SimulatedProcess => {
  const { store, world, time, faults, random } = options;
  const controller = new AbortController();
  let alive = true;
  const kill = (): void => {
    alive = false;
  };
  /** Passes a fault point, unless the process dies there. */
  const pass = async (point: string): Promise<void> => {
    if (!alive) return forever();
    if (faults.crashesAt(point)) {
      kill();
      return forever();
    }
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!alive) return forever();
    const result = await work();
    return alive ? result : forever();
  };

  const plain = store.log();
  const log: EventLog = {
    read: (family, id, readOptions) => guardRead(() => alive, plain.read(family, id, readOptions)),
    append: (family, id, events, expected, commandId, context) =>
      guarded(async () => {
        const point = `append ${nameOf(family, events)}`;
        await pass(`${point}: before`);
        // The store does not answer: nothing was written, or it was and nobody knows.
        if (faults.failsAt(`${point}: before`))
          throw new EventStoreFailure('STORE_UNAVAILABLE', 'simulated');
        await time.pause(1 + Math.floor(random() * 5));
        const appended = await plain.append(family, id, events, expected, commandId, context);
        await pass(`${point}: after`);
        if (faults.failsAt(`${point}: after`))
          throw new EventStoreFailure('APPEND_OUTCOME_UNKNOWN', 'simulated');
        return appended;
      }),
  };
  const gateways = simulatedGateways(world, {
    before: async (name) => {
      await pass(`call ${name}: before`);
      await time.pause(1 + Math.floor(random() * 20));
      return faults.fateOf(name);
    },
    after: async (name) => {
      await time.pause(1 + Math.floor(random() * 20));
      await pass(`call ${name}: after`);
    },
    confirming: options.confirming,
    later: (deliver) => {
      void time.pause(Math.floor(random() * 60_000)).then(deliver);
    },
  });

  const clock: Clock = time.clock();
  const orders: Orders = executor({
    log,
    family: orderEvents,
    decider: order,
    metrics: quietMetrics,
  });
  const carts = executor({ log, family: cartEvents, decider: cart, metrics: quietMetrics });
  const sagas = createSagas({
    processes: processManagers({ firstResolveMs: 1_000, reviewAfterMs: 900_000 }),
    log,
    wakeUps: options.wakeUps(() => alive),
    families,
    orders,
    carts,
    participants: gateways,
    due: {
      claim: (now, limit, leaseMs, signal) =>
        guarded(() => options.due.claim(now, limit, leaseMs, signal)),
      release: (saga, until) => guarded(() => options.due.release(saga, until)),
    },
    settings: {
      paymentDeadlineMs: 600_000,
      concurrency: 8,
      quickTries: 2,
      deferralCapMs: 60_000,
      resolverScheduleMs: [1_000, 2_000, 5_000, 10_000, 20_000, 30_000],
      depositPollMs: 120_000,
      alertAfterAttempts: 7,
      scheduler: { intervalMs: 1_000, concurrency: 8, leaseMs: 90_000 },
    },
    clock,
    logger: quietLog,
    metrics: quietMetrics,
    random,
    pause: (ms, signal) => guarded(() => time.pause(ms, signal)),
  });
  return { sagas, orders, signal: controller.signal, alive: () => alive, kill };
};

async function* guardRead<T>(alive: () => boolean, events: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const event of events) {
    if (!alive()) await forever();
    yield event;
  }
  if (!alive()) await forever();
}

const nameOf = (family: EventFamily, events: readonly AnyEvent[]): string =>
  `${family.category} ${events.map(({ type }) => type).join('+')}`;
