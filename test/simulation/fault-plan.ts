import type { Random } from '../model/random.ts';
import type { CallFate } from '../model/simulated-gateways.ts';

/** What goes wrong in one run, and where it was asked. Names are those of the points: `append …: before`, `call …: after`. */
export type FaultPlan = {
  readonly crashesAt: (point: string) => boolean;
  readonly failsAt: (point: string) => boolean;
  readonly fateOf: (call: string) => CallFate;
  /** Faults are over: from here on everything works. */
  readonly end: () => void;
};

/** Every point that any run has passed, and every one at which a process was killed. */
export type Coverage = {
  readonly seen: Map<string, number>;
  readonly crashed: Map<string, number>;
};
export const newCoverage = (): Coverage => ({ seen: new Map(), crashed: new Map() });

const count = (map: Map<string, number>, key: string): void => {
  map.set(key, (map.get(key) ?? 0) + 1);
};

const services = {
  product: ['deductStock', 'restoreStock', 'returnStock', 'stockState'],
  coupon: ['redeem', 'release', 'redemption'],
  member: ['usePoints', 'refundPoints', 'refundPart', 'pointUse'],
  payment: ['confirm', 'cancel', 'byKey', 'byOrder'],
} as const;

/** One service is away, or does its work and answers nothing, for up to twenty minutes. */
const randomOutage = (
  random: Random,
  start: number,
): {
  readonly calls: readonly string[];
  readonly fate: CallFate;
  readonly from: number;
  readonly until: number;
} => {
  const from = start + random.below(10 * 60_000);
  return {
    calls: services[random.pick<keyof typeof services>(['product', 'coupon', 'member', 'payment'])],
    fate: random.pick(['not-sent', 'lost-request', 'lost-answer']),
    from,
    until: from + random.below(20 * 60_000),
  };
};

/** Faults by chance: how often is itself a matter of chance, so that some runs are calm and some are wild. */
export const randomFaults = (random: Random, coverage: Coverage, now: () => number): FaultPlan => {
  const wildness = random.pick([0, 0.3, 1, 3]);
  const outage = random.chance(0.5) ? randomOutage(random, now()) : null;
  let over = false;
  return {
    crashesAt: (point) => {
      count(coverage.seen, point);
      const crash = !over && random.chance(0.004 * wildness);
      if (crash) count(coverage.crashed, point);
      return crash;
    },
    failsAt: () => !over && random.chance(0.02 * wildness),
    fateOf: (call) => {
      if (over) return 'ok';
      if (outage?.calls.includes(call) && now() >= outage.from && now() < outage.until)
        return outage.fate;
      if (!random.chance(0.12 * wildness)) return 'ok';
      return random.pick(['not-sent', 'lost-request', 'lost-answer', 'error-answer', 'late']);
    },
    end: () => {
      over = true;
    },
  };
};

/** The faults of a random run without its crashes, and one crash instead: the first process to pass `point` is killed there. */
export const crashOnceAt = (
  point: string | null,
  faults: FaultPlan,
  coverage: Coverage,
): FaultPlan => {
  let armed = true;
  return {
    ...faults,
    crashesAt: (passed) => {
      count(coverage.seen, passed);
      if (!armed || passed !== point) return false;
      armed = false;
      count(coverage.crashed, passed);
      return true;
    },
  };
};
