import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killAtRandom } from '../../../bench/chaos/killer.ts';
import { seededRandom } from '../../../bench/chaos/random.ts';
import { startVictim, type Victim } from '../../../bench/chaos/victim.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let victim: Victim | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await victim?.stop();
  await folder.remove();
});

/** Says where it is, then does what the test says. */
const start = async (andThen: string): Promise<Victim> => {
  const module = join(folder.path, 'program.mjs');
  const life = `process.send({ type: 'ready', url: 'pid:' + process.pid });\n${andThen}`;
  await writeFile(module, life);
  const logFile = join(folder.path, 'program.log');
  victim = await startVictim({ name: 'program', module, args: [], env: process.env, logFile });
  return victim;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('what is killed is gone, and up again', async () => {
  const program = await start('setInterval(() => {}, 1000);');
  const first = Number(program.url.slice('pid:'.length));
  expect(isAlive(first)).toBe(true);
  await program.kill(0);
  expect(isAlive(first)).toBe(false);
  expect(program.isUp()).toBe(true);
  expect(program.deaths()).toBe(0);
});

test('what ends without being killed is noticed, and started again', async () => {
  const program = await start('setTimeout(() => process.exit(1), 50);');
  await eventually('two deaths', () => program.deaths() >= 2);
});

test('what never becomes ready is an error that names the log', async () => {
  const module = join(folder.path, 'broken.mjs');
  await writeFile(module, 'throw new Error("broken");');
  const logFile = join(folder.path, 'broken.log');
  const broken = { name: 'broken', module, args: [], env: process.env, logFile };
  await expect(startVictim(broken)).rejects.toThrow(/broken ended at its start; see .*broken\.log/);
});

test('as many are killed as were asked for, and all are up in the end', async () => {
  const program = await start('setInterval(() => {}, 1000);');
  const { kills, over } = killAtRandom([program], 2, seededRandom(1), new AbortController().signal);
  await over;
  expect(kills.count()).toBe(2);
  expect([...kills.of]).toEqual([['program', 2]]);
  expect(program.isUp()).toBe(true);
}, 20_000);
