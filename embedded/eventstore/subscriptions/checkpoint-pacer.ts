import type { EventRecord } from '../streams/event-record.ts';

/**
 * Says when a filtered subscription owes its client a checkpoint: after every `interval` records
 * considered, matching or not, at the position of the last of them.
 */
export class CheckpointPacer {
  private readonly interval: number;
  private considered = 0;
  private last = -1;
  private sent = -1;

  constructor(interval: number) {
    this.interval = interval;
  }

  /** Takes note of a record; gives the position of the checkpoint that is due behind it. */
  consider(record: EventRecord): number | undefined {
    this.last = record.position;
    if (++this.considered < this.interval) return undefined;
    return this.due();
  }

  /** The checkpoint that is due before the subscription goes live, if any record is without one. */
  atHead(): number | undefined {
    return this.last > this.sent ? this.due() : undefined;
  }

  private due(): number {
    this.considered = 0;
    this.sent = this.last;
    return this.last;
  }
}
