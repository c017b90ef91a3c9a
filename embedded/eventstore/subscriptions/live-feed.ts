import { isHiddenFromAll } from '../streams/event-filter.ts';
import type { EventRecord } from '../streams/event-record.ts';
import type { EventStore } from '../streams/event-store.ts';

/** Takes a record right after its commit. Must neither throw nor block. */
export type LiveListener = (record: EventRecord) => void;

/** Hands each committed record to those who follow its stream, or `$all`: one look-up a record. */
export class LiveFeed {
  private readonly byStream = new Map<string, Set<LiveListener>>();
  private readonly ofAll = new Set<LiveListener>();

  constructor(store: EventStore) {
    store.onCommitted((records) => this.publish(records));
  }

  /** Gives the function that ends it. */
  followStream(stream: string, listener: LiveListener): () => void {
    const listeners = this.byStream.get(stream) ?? new Set();
    this.byStream.set(stream, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.byStream.get(stream) === listeners)
        this.byStream.delete(stream);
    };
  }

  /** All records but those that `$all` leaves out. Gives the function that ends it. */
  followAll(listener: LiveListener): () => void {
    this.ofAll.add(listener);
    return () => this.ofAll.delete(listener);
  }

  private publish(records: readonly EventRecord[]): void {
    if (this.byStream.size === 0 && this.ofAll.size === 0) return;
    for (const record of records) {
      const { stream } = record;
      for (const listener of this.byStream.get(stream) ?? []) listener(record);
      if (this.ofAll.size === 0 || isHiddenFromAll(stream)) continue;
      for (const listener of this.ofAll) listener(record);
    }
  }
}
