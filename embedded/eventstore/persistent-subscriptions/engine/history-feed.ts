import type { CheckpointProgress } from './checkpoint-progress.ts';
import type { GroupPorts, GroupRules, StartingPoint } from './group-ports.ts';
import { newMessage } from './message.ts';
import type { HistoryPage, Match, SourceBatch } from './source-batch.ts';
import type { SourceEvent } from './source-event.ts';
import type { Waiting } from './waiting.ts';

/** Events that one page of history holds at most, and where 0 is asked for. */
const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;

/**
 * Takes a group's events from its source, each once and in order: pages of history first, then what
 * is committed while the group is live. A live group that has no room left falls behind, and reads
 * on from the event that it could not take.
 */
export class HistoryFeed<E extends SourceEvent> {
  live = false;
  pageRequested = false;
  /** Position of the newest event of the source that the group has heard of, -1 if none. */
  lastKnown = -1;
  private next = 0;
  private liveSeen = 0;
  /** Whether something was committed since the outstanding page was asked for. */
  private committedMeanwhile = false;
  private readonly rules: GroupRules;
  private readonly ports: GroupPorts<E>;
  private readonly waiting: Waiting<E>;
  private readonly progress: CheckpointProgress<E>;

  constructor(
    rules: GroupRules,
    ports: GroupPorts<E>,
    waiting: Waiting<E>,
    progress: CheckpointProgress<E>,
  ) {
    this.rules = rules;
    this.ports = ports;
    this.waiting = waiting;
    this.progress = progress;
  }

  /** How many of the newest live events the real server's live buffer would hold. */
  get liveBufferCount(): number {
    return Math.max(0, Math.min(this.liveSeen, this.rules.liveBufferSize));
  }

  start(point: StartingPoint): void {
    switch (point.kind) {
      case 'end':
        this.live = true;
        return;
      case 'at':
        this.next = point.position;
        break;
      case 'checkpoint':
        this.next = point.next;
        break;
    }
    this.readOn();
  }

  /** Asks for the next page if the group is behind and has room for it. */
  readOn(): void {
    const { readBatchSize } = this.rules;
    if (this.live || this.pageRequested || !this.waiting.canAcceptPage(readBatchSize)) return;
    this.pageRequested = true;
    this.committedMeanwhile = false;
    const limit = readBatchSize <= 0 ? DEFAULT_PAGE : Math.min(readBatchSize, MAX_PAGE);
    this.ports.readHistory(this.next, limit);
  }

  pageRead(page: HistoryPage<E>): void {
    if (!this.pageRequested) return;
    this.pageRequested = false;
    for (const match of page.matches) this.take(match);
    this.progress.skip(page.skipped, page.lastSkipped);
    this.next = Math.max(this.next, page.next);
    if (page.atEnd && !this.committedMeanwhile) this.live = true;
    else this.readOn();
  }

  /** The page could not be read; the next `readOn` asks again. */
  pageUnreadable(): void {
    this.pageRequested = false;
  }

  committed(batch: SourceBatch<E>): void {
    this.announce(batch.matches.length, batch.matches.at(-1)?.event.position ?? -1);
    if (!this.live) return;
    for (const match of batch.matches) {
      const { position } = match.event;
      if (position < this.next) continue;
      if (!this.waiting.canAcceptLive()) {
        this.live = false;
        this.next = position;
        return;
      }
      this.take(match);
      this.next = position + 1;
    }
    this.progress.skip(batch.skipped, batch.lastSkipped);
  }

  /** Events from there on could not be taken live: they are read as history. */
  missed(position: number): void {
    if (this.live) this.next = Math.min(this.next, position);
    this.live = false;
    this.committedMeanwhile = true;
  }

  /** Notes that so many events were committed, up to that position. */
  announce(events: number, newest: number): void {
    this.lastKnown = Math.max(this.lastKnown, newest);
    this.liveSeen += events;
    this.committedMeanwhile = true;
  }

  private take({ event, skipped, lastSkipped }: Match<E>): void {
    const message = newMessage(event, this.progress.next(event.position, skipped, lastSkipped));
    this.lastKnown = Math.max(this.lastKnown, event.position);
    this.progress.taken(message);
    this.waiting.add(message);
  }
}
