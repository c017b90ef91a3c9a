import { mkdir } from 'node:fs/promises';
import { EventIndex } from '../index/event-index.ts';
import { EventLog } from '../log/event-log.ts';
import { type Disk, realDisk } from '../log/file-access.ts';
import { lockDirectory } from '../log/lock-file.ts';
import type { Logger } from '../logger.ts';
import { parseUuid } from '../protocol/uuid.ts';
import { isHiddenFromAll } from './event-filter.ts';
import { NO_STREAM } from './event-store.ts';
import { loadIndex } from './load-index.ts';
import { LogStore } from './log-store.ts';
import { MetadataTable } from './metadata-table.ts';

export interface StoreOptions {
  readonly dataDir: string;
  readonly logger: Logger;
  /** A log file that reached this size is followed by the next one. */
  readonly segmentBytes?: number;
  readonly disk?: Disk;
  readonly now?: () => number;
}

const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;

/**
 * Opens the log in the directory, or creates it, and builds the index.
 * @throws DirectoryInUse when another process holds the directory
 */
export async function openStore(options: StoreOptions): Promise<LogStore> {
  await mkdir(options.dataDir, { recursive: true });
  const unlock = await lockDirectory(options.dataDir);
  try {
    return await openLocked(options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openLocked(options: StoreOptions, unlock: () => Promise<void>): Promise<LogStore> {
  const log = await EventLog.open({
    directory: options.dataDir,
    segmentBytes: options.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
    disk: options.disk ?? realDisk,
    logger: options.logger,
  });
  const index = new EventIndex(isHiddenFromAll);
  const metadata = new MetadataTable();
  const now = options.now ?? Date.now;
  try {
    await loadIndex(log, index, metadata);
    const store = new LogStore({ index, metadata, log, now, unlock });
    if (index.count === 0) await writeFirstRecord(store);
    return store;
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** As in EventStoreDB the log is never empty: clients rely on records before their own. */
async function writeFirstRecord(store: LogStore): Promise<void> {
  const body = '{"$maxAge":2592000}';
  const id = parseUuid('5f9a3d0e-6e0c-4c43-8a43-0f3f8a5e6d11') ?? new Uint8Array(16);
  const event = {
    id,
    type: '$metadata',
    isJson: true,
    data: Buffer.from(body),
    metadata: Buffer.alloc(0),
  };
  await store.append('$$$scavenges', NO_STREAM, [event]);
}
