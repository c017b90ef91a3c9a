import type { EventRecord } from '../../streams/event-record.ts';
import { type EventStore, TOMBSTONE_REVISION } from '../../streams/event-store.ts';
import type { DeliveredEvent } from '../delivered-event.ts';
import type { HistoryPage, SourceBatch } from '../engine/source-batch.ts';
import { type EventSource, type Picked, SourceGone } from './event-source.ts';
import { LinkResolution } from './link-resolution.ts';

const TOMBSTONE_TEXT = '9223372036854775807';
const NONE = { skipped: 0, lastSkipped: -1 } as const;

/** The events of one stream, by revision. */
export class StreamSource implements EventSource {
  private readonly stream: string;
  private readonly store: EventStore;
  private readonly links: LinkResolution;

  constructor(store: EventStore, stream: string, resolveLinks: boolean) {
    this.store = store;
    this.stream = stream;
    this.links = new LinkResolution(store, resolveLinks, this.positionOf);
  }

  async readPage(from: number, limit: number): Promise<HistoryPage<DeliveredEvent>> {
    const page = await this.store.readStream(this.stream, from, 'forwards', limit);
    if (page.status === 'deleted') throw new SourceGone(this.stream);
    const batch = await this.links.deliver({
      ...NONE,
      matches: page.records.map((record) => ({ record, ...NONE })),
    });
    const last = page.records.at(-1);
    const behindLast = last === undefined ? from : last.revision + 1;
    return { ...batch, next: page.next ?? behindLast, atEnd: page.next === undefined };
  }

  pick(records: readonly EventRecord[]): Picked {
    return { ...NONE, matches: records.map((record) => ({ record, ...NONE })) };
  }

  deliver(picked: Picked): SourceBatch<DeliveredEvent> | Promise<SourceBatch<DeliveredEvent>> {
    return this.links.deliver(picked);
  }

  positionOf(record: EventRecord): number {
    return record.revision;
  }

  positionText(position: number): string {
    return position >= TOMBSTONE_REVISION ? TOMBSTONE_TEXT : String(position);
  }

  parseCheckpoint(
    text: string,
  ): { readonly checkpoint: number; readonly next: number } | undefined {
    if (!/^\d+$/.test(text)) return undefined;
    const checkpoint = text === TOMBSTONE_TEXT ? TOMBSTONE_REVISION : Number(text);
    return { checkpoint, next: checkpoint + 1 };
  }
}
