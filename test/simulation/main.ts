import { parseArgs } from 'node:util';
import { newCoverage, randomFaults } from './fault-plan.ts';
import { simulate } from './simulation.ts';

/** `npm run simulate -- --seeds 1000 [--from 1] [--orders 12]`: prints every seed that broke something, and figures. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    orders: { type: 'string', default: '12' },
  },
});
const from = Number(values.from);
const seeds = Number(values.seeds);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const coverage = newCoverage();
const endings: Record<string, number> = {};
let kills = 0;
let events = 0;
let failures = 0;
const startedAt = process.hrtime.bigint();
for (let seed = from; seed < from + seeds; seed += 1) {
  const result = await simulate({
    seed,
    orders: Number(values.orders),
    processes: 2,
    faults: (random, now) => randomFaults(random, coverage, now),
  });
  kills += result.kills;
  events += result.events;
  for (const [status, count] of Object.entries(result.endings))
    endings[status] = (endings[status] ?? 0) + count;
  if (result.broken.length === 0) continue;
  failures += 1;
  print(`seed ${seed}:`);
  for (const { invariant, subject, detail } of result.broken)
    print(`  ${invariant} ${subject}: ${detail}`);
}
const seconds = Number((process.hrtime.bigint() - startedAt) / 1_000_000n) / 1_000;
print(`${seeds} seeds from ${from} in ${seconds} s: ${failures} broke an invariant`);
print(`${kills} kills, ${events} events, orders by ending: ${JSON.stringify(endings)}`);
print(`${coverage.crashed.size} of ${coverage.seen.size} fault points were crashed at`);
process.exitCode = failures > 0 ? 1 : 0;
