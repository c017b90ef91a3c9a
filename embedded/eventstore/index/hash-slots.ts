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
}

export class HashSlots {
  private readonly keys: HashedKeys;
  private readonly parts: Uint32Array[];
  private readonly used: Uint32Array = new Uint32Array(PARTS);

  constructor(keys: HashedKeys) {
    this.keys = keys;
    const empty = new Uint32Array(FIRST_CAPACITY);
    // All parts share one empty array until their first insertion.
    this.parts = new Array<Uint32Array>(PARTS).fill(empty);
  }

  /** The reference whose key equals the one looked for; -1 when there is none. */
  find(hash: number, equals: (reference: number) => boolean): number {
    const slots = this.part(hash);
    const mask = slots.length - 1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const slot = slots[i] ?? 0;
      if (slot === 0) return -1;
      if (slot !== REMOVED && equals(slot - 1)) return slot - 1;
    }
  }

  /** Adds a reference whose key is not in the table yet. */
  insert(hash: number, reference: number): void {
    const part = hash >>> PART_SHIFT;
    let slots = this.part(hash);
    const used = this.used[part] ?? 0;
    if (used === 0) slots = this.replace(part, new Uint32Array(FIRST_CAPACITY));
    else if ((used + 1) * 4 > slots.length * 3) slots = this.grow(part, slots);
    this.used[part] = used + 1;
    place(slots, hash, reference + 1);
  }

  /** Takes a reference out again (an insertion that is undone). */
  remove(hash: number, reference: number): void {
    const slots = this.part(hash);
    const mask = slots.length - 1;
    for (let i = hash & mask; slots[i] !== 0; i = (i + 1) & mask) {
      if (slots[i] !== reference + 1) continue;
      slots[i] = REMOVED;
      return;
    }
  }

  private part(hash: number): Uint32Array {
    return this.parts[hash >>> PART_SHIFT] as Uint32Array;
  }

  private replace(part: number, slots: Uint32Array): Uint32Array {
    this.parts[part] = slots;
    return slots;
  }

  private grow(part: number, slots: Uint32Array): Uint32Array {
    const larger = new Uint32Array(slots.length * 2);
    let used = 0;
    for (const slot of slots) {
      if (slot === 0 || slot === REMOVED) continue;
      place(larger, this.keys.hashOf(slot - 1), slot);
      used++;
    }
    this.used[part] = used;
    return this.replace(part, larger);
  }
}

function place(slots: Uint32Array, hash: number, slot: number): void {
  const mask = slots.length - 1;
  let i = hash & mask;
  while (slots[i] !== 0) i = (i + 1) & mask;
  slots[i] = slot;
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
