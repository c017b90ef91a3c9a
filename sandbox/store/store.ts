import type { Journal } from './journal.ts';
import { emptyWorld, evolveWorld, type Fact, type World } from './world.ts';

/** Notes a fact within a transaction: it shows in the world at once and is stored with its siblings. */
export type Emit = (fact: Fact) => void;

/** The sandbox's state and the only way to change it. One process, one thread: a transaction is never interleaved. */
export class Store {
  readonly world: World;
  readonly #journal: Journal;
  readonly #clock: () => number;
  readonly #listeners: ((facts: readonly Fact[]) => void)[] = [];

  /** `world` is what the journal holds already; `clock` gives ms since 1970. */
  constructor(journal: Journal, clock: () => number, world: World = emptyWorld()) {
    this.#journal = journal;
    this.#clock = clock;
    this.world = world;
  }

  /** The sandbox's time in ms: the process's clock moved by `PUT /clock`. */
  nowMs(): number {
    return this.#clock() + this.world.control.clockOffsetMs;
  }

  /** The sandbox's time as ISO 8601 in UTC. */
  now(): string {
    return new Date(this.nowMs()).toISOString();
  }

  /** Runs `work`; all that it emits reaches the journal as one line, so all of it survives a crash or none. */
  transact<Result>(work: (emit: Emit) => Result): Result {
    const facts: Fact[] = [];
    try {
      return work((fact) => {
        evolveWorld(this.world, fact);
        facts.push(fact);
      });
    } finally {
      if (facts.length > 0) {
        this.#journal.append(JSON.stringify(facts), true);
        for (const listener of this.#listeners) listener(facts);
      }
    }
  }

  /** Calls `listener` after every transaction, before its facts are durable. */
  onFacts(listener: (facts: readonly Fact[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Records a fact that no answer depends on (a call counted): durable within half a second, not before the answer. */
  note(fact: Fact): void {
    evolveWorld(this.world, fact);
    this.#journal.append(JSON.stringify([fact]), false);
  }

  /** Resolves when all that the caller may have seen is on disk. Await it before answering. */
  settled(): Promise<void> {
    return this.#journal.settled();
  }

  /** Resolves when the journal can no longer be written; the process should end and start again. */
  get failed(): Promise<Error> {
    return this.#journal.failed;
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}
