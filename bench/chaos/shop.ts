import { setTimeout } from 'node:timers/promises';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import { type Course, deal } from './scenarios.ts';
import { createShopper } from './shopper.ts';

export type Visit = Course & { readonly scenario: string };

/** Members with points that do not run out, in the sandbox's seed. */
const FIRST_MEMBER = 1001;
const MEMBERS = 200;
const AT_A_TIME = 12;
const LOOK_MS = 50;

/**
 * Runs `count` orders through their scenarios, some at a time.
 * @param mayStart whether order number n (from 0) may begin: keeps orders coming for as long as things are killed
 */
export const runOrders = async (
  machine: Machine,
  count: number,
  random: Random,
  mayStart: (order: number) => boolean,
  signal: AbortSignal,
): Promise<{ readonly visits: readonly Visit[]; readonly bugs: readonly string[] }> => {
  const visits: Visit[] = [];
  const bugs: string[] = [];
  const waiting = deal(count, random).map((scenario, order) => ({ scenario, order }));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { scenario, order } = next;
      while (!mayStart(order)) await setTimeout(LOOK_MS);
      const shopper = createShopper(machine, FIRST_MEMBER + (order % MEMBERS), signal, (bug) =>
        bugs.push(bug),
      );
      const course = await scenario.run(shopper, random.fork(order));
      visits.push({ ...course, scenario: scenario.name });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return { visits, bugs };
};
