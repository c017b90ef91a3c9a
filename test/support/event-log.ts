import { appendFile, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type Disk, realDisk } from '../../embedded/eventstore/log/file-access.ts';
import type { Logger } from '../../embedded/eventstore/logger.ts';
import type { EventRecord } from '../../embedded/eventstore/streams/event-record.ts';
import type { EventStore, NewEvent } from '../../embedded/eventstore/streams/event-store.ts';

/** An event whose id is made of the number. */
export const numbered = (n: number, data = `{"n":${n}}`, type = 'Tested'): NewEvent => {
  const id = Buffer.alloc(16, 0xee);
  id.writeUInt32BE(n, 12);
  return { id, type, isJson: true, data: Buffer.from(data), metadata: Buffer.alloc(0) };
};

/** All records of `$all` that are not the server's own, as `stream revision data`. */
export const userRecords = async (store: EventStore): Promise<string[]> => {
  const found: string[] = [];
  let from = 0;
  for (;;) {
    const page = await store.readAll(from, 'forwards', 100);
    for (const record of page.records)
      if (!record.stream.startsWith('$')) found.push(describe(record));
    if (page.atEnd) return found;
    from = page.next;
  }
};

/** The records of a stream, or its state when it cannot be read. */
export const streamRecords = async (store: EventStore, stream: string): Promise<string[]> => {
  const found: string[] = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page = await store.readStream(stream, from, 'forwards', 7);
    if (page.status !== 'found') return [page.status];
    found.push(...page.records.map(describe));
    from = page.next;
  }
  return found;
};

export const describe = (record: EventRecord): string =>
  `${record.stream} ${record.revision} ${record.data.toString()}`;

/** The log's files of a data directory in order. */
export const segmentFiles = async (directory: string): Promise<string[]> =>
  (await readdir(directory))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(directory, name));

export const lastSegment = async (directory: string): Promise<string> => {
  const file = (await segmentFiles(directory)).at(-1);
  if (!file) throw new Error(`no log in ${directory}`);
  return file;
};

export const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;
export const cutTo = (file: string, size: number): Promise<void> => truncate(file, size);
export const addBytes = (file: string, bytes: Buffer): Promise<void> => appendFile(file, bytes);

/** Bytes of all files in the directory. */
export const bytesIn = async (directory: string): Promise<number> => {
  const sizes = (await segmentFiles(directory)).map(sizeOf);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};

/** A disk that does what the real one does until it is told to fail. */
export class FailingDisk implements Disk {
  /** Writes after so many bytes stop short with this error. */
  failWrites: { readonly afterBytes: number; readonly error: Error } | undefined;
  /** All bytes are written, but none is known to be on the disk. */
  failSyncs: Error | undefined;
  writes = 0;

  async write(fd: number, bytes: Buffer, offset: number): Promise<void> {
    this.writes++;
    const { afterBytes = bytes.length, error = this.failSyncs } = this.failWrites ?? {};
    await realDisk.write(fd, bytes.subarray(0, afterBytes), offset);
    if (error) throw error;
  }

  async sync(fd: number): Promise<void> {
    if (this.failSyncs) throw this.failSyncs;
    await realDisk.sync(fd);
  }
}

/** Keeps what was logged. */
export class RecordingLogger implements Logger {
  readonly entries: { readonly details: object; readonly message: string }[] = [];
  readonly info = (details: object, message: string): void => this.note(details, message);
  readonly warn = this.info;
  readonly error = this.info;

  private note(details: object, message: string): void {
    this.entries.push({ details, message });
  }
}
