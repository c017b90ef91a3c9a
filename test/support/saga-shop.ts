import { cart } from '../../src/domain/cart/cart.ts';
import { cartEvents } from '../../src/domain/cart/events.ts';
import { families } from '../../src/domain/families.ts';
import type { AnyEvent, Recorded } from '../../src/domain/kernel/events.ts';
import { orderEvents } from '../../src/domain/order/events.ts';
import { order } from '../../src/domain/order/order.ts';
import { processManagers } from '../../src/process-managers/index.ts';
import { executor } from '../../src/runtime/execute.ts';
import type { Context, EventLog, Handled } from '../../src/runtime/ports.ts';
import { createSagas } from '../../src/runtime/sagas.ts';
import { MemoryStore } from '../model/memory-store.ts';
import { orderNoOf, placeData, type Wish } from '../model/orders.ts';
import { type CallFate, simulatedGateways } from '../model/simulated-gateways.ts';
import { World } from '../model/world.ts';

type Handle = (event: Recorded<AnyEvent>, retries: number) => Promise<Handled>;

/** One process of the service over simulated surroundings, driven by hand: time stands still unless a test moves it. */
export const sagaShop = () => {
  let now = Date.parse('2026-03-01T09:00:00.000Z');
  const controller = new AbortController();
  const store = new MemoryStore(() => now);
  const world = new World({
    now: () => now,
    stock: new Map([[1, 10]]),
    points: { 'member-1': 8_000 },
    coupons: [1],
  });
  const fates: CallFate[] = [];
  const calls: string[] = [];
  const lines: object[] = [];
  const counted: string[] = [];
  /** Set to make every use of the log fail. */
  const broken: { error: Error | null } = { error: null };
  const plain = store.log();
  const log: EventLog = {
    read: (family, id, options) => {
      if (broken.error) throw broken.error;
      return plain.read(family, id, options);
    },
    append: async (...append) => {
      if (broken.error) throw broken.error;
      return plain.append(...append);
    },
  };
  const metrics = {
    count: (name: string) => void counted.push(name),
    gauge: () => undefined,
    observe: () => undefined,
  };
  const write = (fields: object): void => void lines.push(fields);
  const logger = { debug: write, info: write, warn: write, error: write };
  const clock = { now: () => new Date(now) };
  const orders = executor({ log, family: orderEvents, decider: order, metrics });
  const carts = executor({ log, family: cartEvents, decider: cart, metrics });
  let handle: Handle = async () => 'retry';
  const sagas = createSagas({
    processes: processManagers({ firstResolveMs: 1_000, reviewAfterMs: 900_000 }),
    log,
    wakeUps: {
      consume: async (options) => {
        handle = options.handle;
      },
    },
    families,
    orders,
    carts,
    participants: simulatedGateways(world, {
      before: async (name) => {
        calls.push(name);
        return fates.shift() ?? 'ok';
      },
      after: async () => undefined,
      later: () => undefined,
    }),
    due: { claim: async () => [], release: async () => undefined },
    settings: {
      paymentDeadlineMs: 600_000,
      concurrency: 4,
      quickTries: 2,
      deferralCapMs: 60_000,
      resolverScheduleMs: [1_000, 2_000],
      depositPollMs: 60_000,
      alertAfterAttempts: 2,
      scheduler: { intervalMs: 500, concurrency: 4, leaseMs: 90_000 },
    },
    clock,
    logger,
    metrics,
    random: () => 0.5,
    // Quick retries come at once; the scheduler's pauses last until the end.
    pause: (ms, signal) =>
      ms < 500
        ? Promise.resolve()
        : new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
          }),
  });
  const context: Context = {
    correlationId: 'test',
    causationId: 'test',
    actor: { kind: 'member', id: 'member-1' },
    signal: controller.signal,
  };
  const orderNo = orderNoOf(0);
  const drive = (process = 'orderSaga', instance = orderNo) =>
    sagas.drive({ process, instance }, context);
  return {
    store,
    world,
    sagas,
    orders,
    carts,
    context,
    orderNo,
    /** The fates of the next calls. */
    fates,
    calls,
    lines,
    counted,
    broken,
    drive,
    stop: () => controller.abort(),
    /** Starts the consumer, and gives what it does with a message. */
    handler: (): Handle => {
      void sagas.run(controller.signal);
      return handle;
    },
    pass: (ms: number) => {
      now += ms;
    },
    types: (stream: string) => store.stream(stream).map(({ type }) => type),
    place: async (wish: Partial<Wish> = {}) => {
      const whole = {
        items: [{ productVariantId: 1, quantity: 2 }],
        couponId: null,
        couponDiscount: 0,
        points: 0,
        ...wish,
      };
      const data = placeData(0, 'member-1', whole, now, 600_000);
      const commandId = '6f1c0f8e-3a59-4c3e-9d53-0b8f6b1f2a11';
      await orders.execute(orderNo, { type: 'PlaceOrder', order: data }, { commandId, context });
    },
    status: async () => (await orders.load(orderNo, controller.signal)).state.status,
  };
};
