import type { OrderEvent } from '../../src/domain/order/events.ts';
import { evolveOrder } from '../../src/domain/order/evolve.ts';
import type { OrderState } from '../../src/domain/order/order-types.ts';
import { type OrderBook, sortBooks } from '../../src/runtime/audit-books.ts';
import { auditLedgers } from '../../src/runtime/audit-ledgers.ts';
import type { Broken } from '../../src/runtime/audit-ports.ts';
import { auditStreams } from '../../src/runtime/audit-streams.ts';
import { MemoryStore } from '../model/memory-store.ts';
import { type Random, seeded } from '../model/random.ts';
import { VirtualTime } from '../model/virtual-time.ts';
import { World } from '../model/world.ts';
import { customer } from './customer.ts';
import { SimulatedDueSagas } from './due-sagas.ts';
import type { FaultPlan } from './fault-plan.ts';
import { type SimulatedProcess, startProcess } from './simulated-process.ts';
import { WakeUpQueue } from './wake-up-queue.ts';

const START = '2026-03-01T09:00:00.000Z';
const MINUTE = 60_000;
const FAULTS_LAST_MINUTES = 25;
const PATIENCE = 4 * 60 * MINUTE;

export type SimulationResult = {
  readonly seed: number;
  readonly broken: readonly Broken[];
  /** How the orders ended, by status. */
  readonly endings: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly parked: number;
  readonly events: number;
  /** Simulated minutes until nothing was under way. */
  readonly minutes: number;
};

/** What customers and operators can reach. */
export type Simulated = {
  readonly store: MemoryStore;
  readonly world: World;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly order: (orderNo: string) => OrderState;
  /** Sends a request to a process that is up; null when no answer came, for whatever reason. */
  readonly ask: <T>(request: (process: SimulatedProcess) => Promise<T>) => Promise<T | null>;
};

/**
 * Runs the real runtime over a simulated store and simulated participants, with processes that are killed and started
 * again, until the faults are over and everything has come to rest; then the books are audited.
 * @param seed decides everything: the same seed is the same run
 */
export const simulate = async (options: {
  readonly seed: number;
  readonly orders: number;
  readonly processes: number;
  readonly faults: (random: Random, now: () => number) => FaultPlan;
  /** How long faults go on, in simulated minutes. */
  readonly faultsLast?: number;
  /** Looks at the books after every simulated minute while faults go on. */
  readonly everyMinute?: (minute: number, orders: readonly OrderBook[]) => void;
}): Promise<SimulationResult> => {
  const random = seeded(options.seed);
  const time = new VirtualTime(START);
  const faults = options.faults(random, () => time.now());
  const store = new MemoryStore(() => time.now());
  const world = new World({
    now: () => time.now(),
    stock: new Map([
      [1, 1_000],
      [2, 1_000],
      [3, 5],
    ]),
    points: { 'member-1': 90_000, 'member-2': 3_000, 'member-3': 0 },
    coupons: [1, 2, 3],
  });
  let calm = false;
  const due = new SimulatedDueSagas(store, () => (calm ? 0 : random.below(4)));
  const queue = new WakeUpQueue(store, time, random);
  queue.lossy = random.pick([0, 0, 0.2, 1]);

  const sent = new Set<string>();
  const strays: Broken[] = [];
  /** I5: the provider is asked under a new key only while the order waits for its answer. */
  const confirming = (orderNo: string, paymentKey: string, key: string): void => {
    const known = sent.has(key);
    sent.add(key);
    const { status } = orderIn(store, orderNo);
    const look = world.payments.look(paymentKey);
    const expired = look.kind === 'found' && look.data.status === 'EXPIRED';
    if (!known && !expired && status !== 'PAYMENT_CONFIRMING')
      strays.push({ invariant: 'I5', subject: orderNo, detail: `confirmed while ${status}` });
  };

  let kills = 0;
  const processes: SimulatedProcess[] = [];
  const boot = (): void => {
    const process = startProcess({
      store,
      world,
      time,
      faults,
      random: random.next,
      confirming,
      due: due.port,
      wakeUps: (alive) => queue.consumer(alive),
    });
    processes.push(process);
    void process.sagas.run(process.signal);
  };
  for (let n = 0; n < options.processes; n += 1) boot();
  const supervise = async (): Promise<void> => {
    for (;;) {
      await time.pause(500);
      const dead = processes.filter((process) => !process.alive());
      for (const process of dead) {
        kills += 1;
        processes.splice(processes.indexOf(process), 1);
        void time.pause(random.below(15_000)).then(boot);
      }
    }
  };
  void supervise();

  const simulated: Simulated = {
    store,
    world,
    time,
    random,
    order: (orderNo) => orderIn(store, orderNo),
    ask: async (request) => {
      const up = processes.filter((process) => process.alive());
      const process = up[random.below(Math.max(up.length, 1))];
      if (!process) return null;
      return Promise.race([
        request(process).catch(() => null),
        time.pause(70_000).then(() => null),
      ]);
    },
  };
  const customers = Array.from({ length: options.orders }, (_, n) =>
    time.pause(random.below(10 * MINUTE)).then(() => customer(n, simulated)),
  );
  let served = false;
  void Promise.all(customers).then(() => {
    served = true;
  });

  const start = time.now();
  const books = () => sortBooks(store.all as never);
  const judge = (quiet: boolean): readonly Broken[] => {
    const { orders } = books();
    const now = new Date(time.now()).toISOString();
    return [
      ...strays,
      ...auditStreams(orders, { now, quiet }),
      ...auditLedgers(orders, world.ledger()),
    ];
  };
  let broken: readonly Broken[] = [];
  // At every step nothing that is settled may be wrong.
  const faultsLast = (options.faultsLast ?? FAULTS_LAST_MINUTES) * MINUTE;
  while (time.now() < start + faultsLast && broken.length === 0) {
    await time.run(time.now() + MINUTE);
    options.everyMinute?.(Math.round((time.now() - start) / MINUTE), books().orders);
    broken = judge(false);
  }
  faults.end();
  calm = true;
  queue.lossy = 0;
  const atRest = (): boolean => served && books().orders.every(({ settled }) => settled);
  while (time.now() < start + PATIENCE && broken.length === 0) {
    await time.run(time.now() + MINUTE);
    if (atRest()) break;
  }
  if (broken.length === 0) broken = judge(true);

  const endings: Record<string, number> = {};
  for (const { order } of books().orders) endings[order.status] = (endings[order.status] ?? 0) + 1;
  return {
    seed: options.seed,
    broken,
    endings,
    kills,
    parked: queue.parked,
    events: store.all.length,
    minutes: Math.round((time.now() - start) / MINUTE),
  };
};

const orderIn = (store: MemoryStore, orderNo: string): OrderState =>
  store
    .stream(`order-${orderNo}`)
    .reduce<OrderState>((state, event) => evolveOrder(state, event as OrderEvent as never), {
      status: 'NONE',
    });
