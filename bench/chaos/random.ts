/** Numbers that look random and are the same for the same seed. */
export type Random = {
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly fraction: () => number;
  /** A whole number from `least` to `most`, both inclusive. */
  readonly whole: (least: number, most: number) => number;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
  /** A source of its own, so that what one order draws does not depend on when the others draw. */
  readonly fork: (salt: number) => Random;
};

/** Mulberry32: small, and good enough to choose victims by. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number): number =>
    least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    whole,
    pick: ([first, ...others]) => [first, ...others][whole(0, others.length)] ?? first,
    fork: (salt) => seededRandom(Math.imul(seed ^ salt, 0x9e3779b1)),
  };
};
