import { type SegmentIndex, TOMBSTONE_MARK } from '../log/segment-index.ts';
import { UUID_BYTES } from '../protocol/uuid.ts';
import { TOMBSTONE_REVISION } from '../streams/event-store.ts';
import { Float64Column, Uint8Column, Uint32Column } from './columns.ts';
import { HashSlots } from './hash-slots.ts';
import { hashId, word } from './id-hash.ts';
import { RevisionLists } from './revision-lists.ts';
import { StreamNames } from './stream-names.ts';

const FLAG_METASTREAM = 1;
const FLAG_HIDDEN_FROM_ALL = 2;
const FLAG_CLASSIFIED = 4;
const WORDS_PER_ID = UUID_BYTES / 4;

/**
 * Where every event is, all in typed arrays. Events are numbered by their *ordinal*, their place in
 * the log; streams by a number of their own. Holds staged events (decided, not yet durable) behind
 * the committed ones; `committed` divides them.
 */
export class EventIndex {
  readonly names = new StreamNames();
  private readonly lists = new RevisionLists();
  private readonly positions = new Float64Column();
  private readonly streams = new Uint32Column();
  private readonly revisions = new Uint32Column();
  private readonly ids = new Uint32Column();
  private readonly bases = new Uint32Column();
  /** Lowest revision that scavenges since the start have left. */
  private readonly scavenged = new Uint32Column();
  private readonly flags = new Uint8Column();
  private readonly tombstones = new Map<number, number>();
  private readonly byId = new HashSlots({
    hashOf: (ordinal) => this.idHash(ordinal),
    isWanted: (ordinal) => this.isWanted(ordinal),
  });
  private readonly wantedId = new Uint32Array(WORDS_PER_ID);
  private wantedStream = 0;
  private readonly hides: (stream: string) => boolean;
  private total = 0;
  private durable = 0;

  /** @param hides which streams `$all` leaves out */
  constructor(hides: (stream: string) => boolean) {
    this.hides = hides;
  }

  /** Number of events, staged ones included: the next event's ordinal. */
  get count(): number {
    return this.total;
  }

  /** Number of events that readers may see. */
  get committed(): number {
    return this.durable;
  }

  commit(count: number): void {
    this.durable = count;
  }

  /** Adds the next event of the log. `position` must be above all before it. */
  append(stream: number, revision: number, position: number, id: Uint8Array): void {
    const ordinal = this.total;
    const mark = revision === TOMBSTONE_REVISION ? TOMBSTONE_MARK : revision;
    this.positions.set(ordinal, position);
    this.streams.set(ordinal, stream);
    this.revisions.set(ordinal, mark);
    for (let i = 0; i < WORDS_PER_ID; i++) {
      this.wantedId[i] = word(id, i);
      this.ids.set(ordinal * WORDS_PER_ID + i, this.wantedId[i] ?? 0);
    }
    this.enter(stream, mark);
  }

  /** Adds the events of a segment behind those of the segments before it; they are durable. */
  load(segment: SegmentIndex): void {
    const numbers = Uint32Array.from(segment.names, (name) => this.names.findOrAdd(name));
    const streams = segment.streams.map((local) => numbers[local] ?? 0);
    this.positions.setAll(this.total, segment.positions);
    this.streams.setAll(this.total, streams);
    this.revisions.setAll(this.total, segment.revisions);
    this.ids.setAll(this.total * WORDS_PER_ID, segment.ids);
    for (let i = 0; i < streams.length; i++) {
      for (let w = 0; w < WORDS_PER_ID; w++)
        this.wantedId[w] = segment.ids[i * WORDS_PER_ID + w] ?? 0;
      this.enter(streams[i] ?? 0, segment.revisions[i] ?? 0);
    }
    this.durable = this.total;
  }

  /** Makes room for about so many events that are about to be loaded. */
  reserve(events: number): void {
    this.byId.reserve(events);
  }

