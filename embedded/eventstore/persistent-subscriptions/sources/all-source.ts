import type { EventFilter } from '../../streams/event-filter.ts';
import type { EventRecord } from '../../streams/event-record.ts';
import type { EventStore } from '../../streams/event-store.ts';
import type { DeliveredEvent } from '../delivered-event.ts';
import type { HistoryPage, SourceBatch } from '../engine/source-batch.ts';
import type { EventSource, Picked } from './event-source.ts';
import { LinkResolution } from './link-resolution.ts';

/** Most records looked at for one page: few enough to keep the loop free, enough for a rare match. */
const MAX_WINDOW = 500;

/** The events of `$all` that a filter lets through, by log position. */
export class AllSource implements EventSource {
  private readonly store: EventStore;
  private readonly filter: EventFilter | undefined;
  private readonly links: LinkResolution;
  /** Grows while matches are rare, so that a page is not made of many small reads. */
  private window = 0;

  constructor(store: EventStore, filter: EventFilter | undefined, resolveLinks: boolean) {
    this.store = store;
    this.filter = filter;
    this.links = new LinkResolution(store, resolveLinks, this.positionOf);
  }

  async readPage(from: number, limit: number): Promise<HistoryPage<DeliveredEvent>> {
    const window = Math.max(limit, this.window);
    const page = await this.store.readAll(from, 'forwards', window);
    const { picked, unread } = this.sift(page.records, limit);
    this.window = picked.matches.length * 4 < limit ? Math.min(window * 2, MAX_WINDOW) : limit;
    const batch = await this.links.deliver(picked);
    if (unread !== undefined) return { ...batch, next: unread.position, atEnd: false };
    return { ...batch, next: page.next, atEnd: page.atEnd };
  }

  pick(records: readonly EventRecord[]): Picked {
    return this.sift(records, Number.POSITIVE_INFINITY).picked;
  }

  deliver(picked: Picked): SourceBatch<DeliveredEvent> | Promise<SourceBatch<DeliveredEvent>> {
    return this.links.deliver(picked);
  }

  positionOf(record: EventRecord): number {
    return record.position;
  }

  positionText(position: number): string {
    return `C:${position}/P:${position}`;
  }

  parseCheckpoint(
    text: string,
  ): { readonly checkpoint: number; readonly next: number } | undefined {
    const [, commitText, prepareText] = /^C:(\d+)\/P:(\d+)$/.exec(text) ?? [];
    if (commitText === undefined || prepareText === undefined) return undefined;
    const commit = Number(commitText);
    // A prepare position before the commit means: just before the record at the commit position.
    return { checkpoint: commit, next: Number(prepareText) < commit ? commit : commit + 1 };
  }

  /** Takes matches up to a limit, and counts what lies between them. */
  private sift(
    records: readonly EventRecord[],
    limit: number,
  ): { readonly picked: Picked; readonly unread: EventRecord | undefined } {
    const matches: Picked['matches'][number][] = [];
    let skipped = 0;
    let lastSkipped = -1;
    for (const record of records) {
      if (this.filter === undefined || this.filter.matches(record)) {
        if (matches.length >= limit)
          return { picked: { matches, skipped, lastSkipped }, unread: record };
        matches.push({ record, skipped, lastSkipped });
        skipped = 0;
        lastSkipped = -1;
      } else {
        skipped++;
        lastSkipped = record.position;
      }
    }
    return { picked: { matches, skipped, lastSkipped }, unread: undefined };
  }
}
