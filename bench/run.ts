import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { type Suite, suites } from './suites.ts';

/** `npm run bench -- [suite…]`: measures the suites that are named, or all but the long ones. */
const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(
    `no such suite: ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`,
  );
  process.exit(2);
}
const chosen = Object.entries(suites).filter(([name, suite]: [string, Suite]) =>
  positionals.length > 0 ? positionals.includes(name) : !suite.long,
);

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
console.log(
  `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${gib(totalmem())} GiB, ` +
    `Node ${process.version}, ${process.platform}; load before ${loadavg()[0]?.toFixed(1)}`,
);
const startedAt = performance.now();
for (const [name, { run }] of chosen) {
  console.log(`\n${name}`);
  const since = performance.now();
  await run();
  console.log(`  (${((performance.now() - since) / 1000).toFixed(0)} s)`);
}
console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s altogether`);
