import type { EventIndex } from '../index/event-index.ts';
import { isCheckpointStream } from '../persistent-subscriptions/names.ts';
import { TOMBSTONE_REVISION } from '../streams/event-store.ts';
import type { StreamCatalogue } from '../streams/stream-catalogue.ts';

/** What one scavenge keeps of a stream, settled when it first meets the stream. */
interface Verdict {
  /** Revisions below may go. */
  readonly keepFrom: number;
  /** Events created before this may go (milliseconds since the Unix epoch). */
  readonly oldest: number;
  /** Stays in any case: the number that the next event follows. */
  readonly last: number | undefined;
  /** Becomes false with the first event that is kept: only the beginning of a stream is ever taken. */
  atBeginning: boolean;
}

export interface RetentionParts {
  readonly index: EventIndex;
  readonly catalogue: StreamCatalogue;
  readonly now: () => number;
}

/**
 * Decides which events a scavenge takes away: those that no read of their stream can give any more.
 * The last event of a stream that may go on stays, and so does a tombstone. What goes is always the beginning of a stream, so that revisions stay gapless.
 */
export class Retention {
  private readonly parts: RetentionParts;
  private readonly verdicts = new Map<number, Verdict>();

  constructor(parts: RetentionParts) {
    this.parts = parts;
  }

  /** To be asked once for every event, in log order. */
  isKept(ordinal: number, created: number): boolean {
    const { index } = this.parts;
    const revision = index.revision(ordinal);
    if (revision === TOMBSTONE_REVISION) return true;
    const verdict = this.verdictOn(index.stream(ordinal));
    const goes = verdict.atBeginning && (revision < verdict.keepFrom || created < verdict.oldest);
    if (!goes || revision === verdict.last) {
      verdict.atBeginning = false;
      return true;
    }
    return false;
  }

  private verdictOn(stream: number): Verdict {
    const known = this.verdicts.get(stream);
    if (known) return known;
    const verdict = this.settle(stream);
    this.verdicts.set(stream, verdict);
    return verdict;
  }

  private settle(stream: number): Verdict {
    const { index, catalogue, now } = this.parts;
    const last = index.lastCommittedRevision(stream);
    const name = index.names.name(stream);
    const metadata = catalogue.committedMetadata(name);
    const tombstone = index.tombstone(stream);
    const isDeleted = tombstone >= 0 && tombstone < index.committed;
    let keepFrom = isDeleted ? last + 1 : catalogue.firstReadable(stream, last, metadata);
    // Of a group's checkpoints only the newest is ever looked at; they have no metadata to say so.
    if (isCheckpointStream(name)) keepFrom = Math.max(keepFrom, last);
    const oldest = metadata?.maxAgeMs === undefined ? 0 : now() - metadata.maxAgeMs;
    return { keepFrom, oldest, last: isDeleted ? undefined : last, atBeginning: true };
  }
}
