import { mkdir } from 'node:fs/promises';
import { EventIndex } from '../index/event-index.ts';
import { EventLog } from '../log/event-log.ts';
import { type Disk, realDisk } from '../log/file-access.ts';
import { scanSegment } from '../log/segment-scan.ts';
import type { StoredRecord } from '../log/stored-record.ts';
import type { Logger } from '../logger.ts';
import { parseUuid } from '../protocol/uuid.ts';
import { isHiddenFromAll } from './event-filter.ts';
import { NO_STREAM, TOMBSTONE_REVISION } from './event-store.ts';
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

/** Opens the log in the directory, or creates it, and builds the index. */
export async function openStore(options: StoreOptions): Promise<LogStore> {
  await mkdir(options.dataDir, { recursive: true });
  const log = await EventLog.open({
    directory: options.dataDir,
    segmentBytes: options.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
    disk: options.disk ?? realDisk,
    logger: options.logger,
  });
  const index = new EventIndex(isHiddenFromAll);
  const metadata = new MetadataTable();
  await loadIndex(log, index, metadata);
  const store = new LogStore({ index, metadata, log, now: options.now ?? Date.now });
  if (index.count === 0) await writeFirstRecord(store);
  return store;
}

async function loadIndex(log: EventLog, index: EventIndex, metadata: MetadataTable): Promise<void> {
  const load = (record: StoredRecord): void => {
    const stream = index.names.findOrAdd(record.streamBytes);
    const id = parseUuid(record.id) ?? new Uint8Array(16);
    index.append(stream, record.revision, record.position, id);
    if (!index.isMetastream(stream)) return;
    if (record.revision === TOMBSTONE_REVISION) metadata.loadNone(stream);
    else metadata.load(stream, record);
  };
  for (const segment of log.all) {
    const { validEnd, fileEnd } = await scanSegment(segment, await log.fileSize(segment), load);
    if (segment === log.active) await log.endsAt(validEnd, fileEnd);
    else if (validEnd !== fileEnd)
      throw new Error(
        `${segment.file} is damaged at offset ${validEnd}, and it is not the last file of the log`,
      );
  }
  index.commit(index.count);
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
