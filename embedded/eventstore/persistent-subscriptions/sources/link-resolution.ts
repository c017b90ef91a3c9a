import type { EventRecord } from '../../streams/event-record.ts';
import type { EventStore } from '../../streams/event-store.ts';
import { type DeliveredEvent, deliveredEvent } from '../delivered-event.ts';
import type { SourceBatch } from '../engine/source-batch.ts';
import type { Picked } from './event-source.ts';

const LINK_TYPE = '$>';

/** Turns records into what a group delivers, following links if it is to. */
export class LinkResolution {
  private readonly store: EventStore;
  private readonly resolveLinks: boolean;
  private readonly positionOf: (record: EventRecord) => number;

  constructor(
    store: EventStore,
    resolveLinks: boolean,
    positionOf: (record: EventRecord) => number,
  ) {
    this.store = store;
    this.resolveLinks = resolveLinks;
    this.positionOf = positionOf;
  }

  /** At once when there is no link to follow. */
  deliver(picked: Picked): SourceBatch<DeliveredEvent> | Promise<SourceBatch<DeliveredEvent>> {
    const hasLinks =
      this.resolveLinks && picked.matches.some(({ record }) => record.type === LINK_TYPE);
    return hasLinks ? this.followLinks(picked) : this.asTheyAre(picked);
  }

  private asTheyAre(picked: Picked): SourceBatch<DeliveredEvent> {
    return {
      ...picked,
      matches: picked.matches.map(({ record, skipped, lastSkipped }) => ({
        event: deliveredEvent({ event: record, link: undefined }, this.positionOf),
        skipped,
        lastSkipped,
      })),
    };
  }

  private async followLinks(picked: Picked): Promise<SourceBatch<DeliveredEvent>> {
    const matches = await Promise.all(
      picked.matches.map(async ({ record, skipped, lastSkipped }) => ({
        event: deliveredEvent(await this.store.resolve(record), this.positionOf),
        skipped,
        lastSkipped,
      })),
    );
    return { ...picked, matches };
  }
}
