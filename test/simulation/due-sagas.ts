import type { AnyEvent, Recorded } from '../../src/domain/kernel/events.ts';
import { orderSagas } from '../../src/projections/order-sagas.ts';
import type { SagaRow } from '../../src/projections/saga-row.ts';
import type { DueSagas } from '../../src/runtime/saga-ports.ts';
import type { MemoryStore } from '../model/memory-store.ts';

/** The scheduler's read side: the real projection, kept in memory, some events behind; leases beside it. */
export class SimulatedDueSagas {
  readonly rows = new Map<string, SagaRow>();
  readonly #leases = new Map<string, string>();
  readonly #store: MemoryStore;
  readonly #lag: () => number;
  #position = 0;

  constructor(store: MemoryStore, lag: () => number) {
    this.#store = store;
    this.#lag = lag;
  }

  readonly port: DueSagas = {
    claim: async (now, limit, leaseMs) => {
      this.#project();
      const due = [...this.rows.values()]
        .filter(({ wakeAt }) => wakeAt !== null && wakeAt <= now)
        .filter(({ instance }) => (this.#leases.get(instance) ?? '') <= now)
        .slice(0, limit);
      const until = new Date(Date.parse(now) + leaseMs).toISOString();
      for (const { instance } of due) this.#leases.set(instance, until);
      return due.map(({ process, instance }) => ({ process, instance }));
    },
    release: async ({ instance }, until) => {
      if (until === null) this.#leases.delete(instance);
      else this.#leases.set(instance, until);
    },
  };

  #project(): void {
    const until = Math.max(this.#position, this.#store.all.length - this.#lag());
    for (const event of this.#store.all.slice(this.#position, until)) this.#fold(event);
    this.#position = until;
  }

  #fold(event: Recorded<AnyEvent>): void {
    type On = Record<string, (row: SagaRow | undefined, event: unknown) => SagaRow | undefined>;
    const fold = (orderSagas.on as unknown as On)[event.type];
    if (!fold) return;
    const key = orderSagas.key(event as never);
    const row = fold(this.rows.get(key), event);
    if (row) this.rows.set(key, row);
  }
}
