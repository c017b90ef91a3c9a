import { LinkedList } from './linked-list.ts';
import type { Message } from './message.ts';
import type { SourceEvent } from './source-event.ts';

/** When a checkpoint is due; counts of considered records, and milliseconds. */
export interface CheckpointRules {
  readonly minCount: number;
  readonly maxCount: number;
  /** 0: never because of time. */
  readonly afterMs: number;
}

/**
 * Knows how far everything is processed. Every message is noted when it is taken from the source
 * and settled when it is acknowledged, skipped, or safely parked; the checkpoint lies just before
 * the first one that is neither, wherever that one is: buffered, in flight, or waiting for a retry.
 */
export class CheckpointProgress<E extends SourceEvent> {
  private readonly unprocessed = new LinkedList<Message<E>>();
  private readonly rules: CheckpointRules;
  /** Records considered so far: taken, or passed over by a filter. */
  private considered = 0;
  private lastPosition = -1;
  private markedSequence = 0;
  private markedAt = Number.NEGATIVE_INFINITY;
  /** Position of the last checkpoint, -1 when there is none. */
  marked = -1;

  constructor(rules: CheckpointRules) {
    this.rules = rules;
  }

  /** Goes on behind a stored checkpoint. */
  resume(checkpoint: number): void {
    this.marked = checkpoint;
    this.lastPosition = checkpoint;
  }

  /** Messages taken from the source and not processed yet. */
  get outstanding(): number {
    return this.unprocessed.size;
  }

  /** Numbers the next event of the source, which `skipped` records precede that no consumer gets. */
  next(
    position: number,
    skipped: number,
    lastSkipped: number,
  ): { sequence: number; previous: number } {
    this.skip(skipped, lastSkipped);
    const order = { sequence: ++this.considered, previous: this.lastPosition };
    this.lastPosition = position;
    return order;
  }

  /** Records that the group's filter passed over, up to the position given. */
  skip(count: number, position: number): void {
    if (count === 0) return;
    this.considered += count;
    this.lastPosition = Math.max(this.lastPosition, position);
  }

  taken(message: Message<E>): void {
    if (!message.replayed) message.unprocessed = this.unprocessed.append(message);
  }

  settled(message: Message<E>): void {
    if (message.unprocessed === undefined) return;
    this.unprocessed.remove(message.unprocessed);
    message.unprocessed = undefined;
  }

  /** The position to write as the new checkpoint, if one is due; from then on it counts as written. */
  due(now: number, isTick: boolean): number | undefined {
    const first = this.unprocessed.first?.value;
    const position = first === undefined ? this.lastPosition : first.previous;
    const sequence = first === undefined ? this.considered : first.sequence - 1;
    const progress = sequence - this.markedSequence;
    if (progress <= 0 || position <= this.marked) return undefined;
    const { minCount, maxCount, afterMs } = this.rules;
    const byTime = isTick && afterMs > 0 && now - this.markedAt >= afterMs && progress >= minCount;
    if (progress < maxCount && !byTime) return undefined;
    this.markedSequence = sequence;
    this.markedAt = now;
    this.marked = position;
    return position;
  }
}
