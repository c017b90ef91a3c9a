import { mix } from './hash-slots.ts';

/** One of the four 32-bit words of an event id. */
export function word(id: Uint8Array, index: number): number {
  const at = index * 4;
  return (
    (((id[at] ?? 0) << 24) |
      ((id[at + 1] ?? 0) << 16) |
      ((id[at + 2] ?? 0) << 8) |
      (id[at + 3] ?? 0)) >>>
    0
  );
}

/**
 * Hash of an event id within its stream. The words go in by multiplication and rotation, so that ids that count upwards spread as well.
 */
export function hashId(stream: number, a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(stream ^ 0x9e37_79b9, 0x85eb_ca6b);
  hash = combine(hash, a);
  hash = combine(hash, b);
  hash = combine(hash, c);
  return mix(combine(hash, d));
}

function combine(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, 0xcc9e_2d51);
  return product ^ (product >>> 15);
}
