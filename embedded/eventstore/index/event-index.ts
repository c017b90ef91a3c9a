import { UUID_BYTES } from '../protocol/uuid.ts';
import { TOMBSTONE_REVISION } from '../streams/event-store.ts';
import { Float64Column, Uint8Column, Uint32Column } from './columns.ts';
import { HashSlots, mix } from './hash-slots.ts';
import { RevisionLists } from './revision-lists.ts';
import { StreamNames } from './stream-names.ts';

const TOMBSTONE = 0xffff_ffff;
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
  private readonly flags = new Uint8Column();
  private readonly tombstones = new Map<number, number>();
  private readonly byId = new HashSlots({ hashOf: (ordinal) => this.idHash(ordinal) });
  private readonly wantedId = new Uint32Array(WORDS_PER_ID);
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
    const ordinal = this.total++;
    this.positions.set(ordinal, position);
    this.streams.set(ordinal, stream);
    this.setId(ordinal, id);
    if (revision === TOMBSTONE_REVISION) {
      this.revisions.set(ordinal, TOMBSTONE);
      this.tombstones.set(stream, ordinal);
      return;
    }
    this.revisions.set(ordinal, revision);
    if (this.lists.length(stream) === 0) this.bases.set(stream, revision);
    this.lists.push(stream, ordinal);
    if (this.findLoadedId(stream) < 0) this.byId.insert(this.wantedHash(stream), ordinal);
  }

  /** Takes back all staged events. */
  rollback(): void {
    while (this.total > this.durable) {
      const ordinal = --this.total;
      const stream = this.streams.get(ordinal);
      if (this.revisions.get(ordinal) === TOMBSTONE) {
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
    return revision === TOMBSTONE ? TOMBSTONE_REVISION : revision;
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
    return this.bases.get(stream);
  }

  /** Ordinal of an event by its revision, -1 when it is not stored. Staged events count. */
  find(stream: number, revision: number): number {
    const index = revision - this.bases.get(stream);
    return index < 0 || index >= this.lists.length(stream) ? -1 : this.lists.get(stream, index);
  }

  /** Ordinal of the stream's tombstone, staged or not; -1 when it has none. */
  tombstone(stream: number): number {
    return this.tombstones.get(stream) ?? -1;
  }

  /** Ordinal of the first event of the stream with that id, -1 when there is none. */
  findId(stream: number, id: Uint8Array): number {
    for (let i = 0; i < WORDS_PER_ID; i++) this.wantedId[i] = word(id, i);
    return this.findLoadedId(stream);
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

  private setId(ordinal: number, id: Uint8Array): void {
    for (let i = 0; i < WORDS_PER_ID; i++) {
      const value = word(id, i);
      this.wantedId[i] = value;
      this.ids.set(ordinal * WORDS_PER_ID + i, value);
    }
  }

  private findLoadedId(stream: number): number {
    return this.byId.find(this.wantedHash(stream), (ordinal) => {
      if (this.streams.get(ordinal) !== stream) return false;
      for (let i = 0; i < WORDS_PER_ID; i++)
        if (this.ids.get(ordinal * WORDS_PER_ID + i) !== this.wantedId[i]) return false;
      return true;
    });
  }

  private wantedHash(stream: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.wantedId;
    return hashId(stream, a, b, c, d);
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

function word(id: Uint8Array, index: number): number {
  const at = index * 4;
  return (
    (((id[at] ?? 0) << 24) |
      ((id[at + 1] ?? 0) << 16) |
      ((id[at + 2] ?? 0) << 8) |
      (id[at + 3] ?? 0)) >>>
    0
  );
}

function hashId(stream: number, a: number, b: number, c: number, d: number): number {
  return mix(mix(mix(mix(mix(stream) ^ a) ^ b) ^ c) ^ d);
}