  /** The columns of committed events from one ordinal up to another; the reverse of `load`. */
  export(
    from: number,
    to: number,
  ): Omit<SegmentIndex, 'coveredTo' | 'offsets' | 'metadata'> & {
    /** The index's own numbers of the streams, in the order of `names`. */
    readonly numbers: readonly number[];
  } {
    const count = to - from;
    const local = new Map<number, number>();
    const positions = new Float64Array(count);
    const ids = new Uint32Array(count * WORDS_PER_ID);
    const streams = new Uint32Array(count);
    const revisions = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const ordinal = from + i;
      const stream = this.streams.get(ordinal);
      let number = local.get(stream);
      if (number === undefined) {
        number = local.size;
        local.set(stream, number);
      }
      positions[i] = this.positions.get(ordinal);
      streams[i] = number;
      revisions[i] = this.revisions.get(ordinal);
      for (let w = 0; w < WORDS_PER_ID; w++)
        ids[i * WORDS_PER_ID + w] = this.ids.get(ordinal * WORDS_PER_ID + w);
    }
    const numbers = [...local.keys()];
    const names = numbers.map((stream) => this.names.bytes(stream));
    return { names, numbers, positions, ids, streams, revisions };
  }

  /** Takes back all staged events. */
  rollback(): void {
    while (this.total > this.durable) {
      const ordinal = --this.total;
      const stream = this.streams.get(ordinal);
      if (this.revisions.get(ordinal) === TOMBSTONE_MARK) {
        this.tombstones.delete(stream);
        continue;
      }
      this.byId.remove(this.idHash(ordinal), ordinal);
      this.lists.pop(stream);
    }
  }

  position(ordinal: number): number {
    return this.positions.get(ordinal);
  }

  stream(ordinal: number): number {
    return this.streams.get(ordinal);
  }

  revision(ordinal: number): number {
    const revision = this.revisions.get(ordinal);
    return revision === TOMBSTONE_MARK ? TOMBSTONE_REVISION : revision;
  }

  /** The first ordinal whose position is at or above the given one; `committed` when there is none. */
  ordinalAt(position: number): number {
    let low = 0;
    let high = this.durable;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.positions.get(middle) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Last revision including staged events, -1 when there is none. */
  lastRevision(stream: number): number {
    return this.bases.get(stream) + this.lists.length(stream) - 1;
  }

  /** Last revision among the committed events, -1 when there is none. */
  lastCommittedRevision(stream: number): number {
    let low = 0;
    let high = this.lists.length(stream);
    if (high > 0 && this.lists.get(stream, high - 1) < this.durable)
      return this.bases.get(stream) + high - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.lists.get(stream, middle) < this.durable) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? -1 : this.bases.get(stream) + low - 1;
  }

  /** Lowest revision still stored (a scavenge takes away the ones before). */
  firstStoredRevision(stream: number): number {
    return Math.max(this.bases.get(stream), this.scavenged.get(stream));
  }

  /** A scavenge took away all events of the stream below this revision. */
  forgetBelow(stream: number, revision: number): void {
    if (revision > this.scavenged.get(stream)) this.scavenged.set(stream, revision);
  }

  /** Ordinal of an event by its revision, -1 when it is not stored. Staged events count. */
  find(stream: number, revision: number): number {
    const index = revision - this.bases.get(stream);
    if (index < 0 || index >= this.lists.length(stream)) return -1;
    return revision < this.scavenged.get(stream) ? -1 : this.lists.get(stream, index);
  }

  /** Ordinal of the stream's tombstone, staged or not; -1 when it has none. */
  tombstone(stream: number): number {
    return this.tombstones.get(stream) ?? -1;
  }

  /** Ordinal of the first event of the stream with that id, -1 when there is none. */
  findId(stream: number, id: Uint8Array): number {
    for (let i = 0; i < WORDS_PER_ID; i++) this.wantedId[i] = word(id, i);
    this.wantedStream = stream;
    return this.byId.find(this.wantedHash());
  }

  hasId(ordinal: number, id: Uint8Array): boolean {
    for (let i = 0; i < WORDS_PER_ID; i++)
      if (this.ids.get(ordinal * WORDS_PER_ID + i) !== word(id, i)) return false;
    return true;
  }

  isMetastream(stream: number): boolean {
    return (this.flagsOf(stream) & FLAG_METASTREAM) !== 0;
  }

  /** True for the streams that `$all` leaves out, by the rule that was given. */
  isHiddenFromAll(stream: number): boolean {
    return (this.flagsOf(stream) & FLAG_HIDDEN_FROM_ALL) !== 0;
  }

  private flagsOf(stream: number): number {
    const flags = this.flags.get(stream);
    if (flags !== 0) return flags;
    const name = this.names.name(stream);
    const found =
      FLAG_CLASSIFIED |
      (name.startsWith('$$') ? FLAG_METASTREAM : 0) |
      (this.hides(name) ? FLAG_HIDDEN_FROM_ALL : 0);
    this.flags.set(stream, found);
    return found;
  }

  /** Enters the next event, whose columns are set and whose id is in `wantedId`, into the look-ups. */
  private enter(stream: number, revision: number): void {
    const ordinal = this.total++;
    if (revision === TOMBSTONE_MARK) {
      this.tombstones.set(stream, ordinal);
      return;
    }
    const length = this.lists.length(stream);
    if (length === 0 || revision !== this.bases.get(stream) + length) {
      // The first event, or the first that a scavenge left.
      this.lists.clear(stream);
      this.bases.set(stream, revision);
    }
    this.lists.push(stream, ordinal);
    this.wantedStream = stream;
    this.byId.insertIfNew(this.wantedHash(), ordinal);
  }

  private isWanted(ordinal: number): boolean {
    if (this.streams.get(ordinal) !== this.wantedStream) return false;
    for (let i = 0; i < WORDS_PER_ID; i++)
      if (this.ids.get(ordinal * WORDS_PER_ID + i) !== this.wantedId[i]) return false;
    return true;
  }

  private wantedHash(): number {
    const id = this.wantedId;
    return hashId(this.wantedStream, id[0] ?? 0, id[1] ?? 0, id[2] ?? 0, id[3] ?? 0);
  }

  private idHash(ordinal: number): number {
    const at = ordinal * WORDS_PER_ID;
    return hashId(
      this.streams.get(ordinal),
      this.ids.get(at),
      this.ids.get(at + 1),
      this.ids.get(at + 2),
      this.ids.get(at + 3),
    );
  }
}
