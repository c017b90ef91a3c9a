import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, type Measured, startClient } from './client.ts';
import { measureOpening, writeMillion } from './million.ts';
import { startFloor, startStore } from './target.ts';
import type { Task } from './tasks.ts';

const DRAINED = 100_000;
const GROUP_DRAINED = 20_000;
const SHORT_STREAMS = 200;
const MS = 3000;
const ROUNDS = 3;

/** A line of the table, and what the ratio to the floor should be at least, where something is aimed at. */
type Row = { readonly what: string; readonly task: Task; readonly aim?: number };

const rows: readonly Row[] = [
  ...[1, 16, 64, 256].map(
    (inFlight): Row => ({
      what: `appends of one event, ${inFlight} in flight`,
      task: { kind: 'append', inFlight, batch: 1, ms: MS },
      ...(inFlight >= 64 ? { aim: 0.8 } : {}),
    }),
  ),
  ...[100, 1000].map(
    (batch): Row => ({
      what: `appends of ${batch} events, 4 in flight (events)`,
      task: { kind: 'append', inFlight: 4, batch, ms: MS },
    }),
  ),
  { what: 'drain of $all (events)', task: { kind: 'drain-all', events: DRAINED } },
  { what: 'drain of a stream (events)', task: { kind: 'drain-stream', stream: 'long' } },
  ...[1, 16].map(
    (inFlight): Row => ({
      what: `reads of five events, ${inFlight} in flight`,
      task: { kind: 'short-reads', streams: SHORT_STREAMS, inFlight, ms: MS },
    }),
  ),
  {
    what: 'catch-up subscription (events)',
    task: { kind: 'catch-up', stream: 'long', events: DRAINED },
  },
  {
    what: 'persistent subscription (events)',
    task: { kind: 'group', stream: 'group', events: GROUP_DRAINED },
  },
  { what: 'append to subscriber, one at a time', task: { kind: 'latency', appends: 500 } },
];

/** Measures the embedded store beside a server that only keeps bytes in memory; prints a table. */
export const measureStore = async (): Promise<void> => {
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../../scripts/build-only.mjs', import.meta.url)),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'bench-store-'));
  try {
    const store = await startStore(join(folder, 'store'));
    const floor = await startFloor();
    const clients = [await startClient(store), await startClient(floor)] as const;
    for (const client of clients) await prepare(client);
    console.log(
      `  ${'per second'.padEnd(48)}     store    floor  ratio   server CPU µs (store, floor)`,
    );
    for (const row of rows) await measureRow(row, ...clients);
    for (const client of clients) client.stop();
    await store.stop();
    await floor.stop();
    await printOpening(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const prepare = async (client: Client): Promise<void> => {
  await client.measure({ kind: 'fill', stream: 'long', events: DRAINED });
  await client.measure({ kind: 'fill', stream: 'group', events: GROUP_DRAINED });
  for (let i = 0; i < SHORT_STREAMS; i++)
    await client.measure({ kind: 'fill', stream: `short-${i}`, events: 5 });
};

/** By turns, so that a change of the machine's mood meets both; the median of the rounds counts. */
const measureRow = async (
  { what, task, aim }: Row,
  store: Client,
  floor: Client,
): Promise<void> => {
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await store.measure(task));
    theirs.push(await floor.measure(task));
  }
  const [a, b] = [medianRound(ours), medianRound(theirs)];
  const ratio = a.rate / b.rate;
  const verdict = aim === undefined ? '' : ratio >= aim ? ` (≥ ${aim})` : ` (≥ ${aim} MISSED)`;
  const figure = (value: number, width: number): string => value.toFixed(0).padStart(width);
  console.log(
    `  ${what.padEnd(48)} ${figure(a.rate, 9)}${figure(b.rate, 9)}   ${ratio.toFixed(2)}   ${figure(a.serverCpu, 8)} ${figure(b.serverCpu, 6)}${verdict}`,
  );
  if (a.samples && b.samples)
    console.log(`  ${'  milliseconds, median and 99 %'.padEnd(48)} ${spread(a)}   ${spread(b)}`);
};

const medianRound = (rounds: readonly Measured[]): Measured => {
  const sorted = rounds.toSorted((a, b) => a.rate - b.rate);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('nothing was measured');
  return middle;
};

const spread = ({ samples = [] }: Measured): string => {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
  return `${at(0.5)} / ${at(0.99)}`;
};

const printOpening = async (folder: string): Promise<void> => {
  const dataDir = join(folder, 'million');
  await writeMillion(dataDir);
  const { openMs, readyMs, bytesPerEvent, diskBytesPerEvent } = await measureOpening(
    dataDir,
    join(folder, 'empty'),
  );
  console.log(
    `  a million events: opened in ${openMs.toFixed(0)} ms (≤ 1000), process ready in ${readyMs.toFixed(0)} ms, ` +
      `${bytesPerEvent.toFixed(0)} bytes of memory an event (≤ 100), ${diskBytesPerEvent.toFixed(0)} bytes on disk`,
  );
};
