/**
 * An open-addressing hash table of references (small non-negative integers) to keys that live
 * elsewhere. Split into parts by the hash's high bits, each of which grows by itself: no insertion
 * ever rehashes more than one part, so its cost does not depend on how much is stored.
 */
const PARTS = 4096;
const PART_SHIFT = 20;
const FIRST_CAPACITY = 8;
const REMOVED = 0xffff_ffff;

export interface HashedKeys {
  /** The 32-bit hash of the key that the reference stands for. */
  hashOf(reference: number): number;
  /** Whether the reference stands for the key that is looked for now. */
  isWanted(reference: number): boolean;
}

/** One part: slots hold reference + 1, 0 is empty; tags hold some bits of the key's hash. */
interface Part {
  readonly slots: Uint32Array;
  readonly tags: Uint8Array;
  /** Slots that are not empty, those of removed references included. */
  used: number;
}

const createPart = (capacity: number): Part => ({
  slots: new Uint32Array(capacity),
  tags: new Uint8Array(capacity),
  used: 0,
});

/** Bits that the place in the part and the choice of the part do not depend on alone. */
const tagOf = (hash: number): number => (hash >>> 12) & 0xff;

export class HashSlots {
  private readonly keys: HashedKeys;
  private readonly parts: Part[];
  private readonly noPart: Part = createPart(FIRST_CAPACITY);

  constructor(keys: HashedKeys) {
    this.keys = keys;
    // All parts share one empty array until their first insertion.
    this.parts = new Array<Part>(PARTS).fill(this.noPart);
  }

  /** Makes room for about so many references, if nothing is stored yet. */
  reserve(count: number): void {
    let capacity = FIRST_CAPACITY;
    while (capacity * 3 < (count / PARTS) * 4) capacity *= 2;
    for (let i = 0; i < PARTS; i++)
      if (this.parts[i] === this.noPart) this.parts[i] = createPart(capacity);
  }

  /** The reference to the wanted key, whose hash this is; -1 when there is none. */
  find(hash: number): number {
    const { slots, tags } = this.part(hash);
    const mask = slots.length - 1;
    const tag = tagOf(hash);
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const slot = slots[i] ?? 0;
      if (slot === 0) return -1;
      if (tags[i] === tag && slot !== REMOVED && this.keys.isWanted(slot - 1)) return slot - 1;
    }
  }

  /** Adds a reference whose key is not in the table yet. */
  insert(hash: number, reference: number): void {
    let part = this.part(hash);
    if (part === this.noPart) part = this.replace(hash, createPart(FIRST_CAPACITY));
    else if ((part.used + 1) * 4 > part.slots.length * 3) part = this.grow(hash, part);
    place(part, hash, reference + 1);
  }

  /** Adds a reference to the wanted key, whose hash this is, unless the table has one already. */
  insertIfNew(hash: number, reference: number): void {
    const part = this.part(hash);
    const { slots, tags } = part;
    const mask = slots.length - 1;
    const tag = tagOf(hash);
    let i = hash & mask;
    for (; slots[i] !== 0; i = (i + 1) & mask) {
      const slot = slots[i] ?? 0;
      if (tags[i] === tag && slot !== REMOVED && this.keys.isWanted(slot - 1)) return;
    }
    if (part === this.noPart || (part.used + 1) * 4 > slots.length * 3) {
      this.insert(hash, reference);
      return;
    }
    slots[i] = reference + 1;
    tags[i] = tag;
    part.used++;
  }

  /** Takes a reference out again (an insertion that is undone). */
  remove(hash: number, reference: number): void {
    const { slots } = this.part(hash);
    const mask = slots.length - 1;
    for (let i = hash & mask; slots[i] !== 0; i = (i + 1) & mask) {
      if (slots[i] !== reference + 1) continue;
      slots[i] = REMOVED;
      return;
    }
  }

  private part(hash: number): Part {
    return this.parts[hash >>> PART_SHIFT] ?? this.noPart;
  }

  private replace(hash: number, part: Part): Part {
    this.parts[hash >>> PART_SHIFT] = part;
    return part;
  }

  private grow(hash: number, part: Part): Part {
    const larger = createPart(part.slots.length * 2);
    for (const slot of part.slots)
      if (slot !== 0 && slot !== REMOVED) place(larger, this.keys.hashOf(slot - 1), slot);
    return this.replace(hash, larger);
  }
}

function place(part: Part, hash: number, slot: number): void {
  const { slots, tags } = part;
  const mask = slots.length - 1;
  let i = hash & mask;
  while (slots[i] !== 0) i = (i + 1) & mask;
  slots[i] = slot;
  tags[i] = tagOf(hash);
  part.used++;
}

/** Finishes a 32-bit hash so that all its bits depend on all bits put in (MurmurHash3's finalizer). */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Hash of a byte string (FNV-1a, finished by `mix`). */
export function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x0100_0193);
  return mix(hash);
}
