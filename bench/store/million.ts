import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../embedded/eventstore/logger.ts';
import { ANY } from '../../embedded/eventstore/streams/event-store.ts';
import { openStore } from '../../embedded/eventstore/streams/open-store.ts';
import { startStore } from './target.ts';

const EVENTS = 1_000_000;
const PER_STREAM = 20;
const PER_APPEND = 10;
const APPENDS_AT_ONCE = 500;

/** A million events of about 500 bytes in fifty thousand streams, written without a client. */
export const writeMillion = async (dataDir: string): Promise<void> => {
  const store = await openStore({ dataDir, logger: silentLogger() });
  const data = Buffer.from(JSON.stringify({ filler: 'x'.repeat(485) }));
  const streams = EVENTS / PER_STREAM;
  for (let appends = 0; appends < EVENTS / PER_APPEND; appends += APPENDS_AT_ONCE)
    await Promise.all(
      Array.from({ length: APPENDS_AT_ONCE }, (_, i) =>
        store.append(
          `order-${String((appends + i) % streams).padStart(12, '0')}`,
          ANY,
          Array.from({ length: PER_APPEND }, () => ({
            id: randomBytes(16),
            type: 'OrderPlaced',
            isJson: true,
            data,
            metadata: Buffer.alloc(0),
          })),
        ),
      ),
    );
  await store.close();
};

export type Opening = {
  /** Opening the log alone, in a process that has done so before. */
  readonly openMs: number;
  /** From the start of the process until clients can connect. */
  readonly readyMs: number;
  /** Memory of the server more than that of one with an empty log, per event. */
  readonly bytesPerEvent: number;
  readonly diskBytesPerEvent: number;
};

export const measureOpening = async (dataDir: string, emptyDir: string): Promise<Opening> => {
  const empty = await startStore(emptyDir);
  const emptyRss = empty.rss();
  await empty.stop();
  const began = performance.now();
  const full = await startStore(dataDir);
  const readyMs = performance.now() - began;
  const bytesPerEvent = (full.rss() - emptyRss) / EVENTS;
  await full.stop();
  const opened = performance.now();
  const store = await openStore({ dataDir, logger: silentLogger() });
  const openMs = performance.now() - opened;
  await store.close();
  const sizes = (await readdir(dataDir)).map(
    async (name) => (await stat(join(dataDir, name))).size,
  );
  const disk = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  return { openMs, readyMs, bytesPerEvent, diskBytesPerEvent: disk / EVENTS };
};
