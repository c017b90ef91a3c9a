import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { calm, disturb } from './chaos/faults.ts';
import { killAtRandom } from './chaos/killer.ts';
import { startMachine } from './chaos/machine.ts';
import { seededRandom } from './chaos/random.ts';
import { isClean, reportLines } from './chaos/report.ts';
import { runOrders } from './chaos/shop.ts';
import { judge } from './chaos/verdict.ts';

/** `npm run chaos -- --kills 100`: kills what the service stands on, and itself, while orders run; then audits. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    orders: { type: 'string', default: '200' },
    /** Decides who is killed when, and what the orders do. */
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** After this the run gives up and says what is unfinished. */
    minutes: { type: 'string', default: '20' },
    /** Keeps data and logs even when all is well. */
    keep: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const orders = Number(values.orders);
const random = seededRandom(Number(values.seed));
const patience = AbortSignal.timeout(Number(values.minutes) * 60_000);

const dataDir = await mkdtemp(join(tmpdir(), 'chaos-'));
console.log(`chaos: ${orders} orders, ${kills} kills, seed ${values.seed}; data in ${dataDir}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const startedAt = performance.now();
const machine = await startMachine(dataDir);
let clean = false;
try {
  await disturb(machine.sandboxUrl, Number(values.seed));
  const killing = killAtRandom(machine.victims, kills, random.fork(1), patience);
  const mayStart = (order: number): boolean =>
    killing.kills.count() >= Math.floor((order / orders) * kills);
  const [{ visits, bugs }] = await Promise.all([
    runOrders(machine, orders, random.fork(2), mayStart, patience),
    killing.over,
  ]);
  await calm(machine.sandboxUrl);
  const verdict = await judge(machine, visits, patience);
  const deaths = machine.victims.flatMap(({ name, deaths }) => Array<string>(deaths()).fill(name));
  const defects = [
    ...deaths.map((name) => `DIED BY ITSELF ${name}`),
    ...bugs.map((request) => `INTERNAL ERROR ${request}`),
  ];
  for (const line of reportLines(visits, killing.kills, verdict)) console.log(line);
  for (const defect of defects) console.log(defect);
  clean = isClean(verdict) && defects.length === 0;
} finally {
  await machine.stop();
}
const minutes = (performance.now() - startedAt) / 60_000;
console.log(
  `${clean ? 'clean' : 'NOT CLEAN'} after ${minutes.toFixed(1)} min (seed ${values.seed})`,
);
if (clean && !values.keep) await rm(dataDir, { recursive: true, force: true });
process.exitCode = clean ? 0 : 1;
