import { cart } from '../../src/domain/cart/cart.ts';
import { cartEvents } from '../../src/domain/cart/events.ts';
import type { Decider } from '../../src/domain/kernel/decider.ts';
import type { AnyEvent, EventFamily } from '../../src/domain/kernel/events.ts';
import { orderEvents } from '../../src/domain/order/events.ts';
import { order } from '../../src/domain/order/order.ts';
import type { OrderCommand, OrderState } from '../../src/domain/order/order-types.ts';
import { processManagers } from '../../src/process-managers/index.ts';
import type { Call, CallAnswer, Effect, Owed } from '../../src/process-managers/process-manager.ts';
import { sortBooks } from '../../src/runtime/audit-books.ts';
import { auditLedgers } from '../../src/runtime/audit-ledgers.ts';
import type { Broken } from '../../src/runtime/audit-ports.ts';
import { auditStreams } from '../../src/runtime/audit-streams.ts';
import { deferralMs } from '../../src/runtime/back-off.ts';
import { commandOf } from '../../src/runtime/order-commands.ts';
import { perform } from '../../src/runtime/perform-calls.ts';
import type { AnyProcess } from '../../src/runtime/saga-instance.ts';
import { MemoryStore } from './memory-store.ts';
import { type CallFate, simulatedGateways } from './simulated-gateways.ts';
import { World } from './world.ts';

const START = Date.parse('2026-03-01T09:00:00.000Z');
const PAYMENT_DEADLINE_MS = 600_000;
const context = {
  correlationId: 'model',
  causationId: 'model',
  actor: { kind: 'system', id: 'model' },
} as const;
const signal = new AbortController().signal;

const { orderSaga, cancellationSaga } = processManagers({
  firstResolveMs: 1_000,
  reviewAfterMs: 900_000,
});

/** What one worker believes: as of some moment, which may be long ago. */
type Belief = {
  readonly process: AnyProcess;
  readonly instance: string;
  state: unknown;
  revision: number;
};

/**
 * Orders, their sagas and everything outside as values; workers act on what they believe, in any order, and the
 * network loses, repeats and delays. Nothing of the runtime's scheduling is in here: only what is owed and decided.
 */
export class SagaModel {
  readonly store: MemoryStore;
  readonly world: World;
  now = START;
  /** The fates of the next calls, one after the other; 'ok' when there is none. */
  fates: CallFate[] = [];
  /** Requests that hang in the network. */
  readonly hanging: (() => void)[] = [];
  readonly #calls: Call[] = [];
  readonly #beliefs = new Map<number, Belief>();
  #commands = 0;

  constructor() {
    this.store = new MemoryStore(() => this.now);
    this.world = new World({
      now: () => this.now,
      stock: new Map([
        [1, 5],
        [2, 3],
        [3, 2],
      ]),
      points: { 'member-1': 8_000 },
      coupons: [1],
    });
  }

  order(orderNo: string): OrderState {
    return this.#fold(orderEvents, orderNo, order);
  }

  command(orderNo: string, command: OrderCommand): boolean {
    return this.#execute(orderEvents, orderNo, order, command);
  }

  /** Every saga there is, by the order's number or the refund's id. */
  instances(): readonly { readonly process: AnyProcess; readonly instance: string }[] {
    const found = new Map<string, AnyProcess>();
    for (const event of this.store.all)
      for (const process of [orderSaga, cancellationSaga] as readonly AnyProcess[]) {
        const instance = process.wakes[event.type]?.(event);
        if (instance !== undefined) found.set(instance, process);
      }
    return [...found].map(([instance, process]) => ({ process, instance }));
  }

  /** Carries out what is due for one saga, undisturbed. */
  async drive(instance: string): Promise<void> {
    for (let actions = 0; actions < 50; actions += 1) {
      const found = this.instances().find((each) => each.instance === instance);
      if (!found) return;
      const belief = this.#believe(found.process, instance);
      const [owed] = this.#due(belief);
      if (!owed) return;
      await this.#carryOut(belief, owed, false);
    }
  }

  /** Worker `worker` looks at the streams of one saga, now. */
  look(worker: number, which: number): void {
    const all = this.instances();
    const chosen = all[which % Math.max(all.length, 1)];
    if (chosen) this.#beliefs.set(worker, this.#believe(chosen.process, chosen.instance));
  }

  /** Worker `worker` carries out one thing that is due by what it believes; afterwards it knows only what it wrote itself. */
  async act(worker: number, which: number, crash: boolean): Promise<void> {
    const belief = this.#beliefs.get(worker);
    if (!belief) return;
    const due = this.#due(belief);
    const owed = due[which % Math.max(due.length, 1)];
    if (owed) await this.#carryOut(belief, owed, crash);
  }

  /** A request that was made once arrives again; nobody hears the answer. */
  async repeat(which: number): Promise<void> {
    const call = this.#calls[which % Math.max(this.#calls.length, 1)];
    if (call) await this.#perform(call);
  }

  operate(which: number, type: 'retry' | 'compensate'): void {
    const all = this.instances();
    const chosen = all[which % Math.max(all.length, 1)];
    if (!chosen) return;
    const { process, instance } = chosen;
    const belief = this.#believe(process, instance);
    const decision = process.operated({ type, by: 'operator', reason: 'asked to' }, belief.state);
    if (decision.kind === 'accepted') this.#record(belief, decision.events);
  }

