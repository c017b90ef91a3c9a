import { expect, test } from 'vitest';
import { runCrashes } from '../../support/crash/crash-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

// `npm run crash:store -- --kills 100` is the long version.
test('a server that is killed at any moment keeps every answer, and nothing by halves', async () => {
  const folder = await temporaryFolder();
  const report = await runCrashes({ kills: 5, writers: 8, seed: 20_24, dataDir: folder.path });
  await folder.remove();
  expect(report.problems).toEqual([]);
  // Hundreds on a quiet machine; a busy one lets through few between two kills.
  expect(report.answered).toBeGreaterThan(0);
  expect(report.tornTails).toBeGreaterThan(0);
}, 240_000);
