import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../logger.ts';
import { closeFile, type Disk, openFile, readUpTo, statFile, truncateFile } from './file-access.ts';
import {
  createSegment,
  FIRST_TRANSACTION_AT,
  openSegment,
  SEGMENT_HEADER_BYTES,
  type Segment,
  segmentStart,
} from './segment.ts';

export interface EventLogOptions {
  readonly directory: string;
  /** A segment that reached this size is sealed, and the next begins. */
  readonly segmentBytes: number;
  readonly disk: Disk;
  readonly logger: Logger;
}

/** The segment files of the log: appends durably to the last, reads from all. */
export class EventLog {
  readonly options: EventLogOptions;
  private segments: Segment[];
  /** Position behind the last durable byte. */
  private durableEnd: number;
  /** True while bytes of a failed write may lie behind the durable end. */
  private tailIsDirty = false;
  private sealRequested = false;

  private constructor(options: EventLogOptions, segments: Segment[], end: number) {
    this.options = options;
    this.segments = segments;
    this.durableEnd = end;
  }

  /** Opens the segments in order, creating the first of an empty log. Scanning them is the caller's. */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const files = await readdir(options.directory);
    const names = files.filter((name) => segmentStart(name) !== undefined).sort();
    // What an interrupted scavenge or index file has left.
    for (const name of files.filter((file) => file.endsWith('.new')))
      await rm(path.join(options.directory, name), { force: true });
    const segments: Segment[] = [];
    for (const [i, name] of names.entries()) {
      const segment = await openUnlessEmpty(options, name, i === names.length - 1);
      if (segment) segments.push(segment);
    }
    if (segments.length === 0)
      segments.push(await createSegment(options.directory, FIRST_TRANSACTION_AT));
    const last = segments.at(-1);
    return new EventLog(options, segments, last ? last.start : FIRST_TRANSACTION_AT);
  }

  get end(): number {
    return this.durableEnd;
  }

  get all(): readonly Segment[] {
    return this.segments;
  }

  get active(): Segment {
    const last = this.segments.at(-1);
    if (!last) throw new Error('the log has no segment');
    return last;
  }

  /** Index of the segment that holds a position. */
  segmentIndexAt(position: number): number {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.segments[middle]?.start ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  segment(index: number): Segment {
    const segment = this.segments[index];
    if (!segment) throw new Error(`the log has no segment ${index}`);
    return segment;
  }

  fileSize(segment: Segment): Promise<number> {
    return statFile(segment.fd).then((stat) => stat.size);
  }

  /** Called once the active segment has been scanned: cuts a torn tail, and appends go on from there. */
  async endsAt(validEnd: number, fileEnd: number): Promise<void> {
    const { active } = this;
    if (fileEnd > validEnd) {
      this.options.logger.warn(
        { file: active.file, from: validEnd, bytes: fileEnd - validEnd },
        'cut a torn tail off the log: a write was interrupted before it was answered',
      );
      await truncateFile(active.fd, validEnd);
      await this.options.disk.sync(active.fd);
    }
    this.durableEnd = active.start + validEnd - SEGMENT_HEADER_BYTES;
  }

  /** Appends whole transactions and syncs them. After an error the log is as it was before. */
  async writeDurably(transactions: readonly Buffer[]): Promise<void> {
    const segmentsBefore = this.segments.length;
    let end = this.durableEnd;
    try {
      if (this.tailIsDirty) await this.cleanTail(segmentsBefore);
      let run: Buffer[] = [];
      let runStart = end;
      for (const bytes of transactions) {
        if (this.isFull(end)) {
          await this.writeRun(run, runStart);
          run = [];
          runStart = end;
          this.segments.push(await createSegment(this.options.directory, end));
          this.sealRequested = false;
        }
        run.push(bytes);
        end += bytes.length;
      }
      await this.writeRun(run, runStart);
    } catch (error) {
      this.tailIsDirty = true;
      this.options.logger.error({ err: error }, 'the log could not be written');
      await this.cleanTail(segmentsBefore).catch((cause) =>
        this.options.logger.error({ err: cause }, 'the torn tail could not be cut yet'),
      );
      throw error;
    }
    this.durableEnd = end;
  }

  /** The next write begins a new segment. */
  sealActive(): void {
    this.sealRequested = true;
  }

  /** Puts a scavenged segment in the place of the original. */
  replace(index: number, segment: Segment): Promise<void> {
    const old = this.segment(index);
    this.segments[index] = segment;
    return old.retire();
  }

  async close(): Promise<void> {
    for (const segment of this.segments) await segment.retire();
  }

  private isFull(end: number): boolean {
    const size = end - this.active.start;
    return size >= this.options.segmentBytes || (this.sealRequested && size > 0);
  }

  private async writeRun(run: readonly Buffer[], start: number): Promise<void> {
    if (run.length === 0) return;
    const { active } = this;
    const [only] = run;
    const bytes = run.length === 1 && only ? only : Buffer.concat(run);
    await this.options.disk.write(active.fd, bytes, active.offsetOf(start));
  }

  /** Takes back segments and bytes that a failed write left behind the durable end. */
  private async cleanTail(segmentsBefore: number): Promise<void> {
    while (this.segments.length > segmentsBefore) {
      const segment = this.segments.pop();
      if (!segment) break;
      await segment.retire();
      await rm(segment.file, { force: true });
    }
    await truncateFile(this.active.fd, this.active.offsetOf(this.durableEnd));
    await this.options.disk.sync(this.active.fd);
    this.tailIsDirty = false;
  }
}

/** The last segment may be one whose header never reached the disk before a crash: it holds nothing. */
async function openUnlessEmpty(
  options: EventLogOptions,
  name: string,
  isLast: boolean,
): Promise<Segment | undefined> {
  try {
    return await openSegment(options.directory, name);
  } catch (error) {
    const file = path.join(options.directory, name);
    if (!isLast || !(await wasOnlyBegun(file))) throw error;
    options.logger.warn({ file, err: error }, 'dropped a segment that was only begun');
    await rm(file, { force: true });
    return undefined;
  }
}

async function wasOnlyBegun(file: string): Promise<boolean> {
  const fd = await openFile(file, 'r');
  try {
    const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
    await readUpTo(fd, header, 0);
    return (await statFile(fd)).size <= SEGMENT_HEADER_BYTES || header.every((byte) => byte === 0);
  } finally {
    await closeFile(fd);
  }
}
