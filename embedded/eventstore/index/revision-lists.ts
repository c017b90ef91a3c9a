import { Uint8Column, Uint32Column } from './columns.ts';

/**
 * For each stream the list of its events' ordinals, in order. Short lists live in slots of a shared
 * pool whose size doubles as the list grows (outgrown slots are used again); a list longer than the
 * largest slot continues in chunks of its own, so that nothing long is ever copied.
 */
const PAGE_SHIFT = 16;
const PAGE_SIZE = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_SIZE - 1;
const LARGEST_CLASS = 12;
const CHUNK_SHIFT = LARGEST_CLASS;
const CHUNK_SIZE = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK_SIZE - 1;
const CHUNKED = 255;

export class RevisionLists {
  private readonly counts = new Uint32Column();
  private readonly slots = new Uint32Column();
  /** log2 of the slot's size plus one; 0 = no slot yet. */
  private readonly classes = new Uint8Column();
  private readonly chunked = new Map<number, Uint32Array[]>();
  private readonly pages: Uint32Array[] = [];
  private pageUsed = PAGE_SIZE;
  private readonly free: number[][] = Array.from({ length: LARGEST_CLASS + 1 }, () => []);

  length(stream: number): number {
    return this.counts.get(stream);
  }

  get(stream: number, index: number): number {
    if (this.classes.get(stream) === CHUNKED)
      return this.chunked.get(stream)?.[index >>> CHUNK_SHIFT]?.[index & CHUNK_MASK] ?? 0;
    const at = this.slots.get(stream) + index;
    return this.pages[at >>> PAGE_SHIFT]?.[at & PAGE_MASK] ?? 0;
  }

  push(stream: number, ordinal: number): void {
    const count = this.counts.get(stream);
    this.counts.set(stream, count + 1);
    const sizeClass = this.classes.get(stream);
    if (sizeClass === CHUNKED) this.pushChunked(stream, count, ordinal);
    else if (sizeClass > 0 && count < 1 << (sizeClass - 1))
      this.write(this.slots.get(stream) + count, ordinal);
    else if (sizeClass > LARGEST_CLASS) this.toChunks(stream, count, ordinal);
    else this.enlarge(stream, sizeClass, count, ordinal);
  }

  /** Empties the list; its slot is used on. */
  clear(stream: number): void {
    this.counts.set(stream, 0);
  }

  /** Takes the last ordinal off again. */
  pop(stream: number): void {
    this.counts.set(stream, this.counts.get(stream) - 1);
  }

  private pushChunked(stream: number, count: number, ordinal: number): void {
    const chunks = this.chunked.get(stream) ?? [];
    let chunk = chunks[count >>> CHUNK_SHIFT];
    if (!chunk) {
      chunk = new Uint32Array(CHUNK_SIZE);
      chunks[count >>> CHUNK_SHIFT] = chunk;
    }
    chunk[count & CHUNK_MASK] = ordinal;
  }

  private toChunks(stream: number, count: number, ordinal: number): void {
    const slot = this.slots.get(stream);
    const first = new Uint32Array(CHUNK_SIZE);
    for (let i = 0; i < CHUNK_SIZE; i++) first[i] = this.read(slot + i);
    this.chunked.set(stream, [first]);
    this.free[LARGEST_CLASS]?.push(slot);
    this.classes.set(stream, CHUNKED);
    this.pushChunked(stream, count, ordinal);
  }

  private enlarge(stream: number, sizeClass: number, count: number, ordinal: number): void {
    const slot = this.allocate(sizeClass);
    const old = this.slots.get(stream);
    for (let i = 0; i < count; i++) this.write(slot + i, this.read(old + i));
    if (sizeClass > 0) this.free[sizeClass - 1]?.push(old);
    this.slots.set(stream, slot);
    this.classes.set(stream, sizeClass + 1);
    this.write(slot + count, ordinal);
  }

  /** A slot of 2^sizeClass entries; slots never cross pages because sizes are powers of two. */
  private allocate(sizeClass: number): number {
    const reused = this.free[sizeClass]?.pop();
    if (reused !== undefined) return reused;
    const size = 1 << sizeClass;
    const aligned = Math.ceil(this.pageUsed / size) * size;
    this.pageUsed = aligned;
    if (this.pageUsed + size > PAGE_SIZE) {
      this.pages.push(new Uint32Array(PAGE_SIZE));
      this.pageUsed = 0;
    }
    const slot = (this.pages.length - 1) * PAGE_SIZE + this.pageUsed;
    this.pageUsed += size;
    return slot;
  }

  private read(at: number): number {
    return this.pages[at >>> PAGE_SHIFT]?.[at & PAGE_MASK] ?? 0;
  }

  private write(at: number, value: number): void {
    const page = this.pages[at >>> PAGE_SHIFT];
    if (page) page[at & PAGE_MASK] = value;
  }
}
