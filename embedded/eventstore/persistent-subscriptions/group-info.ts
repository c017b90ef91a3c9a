import type { GroupFigures } from './engine/group-status.ts';
import type { Measurement } from './engine/latencies.ts';
import type { GroupDefinition } from './group-settings.ts';
import type { RunningGroup } from './running-group.ts';

/** What is known of one connected consumer. */
export interface ConnectionInfo {
  readonly connectionName: string;
  readonly totalItems: number;
  readonly countSinceLastMeasurement: number;
  readonly averageItemsPerSecond: number;
  readonly availableSlots: number;
  readonly inFlightMessages: number;
  readonly measurements: readonly Measurement[];
}

/** What is known of a group. */
export interface GroupInfo {
  readonly definition: GroupDefinition;
  readonly figures: GroupFigures;
  /** Texts of positions, empty when there is none. */
  readonly lastCheckpoint: string;
  readonly lastKnown: string;
  readonly parkedMessageCount: number;
  readonly countSinceLastMeasurement: number;
  readonly averagePerSecond: number;
  readonly connections: readonly ConnectionInfo[];
}

/** Makes the infos of one group: some figures count from the last time that somebody asked. */
export class InfoProbe {
  private readonly group: RunningGroup;
  private askedAt: number;
  private itemsThen = 0;

  constructor(group: RunningGroup, now: number) {
    this.group = group;
    this.askedAt = now;
  }

  info(now: number): GroupInfo {
    const { definition, engine, source, parked } = this.group;
    const elapsed = now - this.askedAt;
    const perSecond = (items: number): number =>
      elapsed > 0 ? Math.floor((items * 1000) / elapsed) : 0;
    const figures = engine.figures();
    const items = figures.totalItems - this.itemsThen;
    this.askedAt = now;
    this.itemsThen = figures.totalItems;
    const text = (position: number): string => (position < 0 ? '' : source.positionText(position));
    return {
      definition,
      figures,
      lastCheckpoint: text(figures.lastCheckpoint),
      lastKnown: text(figures.lastKnown),
      parkedMessageCount: parked.count,
      countSinceLastMeasurement: items,
      averagePerSecond: perSecond(items),
      connections: [...engine.consumers].map((consumer) => {
        const since = consumer.totalItems - consumer.measuredItems;
        consumer.measuredItems = consumer.totalItems;
        return {
          connectionName: consumer.connectionName,
          totalItems: consumer.totalItems,
          countSinceLastMeasurement: since,
          averageItemsPerSecond: perSecond(since),
          availableSlots: consumer.availableSlots,
          inFlightMessages: consumer.inFlight,
          measurements: consumer.latencies?.measurements() ?? [],
        };
      }),
    };
  }
}
