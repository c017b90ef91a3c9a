import type { AnyEvent, EventFamily, EventOf, Recorded } from '../../src/domain/kernel/events.ts';
import { eventIdOf } from '../../src/runtime/event-id.ts';
import type { Appended, Context, EventLog, Expected } from '../../src/runtime/ports.ts';

/** Every stream of the simulated world, with the store's two promises: an exact revision, and idempotent appends. */
export class MemoryStore {
  readonly all: Recorded<AnyEvent>[] = [];
  readonly #streams = new Map<string, Recorded<AnyEvent>[]>();
  readonly #now: () => number;
  readonly #listeners: ((event: Recorded<AnyEvent>) => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  onAppended(listener: (event: Recorded<AnyEvent>) => void): void {
    this.#listeners.push(listener);
  }

  stream(name: string): readonly Recorded<AnyEvent>[] {
    return this.#streams.get(name) ?? [];
  }

  append(
    family: EventFamily,
    id: string,
    events: readonly AnyEvent[],
    expected: Expected,
    commandId: string,
    context: Pick<Context, 'correlationId' | 'causationId' | 'actor'>,
  ): Appended {
    const name = `${family.category}-${id}`;
    const stream = this.#streams.get(name) ?? [];
    const from = expected === 'no-stream' ? 0 : Number(expected) + 1;
    const ids = events.map((_, index) => eventIdOf(commandId, name, index));
    const already = ids.every((eventId, index) => stream[from + index]?.id === eventId);
    if (already && ids.length > 0) return this.#appendedAt(stream, from + ids.length - 1);
    if (from !== stream.length) return { kind: 'conflict' };
    this.#streams.set(name, stream);
    for (const [index, event] of events.entries()) {
      // Through text and back, as a store would have it.
      const data = JSON.parse(JSON.stringify(event.data)) as unknown;
      const recorded: Recorded<AnyEvent> = {
        type: event.type,
        data: family.definitions[event.type]?.data.parse(data),
        id: ids[index] ?? '',
        at: new Date(this.#now()).toISOString(),
        stream: name,
        revision: BigInt(stream.length),
        position: BigInt(this.all.length),
        metadata: {
          $correlationId: context.correlationId,
          $causationId: context.causationId,
          schemaVersion: 1,
          actor: context.actor,
        },
      };
      stream.push(recorded);
      this.all.push(recorded);
      for (const listener of this.#listeners) listener(recorded);
    }
    return this.#appendedAt(stream, stream.length - 1);
  }

  /** A log that never fails. */
  log(): EventLog {
    return {
      read: (family, id, { after }) => this.#read(family, id, after),
      append: async (family, id, events, expected, commandId, context) =>
        this.append(family, id, events, expected, commandId, context),
    };
  }

  async *#read<Family extends EventFamily>(
    family: Family,
    id: string,
    after: bigint | undefined,
  ): AsyncGenerator<Recorded<EventOf<Family>>> {
    const from = after === undefined ? 0 : Number(after) + 1;
    for (const event of [...this.stream(`${family.category}-${id}`)].slice(from))
      yield event as Recorded<EventOf<Family>>;
  }

  #appendedAt(stream: readonly Recorded<AnyEvent>[], index: number): Appended {
    const last = stream[index];
    return { kind: 'appended', revision: BigInt(index), position: last?.position ?? 0n };
  }
}
