import type { AnyEvent, Recorded } from '../../src/domain/kernel/events.ts';
import type { WakeUps } from '../../src/runtime/ports.ts';
import type { MemoryStore } from '../model/memory-store.ts';
import type { Random } from '../model/random.ts';
import type { VirtualTime } from '../model/virtual-time.ts';

const MAX_RETRIES = 10;
/** How often an idle consumer looks: what it costs is the simulation's speed. */
const POLL_MS = 250;
const MESSAGE_TIMEOUT_MS = 30_000;

type Message = { readonly event: Recorded<AnyEvent>; retries: number };

/** A consumer group over the simulated store: at least once, in any order, redelivered when its consumer dies, parked at last. */
export class WakeUpQueue {
  readonly #queue: Message[] = [];
  readonly #time: VirtualTime;
  readonly #random: Random;
  /** Messages that were given up: the scheduler has to find their sagas. */
  parked = 0;
  /** Share of messages that are lost altogether. */
  lossy = 0;

  constructor(store: MemoryStore, time: VirtualTime, random: Random) {
    this.#time = time;
    this.#random = random;
    store.onAppended((event) => {
      if (random.chance(this.lossy)) return;
      this.#queue.push({ event, retries: 0 });
      if (random.chance(0.05)) this.#queue.push({ event, retries: 0 });
    });
  }

  consumer(alive: () => boolean): WakeUps {
    return {
      consume: async ({ types, concurrency, handle, signal }) => {
        let underWay = 0;
        while (!signal.aborted && alive()) {
          const message = underWay < concurrency ? this.#next(types) : undefined;
          if (!message) {
            await this.#time.pause(POLL_MS);
            continue;
          }
          underWay += 1;
          void this.#deliver(message, alive, handle).finally(() => {
            underWay -= 1;
          });
        }
      },
    };
  }

  #next(types: readonly string[]): Message | undefined {
    while (this.#queue.length > 0) {
      const index = this.#random.chance(0.1) ? this.#random.below(this.#queue.length) : 0;
      const [message] = this.#queue.splice(index, 1);
      if (message && types.includes(message.event.type)) return message;
    }
    return undefined;
  }

  async #deliver(
    message: Message,
    alive: () => boolean,
    handle: (event: Recorded<AnyEvent>, retries: number) => Promise<string>,
  ): Promise<void> {
    const handled = await Promise.race([
      handle(message.event, message.retries),
      this.#time.pause(MESSAGE_TIMEOUT_MS).then(() => 'retry'),
    ]);
    if (handled === 'ack' && alive()) return;
    message.retries += 1;
    if (message.retries <= MAX_RETRIES) this.#queue.push(message);
    else this.parked += 1;
  }
}
