import type { Logger } from '../logger.ts';
import type { DeliveredEvent } from './delivered-event.ts';
import type { Group } from './engine/group.ts';
import type { ParkedMessages, ParkedRange } from './storage/parked-messages.ts';

/** Parked messages that are read at a time. */
const PAGE = 100;

/** Reads parked messages back into a group, as far as it has room, then takes them off the stream. */
export class ReplayRun {
  private readonly group: Group<DeliveredEvent>;
  private readonly parked: ParkedMessages;
  private readonly logger: Logger;
  /** What is left to read; undefined when no replay is running. */
  private left: ParkedRange | undefined;
  private reading = false;
  private cancelled = false;

  constructor(group: Group<DeliveredEvent>, parked: ParkedMessages, logger: Logger) {
    this.group = group;
    this.parked = parked;
    this.logger = logger;
  }

  /** Begins with what is parked now; does nothing while a replay is running. */
  start(stopAt: bigint | undefined): void {
    if (this.left !== undefined || !this.group.beginReplay()) return;
    const { first, end } = this.parked.range();
    const stop = stopAt === undefined || stopAt > BigInt(end) ? end : Number(stopAt);
    if (first >= stop) {
      this.group.endReplay();
      return;
    }
    this.left = { first, end: stop };
    this.readOn();
  }

  /** Reads the next page when there is one and the group has room for it. */
  readOn(): void {
    const { left } = this;
    if (left === undefined || this.reading || this.cancelled || !this.group.canAcceptReplay())
      return;
    this.reading = true;
    void this.readPage(left).then(
      () => {
        this.reading = false;
        this.readOn();
      },
      (err: unknown) => {
        this.reading = false;
        this.left = undefined;
        this.group.endReplay();
        this.logger.warn({ err }, 'parked messages could not be replayed');
      },
    );
  }

  cancel(): void {
    this.cancelled = true;
  }

  private async readPage(left: ParkedRange): Promise<void> {
    const { events, next } = await this.parked.read(left, PAGE);
    if (this.cancelled) return;
    this.group.replay(events);
    if (next < left.end) {
      this.left = { first: next, end: left.end };
      return;
    }
    await this.parked.markReplayed(left.end);
    this.left = undefined;
    this.group.endReplay();
  }
}
