import { setMaxListeners } from 'node:events';
import type { AnyEvent, Recorded } from '../../src/domain/kernel/events.ts';
import type { Batch, Feed, Unreadable } from '../../src/runtime/ports.ts';

type Entry = { readonly position: bigint } & (
  | { readonly event: Recorded<AnyEvent> }
  | { readonly unreadable: Unreadable }
);

/** A log in memory with the feed of the real one: exclusive start, batches of at most `maxEvents`, live at its end. */
export const memoryFeed = (options: { readonly batchSize?: (index: number) => number } = {}) => {
  const entries: Entry[] = [];
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const revisions = new Map<string, bigint>();
  let reads = 0;

  const place = (stream: string) => {
    const revision = (revisions.get(stream) ?? -1n) + 1n;
    revisions.set(stream, revision);
    return { stream, revision, position: BigInt(entries.length + 1) * 100n };
  };

  const feed: Feed = {
    batches: async function* ({ from, maxEvents, signal }) {
      reads += 1;
      setMaxListeners(0, signal);
      let position = from === 'start' ? -1n : from;
      const aborted = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      for (let index = 0; !signal.aborted; index++) {
        const arrived = new Promise<void>((resolve) => waiting.add(resolve));
        const size = Math.max(1, Math.min(maxEvents, options.batchSize?.(index) ?? maxEvents));
        const next = entries.filter((entry) => entry.position > position).slice(0, size);
        position = next.at(-1)?.position ?? position;
        const batch: Batch = {
          events: next.flatMap((entry) => ('event' in entry ? [entry.event] : [])),
          unreadable: next.flatMap((entry) => ('unreadable' in entry ? [entry.unreadable] : [])),
          position: position < 0n ? 0n : position,
          live: position === (entries.at(-1)?.position ?? -1n),
        };
        yield batch;
        if (batch.live) await Promise.race([arrived, aborted]);
      }
    },
  };

  return {
    feed,
    /** How often the feed was opened. */
    reads: () => reads,
    head: () => entries.at(-1)?.position ?? 0n,
    /** Writes an event behind the others; `at` is when, ISO 8601 UTC. */
    push: (stream: string, event: AnyEvent, at = '2026-03-01T09:00:00.000Z') => {
      const placed = place(stream);
      const recorded: Recorded<AnyEvent> = {
        ...event,
        ...placed,
        at,
        id: `event-${placed.position}`,
        metadata: {
          $correlationId: 'c',
          $causationId: 'c',
          schemaVersion: 1,
          actor: { kind: 'system', id: 'test' },
        },
      };
      entries.push({ position: placed.position, event: recorded });
      tell();
      return recorded;
    },
    /** Writes something that cannot be decoded. */
    pushUnreadable: (stream: string, type: string) => {
      const unreadable = { ...place(stream), type, message: 'unreadable' };
      entries.push({ position: unreadable.position, unreadable });
      tell();
      return unreadable;
    },
    events: () => entries.flatMap((entry) => ('event' in entry ? [entry.event] : [])),
  };
};
