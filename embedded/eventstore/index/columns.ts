/** Growing arrays of numbers in blocks: growing copies nothing, so no append pays for the size. */
const BLOCK_SHIFT = 16;
const BLOCK_SIZE = 1 << BLOCK_SHIFT;
const BLOCK_MASK = BLOCK_SIZE - 1;

type Block = Uint8Array | Uint32Array | Float64Array;

class Column<Kind extends Block> {
  private readonly blocks: Kind[] = [];
  private readonly create: (size: number) => Kind;

  constructor(create: (size: number) => Kind) {
    this.create = create;
  }

  get(index: number): number {
    return this.blocks[index >>> BLOCK_SHIFT]?.[index & BLOCK_MASK] ?? 0;
  }

  set(index: number, value: number): void {
    this.block(index)[index & BLOCK_MASK] = value;
  }

  /** Sets as many values as the array has, from the index on. */
  setAll(index: number, values: Kind): void {
    for (let done = 0; done < values.length; ) {
      const at = index + done;
      const room = BLOCK_SIZE - (at & BLOCK_MASK);
      const part = values.subarray(done, done + room);
      this.block(at).set(part, at & BLOCK_MASK);
      done += part.length;
    }
  }

  private block(index: number): Kind {
    let block = this.blocks[index >>> BLOCK_SHIFT];
    if (!block) {
      block = this.create(BLOCK_SIZE);
      this.blocks[index >>> BLOCK_SHIFT] = block;
    }
    return block;
  }
}

export class Uint32Column extends Column<Uint32Array> {
  constructor() {
    super((size) => new Uint32Array(size));
  }
}

/** Holds integers up to 2^53. */
export class Float64Column extends Column<Float64Array> {
  constructor() {
    super((size) => new Float64Array(size));
  }
}

export class Uint8Column extends Column<Uint8Array> {
  constructor() {
    super((size) => new Uint8Array(size));
  }
}
