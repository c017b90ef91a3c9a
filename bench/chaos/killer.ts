import { setTimeout } from 'node:timers/promises';
import type { Random } from './random.ts';
import type { Victim } from './victim.ts';

export type Kills = {
  /** How often each part was killed. */
  readonly of: ReadonlyMap<string, number>;
  readonly count: () => number;
  /** The longest time from a kill until the part was up again, in ms. */
  readonly outageMs: ReadonlyMap<string, number>;
};

const PAUSE_MS = [400, 1600] as const;
const DOWN_MS = [0, 1500] as const;

/**
 * Kills `wanted` times a part that is up, at random, often another while the first is still down.
 * @returns at once; `over` resolves when all have been killed and are up again
 */
export const killAtRandom = (
  victims: readonly [Victim, ...Victim[]],
  wanted: number,
  random: Random,
  signal: AbortSignal,
): { readonly kills: Kills; readonly over: Promise<void> } => {
  const of = new Map(victims.map(({ name }) => [name, 0]));
  const outageMs = new Map<string, number>();
  let count = 0;
  const killOne = async (victim: Victim): Promise<void> => {
    const since = performance.now();
    count += 1;
    of.set(victim.name, (of.get(victim.name) ?? 0) + 1);
    await victim.kill(random.whole(...DOWN_MS));
    const outage = performance.now() - since;
    outageMs.set(victim.name, Math.max(outage, outageMs.get(victim.name) ?? 0));
  };
  const all = async (): Promise<void> => {
    const recoveries: Promise<void>[] = [];
    while (count < wanted && !signal.aborted) {
      await setTimeout(random.whole(...PAUSE_MS));
      const victim = random.pick(victims);
      if (victim.isUp()) recoveries.push(killOne(victim));
    }
    await Promise.all(recoveries);
  };
  return { kills: { of, count: () => count, outageMs }, over: all() };
};
