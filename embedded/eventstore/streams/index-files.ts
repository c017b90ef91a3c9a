import type { EventIndex } from '../index/event-index.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Segment } from '../log/segment.ts';
import { writeSegmentIndex } from '../log/segment-index.ts';
import { describeSegment } from './load-index.ts';
import type { MetadataTable } from './metadata-table.ts';

/** Writes the index files that make opening fast: of each segment when it is sealed, of the last at the end. */
export class IndexFiles {
  private readonly log: EventLog;
  private readonly index: EventIndex;
  private readonly metadata: MetadataTable;
  /** Start of the segment that is written to; those before it have their files. */
  private activeStart: number;
  private writing: Promise<void> = Promise.resolve();

  constructor(log: EventLog, index: EventIndex, metadata: MetadataTable) {
    this.log = log;
    this.index = index;
    this.metadata = metadata;
    this.activeStart = log.active.start;
  }

  /** To be called after each commit; costs nothing unless a segment was sealed by it. */
  committed(): void {
    const { active } = this.log;
    if (active.start === this.activeStart) return;
    const sealed = this.log.all.filter(
      ({ start }) => start >= this.activeStart && start < active.start,
    );
    this.activeStart = active.start;
    for (const segment of sealed) this.write(segment);
  }

  /** Describes the last segment as far as it is written; resolves when all files are there. */
  async close(): Promise<void> {
    this.write(this.log.active);
    await this.writing;
  }

  /** One after the other; a failure costs only the time of a scan at the next start. */
  private write(segment: Segment): void {
    const { log, index, metadata } = this;
    const { directory, logger } = log.options;
    const end = log.all.find(({ start }) => start > segment.start)?.start ?? log.end;
    this.writing = this.writing
      .then(() => {
        const from = index.ordinalAt(segment.start);
        const to = index.ordinalAt(end);
        const described = describeSegment(segment, segment.offsetOf(end), from, to, {
          index,
          metadata,
        });
        return writeSegmentIndex(directory, segment.start, described);
      })
      .catch((error: unknown) =>
        logger.warn({ err: error, file: segment.file }, 'an index file could not be written'),
      );
  }
}
