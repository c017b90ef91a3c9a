import type { Clock } from '../../src/runtime/ports.ts';

type Timer = { readonly at: number; readonly order: number; readonly fire: () => void };

/** Time that passes only when nothing else can happen: a simulated hour takes as long as the work in it. */
export class VirtualTime {
  #now: number;
  #order = 0;
  #timers: Timer[] = [];

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  clock(): Clock {
    return { now: () => new Date(this.#now) };
  }

  /** Resolves after `ms` of simulated time; rejects when `signal` aborts. */
  pause = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const abort = (): void => {
        this.#timers = this.#timers.filter((each) => each !== timer);
        reject(signal?.reason as Error);
      };
      const fire = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const timer: Timer = { at: this.#now + Math.max(ms, 1), order: this.#order++, fire };
      this.#timers.push(timer);
      signal?.addEventListener('abort', abort, { once: true });
    });

  /** Runs until `until` (simulated, ms since the epoch), or until `done` says so between two timers. */
  async run(until: number, done: () => boolean = () => false): Promise<void> {
    for (;;) {
      // All work is promises: one turn of the event loop lets every one of them come to its next pause.
      await new Promise((resolve) => setImmediate(resolve));
      if (done()) return;
      const next = this.#timers.reduce<Timer | null>(
        (first, timer) =>
          first === null ||
          timer.at < first.at ||
          (timer.at === first.at && timer.order < first.order)
            ? timer
            : first,
        null,
      );
      if (next === null || next.at > until) {
        this.#now = Math.max(this.#now, until);
        return;
      }
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.fire();
    }
  }
}
