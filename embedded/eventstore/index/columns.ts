/** Growing arrays of numbers in blocks: growing copies nothing, so no append pays for the size. */
const BLOCK_SHIFT = 16;
const BLOCK_SIZE = 1 << BLOCK_SHIFT;
const BLOCK_MASK = BLOCK_SIZE - 1;

export class Uint32Column {
  private readonly blocks: Uint32Array[] = [];

  get(index: number): number {
    return this.blocks[index >>> BLOCK_SHIFT]?.[index & BLOCK_MASK] ?? 0;
  }

  set(index: number, value: number): void {
    let block = this.blocks[index >>> BLOCK_SHIFT];
    if (!block) {
      block = new Uint32Array(BLOCK_SIZE);
      this.blocks[index >>> BLOCK_SHIFT] = block;
    }
    block[index & BLOCK_MASK] = value;
  }
}

/** Holds integers up to 2^53. */
export class Float64Column {
  private readonly blocks: Float64Array[] = [];

  get(index: number): number {
    return this.blocks[index >>> BLOCK_SHIFT]?.[index & BLOCK_MASK] ?? 0;
  }

  set(index: number, value: number): void {
    let block = this.blocks[index >>> BLOCK_SHIFT];
    if (!block) {
      block = new Float64Array(BLOCK_SIZE);
      this.blocks[index >>> BLOCK_SHIFT] = block;
    }
    block[index & BLOCK_MASK] = value;
  }
}

export class Uint8Column {
  private readonly blocks: Uint8Array[] = [];

  get(index: number): number {
    return this.blocks[index >>> BLOCK_SHIFT]?.[index & BLOCK_MASK] ?? 0;
  }

  set(index: number, value: number): void {
    let block = this.blocks[index >>> BLOCK_SHIFT];
    if (!block) {
      block = new Uint8Array(BLOCK_SIZE);
      this.blocks[index >>> BLOCK_SHIFT] = block;
    }
    block[index & BLOCK_MASK] = value;
  }
}
