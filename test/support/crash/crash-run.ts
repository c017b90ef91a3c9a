import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { startChild } from '../processes/child.ts';
import { auditStream } from './crash-audit.ts';
import { CrashWriter } from './crash-writer.ts';
import { seededRandom } from './seeded-random.ts';

export interface CrashOptions {
  readonly kills: number;
  readonly writers: number;
  readonly seed: number;
  readonly dataDir: string;
  /** Told after each kill and restart. */
  readonly onKill?: (kill: number, report: CrashReport) => void;
}

export interface CrashReport {
  /** Appends answered, and events in them. */
  answered: number;
  events: number;
  /** Appends answered only after a crash, by a repeat with the same ids. */
  repeated: number;
  /** Starts that found a torn tail and cut it. */
  tornTails: number;
  /** Events that a subscriber had seen before a crash. */
  observed: number;
  readonly problems: string[];
}

const SHORTEST_LIFE_MS = 20;
const LONGEST_LIFE_MS = 250;
/** Every third crash leaves a piece of a write behind the log's end. */
const TORN_EVERY = 3;

/**
 * Kills a server (SIGKILL) at random moments while writers append and a subscriber reads, starts it
 * again and compares what it holds with what it answered and showed.
 */
export const runCrashes = async (options: CrashOptions): Promise<CrashReport> => {
  const random = seededRandom(options.seed);
  const writers = Array.from(
    { length: options.writers },
    (_, i) => new CrashWriter(`crash-${options.seed}-${i}`, random),
  );
  const observed = new Map<string, string>();
  const report: CrashReport = {
    answered: 0,
    events: 0,
    repeated: 0,
    tornTails: 0,
    observed: 0,
    problems: [],
  };
  for (let kill = 0; kill <= options.kills; kill++) {
    const server = await startChild('embedded/eventstore/main', [
      '--port',
      '0',
      '--data-dir',
      options.dataDir,
    ]);
    const client = EventStoreDBClient.connectionString(server.url);
    for (const writer of writers) report.problems.push(...(await auditStream(client, writer)));
    report.problems.push(...(await auditObserved(client, observed)));
    // Written before the server was ready, but over another pipe than the news of it.
    if (server.output().includes('torn tail')) report.tornTails++;
    count(report, writers, observed);
    options.onKill?.(kill, report);
    if (report.problems.length > 0 || kill === options.kills) {
      await client.dispose();
      await server.stop();
      break;
    }
    const watching = watch(client, observed);
    const writing = writers.map((writer) => writer.writeUntilCrash(client));
    await pause(SHORTEST_LIFE_MS + random() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS));
    await server.kill();
    await Promise.all([...writing, watching]);
    await client.dispose();
    if (kill % TORN_EVERY === 0) await tear(options.dataDir, random);
  }
  return report;
};

const count = (
  report: CrashReport,
  writers: readonly CrashWriter[],
  observed: ReadonlyMap<string, string>,
): void => {
  const all = writers.flatMap(({ acknowledged }) => acknowledged);
  report.answered = all.length;
  report.events = all.reduce((sum, { ids }) => sum + ids.length, 0);
  report.repeated = writers.reduce((sum, { repeated }) => sum + repeated, 0);
  report.observed = observed.size;
};

/** Remembers position and id of everything a subscriber to `$all` is shown. */
const watch = async (client: EventStoreDBClient, observed: Map<string, string>): Promise<void> => {
  try {
    for await (const { event } of client.subscribeToAll({ fromPosition: 'end' }))
      if (event) observed.set(String(event.position.commit), event.id);
  } catch {
    // The server was killed.
  }
};

const auditObserved = async (
  client: EventStoreDBClient,
  observed: ReadonlyMap<string, string>,
): Promise<readonly string[]> => {
  const missing = new Map(observed);
  if (missing.size === 0) return [];
  for await (const { event } of client.readAll())
    if (event && missing.get(String(event.position.commit)) === event.id)
      missing.delete(String(event.position.commit));
  return [...missing].map(
    ([position, id]) => `event ${id} was shown at ${position} and is not there`,
  );
};

/** As a power cut may: the beginning of a transaction, or zeros, behind the last whole one. */
const tear = async (dataDir: string, random: () => number): Promise<void> => {
  const last = (await readdir(dataDir))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1);
  if (last === undefined) return;
  const bytes = Buffer.alloc(1 + Math.floor(random() * 5000), random() < 0.5 ? 0 : 0x58);
  bytes.write('ETX1', 'latin1');
  await appendFile(join(dataDir, last), bytes);
};
