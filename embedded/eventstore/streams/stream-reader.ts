import type { EventIndex } from '../index/event-index.ts';
import type { RecordReader } from '../log/record-reader.ts';
import type { EventRecord } from './event-record.ts';
import type { AllPage, Direction, ResolvedEvent, StreamPage } from './event-store.ts';
import { parseLink } from './link.ts';
import type { StreamCatalogue } from './stream-catalogue.ts';

/** A page stops here even before its limit, so that large events do not fill the memory. */
const MAX_PAGE_BYTES = 512 * 1024;

/** Records that a page passes over at most (they are hidden) before it is handed out as it is. */
const MAX_SKIPPED = 10_000;

/** Reads pages of streams and of `$all`, of durable records only. */
export class StreamReader {
  private readonly index: EventIndex;
  private readonly catalogue: StreamCatalogue;
  private readonly records: RecordReader;
  private readonly now: () => number;

  constructor(
    index: EventIndex,
    catalogue: StreamCatalogue,
    records: RecordReader,
    now: () => number,
  ) {
    this.index = index;
    this.catalogue = catalogue;
    this.records = records;
    this.now = now;
  }

  async readStream(
    stream: string,
    from: number,
    direction: Direction,
    limit: number,
  ): Promise<StreamPage> {
    const { status, lastRevision, firstRevision } = this.catalogue.state(stream);
    if (status === 'tombstoned') return emptyPage('deleted', lastRevision);
    if (status !== 'live') return emptyPage('not-found', lastRevision);
    const number = this.catalogue.numberOf(stream);
    const forwards = direction === 'forwards';
    const start = forwards ? Math.max(from, firstRevision) : Math.min(from, lastRevision);
    const ordinals: number[] = [];
    let bytes = 0;
    let revision = start;
    const within = (): boolean => revision >= firstRevision && revision <= lastRevision;
    while (within() && ordinals.length < limit && bytes < MAX_PAGE_BYTES) {
      const ordinal = this.index.find(number, revision);
      bytes += this.records.extentBytes(ordinal) ?? 0;
      ordinals.push(ordinal);
      revision += forwards ? 1 : -1;
    }
    const records = this.withoutExpired(stream, await this.records.read(ordinals));
    return { status: 'found', records, next: within() ? revision : undefined, lastRevision };
  }

  async readAll(from: number, direction: Direction, limit: number): Promise<AllPage> {
    const step = direction === 'forwards' ? 1 : -1;
    const ordinals: number[] = [];
    let ordinal = this.index.ordinalAt(from) + (step > 0 ? 0 : -1);
    let bytes = 0;
    let skipped = 0;
    const within = (): boolean => ordinal >= 0 && ordinal < this.index.committed;
    while (within() && ordinals.length < limit && bytes < MAX_PAGE_BYTES && skipped < MAX_SKIPPED) {
      const size = this.records.extentBytes(ordinal);
      if (size === undefined || this.index.isHiddenFromAll(this.index.stream(ordinal))) skipped++;
      else {
        bytes += size;
        ordinals.push(ordinal);
      }
      ordinal += step;
    }
    const atEnd = !within();
    // Backwards pages are exclusive: the next one ends before the last record looked at.
    const next = step > 0 ? this.positionOrEnd(ordinal) : this.positionOrEnd(ordinal + 1);
    return { records: await this.records.read(ordinals), next, atEnd };
  }

  /** Follows a link once. */
  async resolve(record: EventRecord): Promise<ResolvedEvent> {
    const target = parseLink(record);
    if (target === 'no-link') return { event: record, link: undefined };
    if (target === 'unresolvable') return { event: undefined, link: record };
    const { status, firstRevision, lastRevision } = this.catalogue.state(target.stream);
    const readable =
      status === 'live' && target.revision >= firstRevision && target.revision <= lastRevision;
    if (!readable) return { event: undefined, link: record };
    const number = this.catalogue.numberOf(target.stream);
    const found = await this.records.read([this.index.find(number, target.revision)]);
    return { event: this.withoutExpired(target.stream, found)[0], link: record };
  }

  private withoutExpired<Kind extends EventRecord>(
    stream: string,
    records: readonly Kind[],
  ): readonly Kind[] {
    const maxAge = this.catalogue.committedMetadata(stream)?.maxAgeMs;
    if (maxAge === undefined) return records;
    const oldest = this.now() - maxAge;
    return records.filter((record) => record.created >= oldest);
  }

  private positionOrEnd(ordinal: number): number {
    const { committed } = this.index;
    if (ordinal < committed) return this.index.position(ordinal);
    return committed === 0 ? 0 : this.index.position(committed - 1) + 1;
  }
}

const emptyPage = (status: StreamPage['status'], lastRevision: number): StreamPage => ({
  status,
  records: [],
  next: undefined,
  lastRevision,
});
