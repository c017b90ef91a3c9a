import { parseArgs } from 'node:util';
import { runCrashes } from '../test/support/crash/crash-run.ts';
import { temporaryFolder } from '../test/support/temporary-folder.ts';

/** `npm run crash:store -- --kills 100 --writers 16 --seed 1`: ends with 1 when anything answered was lost. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    writers: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
  },
});
const folder = await temporaryFolder();
const began = performance.now();
const report = await runCrashes({
  kills: Number(values.kills),
  writers: Number(values.writers),
  seed: Number(values.seed),
  dataDir: folder.path,
  onKill: (kill, { answered, problems }) => {
    if (kill % 10 === 0)
      process.stdout.write(
        `${kill} kills, ${answered} appends answered, ${problems.length} problems\n`,
      );
  },
});
await folder.remove();
const seconds = Math.round((performance.now() - began) / 1000);
process.stdout.write(
  `${JSON.stringify({ seed: Number(values.seed), seconds, ...report }, null, 2)}\n`,
);
process.exitCode = report.problems.length > 0 ? 1 : 0;
