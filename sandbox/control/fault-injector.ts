import type { ServiceName } from '../http/services.ts';
import type { Store } from '../store/store.ts';
import type { FaultRule } from './state.ts';

/** Decides which calls a fault strikes. */
export class FaultInjector {
  readonly #store: Store;
  /** Matching calls so far, by rule. */
  readonly #matched = new Map<string, number>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The fault that strikes this call, if any: the first in the list that matches, is not spent, and comes up. */
  strike(call: {
    readonly target: ServiceName;
    readonly operation: string;
    readonly orderNo: string | undefined;
  }): FaultRule | undefined {
    for (const { rule, matched, fired } of this.#store.world.control.faults) {
      if (rule.target !== call.target) continue;
      if (rule.operation !== undefined && rule.operation !== call.operation) continue;
      if (rule.orderNo !== undefined && rule.orderNo !== call.orderNo) continue;
      if (rule.times !== undefined && fired >= rule.times) continue;
      const draw = Math.max(this.#matched.get(rule.id) ?? 0, matched);
      this.#matched.set(rule.id, draw + 1);
      if (!comesUp(rule, draw)) continue;
      this.#store.note({ service: 'control', type: 'FaultFired', id: rule.id, matched: draw + 1 });
      return rule;
    }
    return undefined;
  }
}

function comesUp({ probability, seed }: FaultRule, draw: number): boolean {
  if (probability === undefined || probability >= 1) return true;
  return (seed === undefined ? Math.random() : seededFraction(seed, draw)) < probability;
}

/** The n-th number in [0, 1) of a seed: one step of mulberry32, a small generator with well-spread results. */
export function seededFraction(seed: number, n: number): number {
  let mixed = (seed + Math.imul(n + 1, 0x6d2b79f5)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
