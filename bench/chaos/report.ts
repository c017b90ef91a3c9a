import type { Kills } from './killer.ts';
import type { Visit } from './shop.ts';
import type { Verdict } from './verdict.ts';

const counted = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

const countBy = (names: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const outages = (longest: ReadonlyMap<string, number>): string =>
  [...longest].map(([name, ms]) => `${name} ${seconds(ms)}`).join(', ');

/** The run in figures, and everything that is wrong. */
export const reportLines = (
  visits: readonly Visit[],
  kills: Kills,
  { quietAfterMs, audit, differences, statuses, brokenPromises }: Verdict,
): readonly string[] => [
  `kills: ${kills.count()} (${counted(kills.of)})`,
  `longest outages: ${outages(kills.outageMs)}`,
  `scenarios: ${counted(countBy(visits.map(({ scenario }) => scenario)))}`,
  `orders: ${audit.orders} placed, ${visits.filter(({ orderNo }) => orderNo === null).length} refused at once`,
  `told for certain: ${counted(countBy(visits.map(({ told }) => told)))}`,
  `final: ${counted(statuses)}`,
  quietAfterMs === null
    ? 'NOT QUIET: something is still under way'
    : `quiet ${seconds(quietAfterMs)} after the last order`,
  `invariants checked: ${audit.checked.join(' ')}`,
  `differences from the provider's books: ${differences.length}`,
  ...differences.map(
    ({ kind, orderNo, ours, theirs }) =>
      `DIFFERENCE ${kind} ${orderNo}: ours ${ours ?? '–'}, theirs ${theirs ?? '–'}`,
  ),
  ...brokenPromises.map((promise) => `BROKEN PROMISE ${promise}`),
  ...audit.broken.map(
    ({ invariant, subject, detail }) => `BROKEN ${invariant} ${subject}: ${detail}`,
  ),
];

export const isClean = ({ quietAfterMs, audit, differences, brokenPromises }: Verdict): boolean =>
  quietAfterMs !== null &&
  audit.broken.length === 0 &&
  differences.length === 0 &&
  brokenPromises.length === 0;