  /** What must hold at any moment; with `quiet` also that nothing is left to do. */
  broken(quiet: boolean): readonly Broken[] {
    const { orders } = sortBooks(this.store.all as never);
    const now = new Date(this.now).toISOString();
    return [...auditStreams(orders, { now, quiet }), ...auditLedgers(orders, this.world.ledger())];
  }

  /** The faults are over: whatever hangs arrives, and everything that is owed is done as its time comes. */
  async rest(): Promise<void> {
    this.fates = [];
    for (const arrive of this.hanging.splice(0)) arrive();
    for (let rounds = 0; rounds < 2_000; rounds += 1) {
      let next: string | null = null;
      let acted = false;
      for (const { process, instance } of this.instances()) {
        const belief = this.#believe(process, instance);
        const [owed] = this.#due(belief);
        if (owed) {
          await this.#carryOut(belief, owed, false);
          acted = true;
          continue;
        }
        for (const { notBefore } of process.owed(belief.state))
          if (notBefore !== null && (next === null || notBefore < next)) next = notBefore;
      }
      if (acted) continue;
      if (next === null) return;
      this.now = Math.max(this.now, Date.parse(next));
    }
  }

  async #carryOut(belief: Belief, owed: Owed<AnyEvent>, crash: boolean): Promise<void> {
    const { process } = belief;
    let effects: readonly Effect<AnyEvent>[];
    if (owed.action.kind === 'call') {
      const answer = await this.#perform(owed.action.call);
      // The answer came, and died with the worker.
      if (crash) return;
      effects = process.answered(belief.state, owed.action.call, answer, {
        now: new Date(this.now).toISOString(),
        retryAt: (_what, attempt, ms) =>
          new Date(this.now + deferralMs(attempt, 60_000, ms)).toISOString(),
      });
    } else effects = [owed.action];
    for (const effect of effects)
      if (effect.kind === 'record') {
        if (!this.#record(belief, effect.events)) return;
      } else this.#instruct(effect);
  }

  #instruct({ orderNo, command, ifRefused }: Extract<Effect<AnyEvent>, { kind: 'order' }>): void {
    const now = new Date(this.now);
    const taken = this.command(orderNo, commandOf(command, now, PAYMENT_DEADLINE_MS));
    if (!taken && ifRefused) this.command(orderNo, commandOf(ifRefused, now, PAYMENT_DEADLINE_MS));
  }

  async #perform(call: Call): Promise<CallAnswer> {
    if (call.type === 'SubtractOrdered') {
      const { memberId, orderNo, items } = call;
      this.#execute(cartEvents, memberId, cart, {
        type: 'SubtractOrdered',
        memberId,
        orderNo,
        items,
      });
      return { kind: 'done', data: {} };
    }
    this.#calls.push(call);
    const participants = simulatedGateways(this.world, {
      before: async () => this.fates.shift() ?? 'ok',
      after: async () => undefined,
      later: (arrive) => this.hanging.push(arrive),
    });
    return perform(call, participants, { correlationId: 'model', signal }, false);
  }

  #due({ process, state }: Belief): readonly Owed<AnyEvent>[] {
    const now = new Date(this.now).toISOString();
    return process.owed(state).filter(({ notBefore }) => notBefore === null || notBefore <= now);
  }

  #believe(process: AnyProcess, instance: string): Belief {
    let state: unknown = process.initial(instance);
    let revision = -1;
    for (const { family, id } of process.streams(instance)) {
      const events = this.store.stream(`${family.category}-${id}`);
      for (const event of events) state = process.evolve(state, event);
      revision = events.length - 1;
    }
    return { process, instance, state, revision };
  }

  #record(belief: Belief, events: readonly AnyEvent[]): boolean {
    const { process, instance, revision } = belief;
    const appended = this.#append(process.own, instance, events, revision);
    if (appended) {
      belief.state = events.reduce(process.evolve, belief.state);
      belief.revision += events.length;
    }
    return appended;
  }

  #execute<State, Command, Event extends AnyEvent, Rejection>(
    family: EventFamily,
    id: string,
    decider: Decider<State, Command, Event, Rejection>,
    command: Command,
  ): boolean {
    const decision = decider.decide(command, this.#fold(family, id, decider));
    if (decision.kind === 'rejected') return false;
    if (decision.events.length > 0)
      this.#append(
        family,
        id,
        decision.events,
        this.store.stream(`${family.category}-${id}`).length - 1,
      );
    return true;
  }

  #fold<State, Event extends AnyEvent>(
    family: EventFamily,
    id: string,
    decider: Pick<Decider<State, unknown, Event, unknown>, 'initial' | 'evolve'>,
  ): State {
    return this.store
      .stream(`${family.category}-${id}`)
      .reduce((state, event) => decider.evolve(state, event as never), decider.initial);
  }

  #append(family: EventFamily, id: string, events: readonly AnyEvent[], at: number): boolean {
    this.#commands += 1;
    const commandId = `00000000-0000-4000-8000-${String(this.#commands).padStart(12, '0')}`;
    const expected = at < 0 ? 'no-stream' : BigInt(at);
    return this.store.append(family, id, events, expected, commandId, context).kind === 'appended';
  }
}
