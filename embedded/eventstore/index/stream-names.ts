import { Uint32Column } from './columns.ts';
import { HashSlots, hashBytes } from './hash-slots.ts';

const PAGE_BYTES = 1024 * 1024;

/** Numbers the streams in the order of their first event, and finds the number by name. */
export class StreamNames {
  private readonly slots = new HashSlots({
    hashOf: (stream) => this.hashes.get(stream),
    isWanted: (stream) => this.equals(stream, this.wanted),
  });
  private readonly hashes = new Uint32Column();
  private readonly starts = new Uint32Column();
  private readonly lengths = new Uint32Column();
  private readonly pages: Buffer[] = [];
  private pageUsed = PAGE_BYTES;
  private known = 0;
  private wanted: Buffer = Buffer.alloc(0);

  get count(): number {
    return this.known;
  }

  /** The stream's number, -1 when it was never written. */
  find(name: Buffer): number {
    this.wanted = name;
    return this.slots.find(hashBytes(name));
  }

  /** The stream's number, a new one for a new name. */
  findOrAdd(name: Buffer): number {
    const hash = hashBytes(name);
    this.wanted = name;
    const found = this.slots.find(hash);
    if (found >= 0) return found;
    const stream = this.known++;
    this.hashes.set(stream, hash);
    this.starts.set(stream, this.store(name));
    this.lengths.set(stream, name.length);
    this.slots.insert(hash, stream);
    return stream;
  }

  /** The name in UTF-8; a view that must not be changed. */
  bytes(stream: number): Buffer {
    const start = this.starts.get(stream);
    const page = this.pages[Math.floor(start / PAGE_BYTES)] ?? Buffer.alloc(0);
    const at = start % PAGE_BYTES;
    return page.subarray(at, at + this.lengths.get(stream));
  }

  name(stream: number): string {
    return this.bytes(stream).toString('utf8');
  }

  private equals(stream: number, name: Buffer): boolean {
    return this.lengths.get(stream) === name.length && this.bytes(stream).equals(name);
  }

  private store(name: Buffer): number {
    if (this.pageUsed + name.length > PAGE_BYTES) {
      this.pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
      this.pageUsed = 0;
    }
    const start = (this.pages.length - 1) * PAGE_BYTES + this.pageUsed;
    name.copy(this.pages.at(-1) ?? Buffer.alloc(0), this.pageUsed);
    this.pageUsed += name.length;
    return start;
  }
}
