import type { AnyEvent, EventFamily, Recorded } from '../../src/domain/kernel/events.ts';
import { eventIdOf } from '../../src/runtime/event-id.ts';
import type { Appended, EventLog } from '../../src/runtime/ports.ts';

/** A log in memory that appends like the real one: at an exact revision, and once for each id. */
export const memoryLog = () => {
  const streams = new Map<string, Recorded<AnyEvent>[]>();
  let position = 0n;
  let reads = 0;
  let appends = 0;
  let lagging = 0;
  let before: (() => void) | undefined;

  const write = (stream: string, events: readonly AnyEvent[], commandId: string): Appended => {
    const list = streams.get(stream) ?? [];
    streams.set(stream, list);
    for (const [index, event] of events.entries()) {
      position += 10n;
      list.push({
        ...event,
        id: eventIdOf(commandId, stream, index),
        at: '2026-03-01T09:00:00.000Z',
        stream,
        revision: BigInt(list.length),
        position,
        metadata: {
          $correlationId: 'c',
          $causationId: 'c',
          schemaVersion: 1,
          actor: { kind: 'system', id: 'test' },
        },
      });
    }
    return { kind: 'appended', revision: BigInt(list.length - 1), position };
  };

  const log: EventLog = {
    read: async function* (family: EventFamily, id: string, { after }) {
      reads += 1;
      if (lagging > 0) {
        lagging -= 1;
        return;
      }
      for (const event of streams.get(`${family.category}-${id}`) ?? [])
        if (after === undefined || event.revision > after) yield event as never;
    },
    append: async (family, id, events, expected, commandId) => {
      appends += 1;
      const interfere = before;
      before = undefined;
      interfere?.();
      const stream = `${family.category}-${id}`;
      const last = streams.get(stream)?.at(-1)?.revision ?? 'no-stream';
      return last === expected ? write(stream, events, commandId) : { kind: 'conflict' };
    },
  };

  return {
    log,
    reads: () => reads,
    appends: () => appends,
    eventsOf: (stream: string) => streams.get(stream) ?? [],
    /** Another process writes. */
    write,
    /** The next `count` reads see nothing, as on a node that has yet to hear of it. */
    lag: (count: number) => {
      lagging = count;
    },
    /** Runs right before the next append looks at the stream. */
    beforeNextAppend: (interfere: () => void) => {
      before = interfere;
    },
  };
};
