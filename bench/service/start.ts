import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './figures.ts';
import { freePort, jwtSecret, untilAnswers } from './stand.ts';
import { shoppers } from './tokens.ts';
import { end } from './worker.ts';

const LATER_STARTS = 3;
const REACH_SECONDS = { first: 5, later: 2.5 };

/** `npm start` without npm, until a member's cart is answered; packages and build are there already. */
const startOnce = async (dataDir: string, authorization: string): Promise<number> => {
  const port = await freePort();
  const since = performance.now();
  const script = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: String(port),
      JWT_SECRET: jwtSecret,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await untilAnswers(`http://127.0.0.1:${port}/carts`, { authorization });
    return (performance.now() - since) / 1000;
  } finally {
    await end(child);
  }
};

/** From the command to the first answered request: on an empty data directory, then on a used one. */
export const measureStart = async (): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'order-bench-start-'));
  try {
    const [member] = await shoppers();
    const authorization = member?.authorization ?? '';
    const first = await startOnce(dataDir, authorization);
    const later: number[] = [];
    for (let start = 0; start < LATER_STARTS; start += 1)
      later.push(await startOnce(dataDir, authorization));
    const line = (what: string, seconds: number, reach: number): void =>
      console.log(
        `  ${what.padEnd(42)} ${seconds.toFixed(2)} s (≤ ${reach}: ${seconds <= reach ? 'met' : 'MISSED'})`,
      );
    line('start to first answer, empty data directory', first, REACH_SECONDS.first);
    line('start to first answer, later (median)', median(later), REACH_SECONDS.later);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};
