import * as fs from 'node:fs';
import { promisify } from 'node:util';

/** Descriptor calls without the bookkeeping of `FileHandle`, which costs more than the calls. */
export const openFile = promisify(fs.open);
export const closeFile = promisify(fs.close);
export const syncFile = promisify(fs.fsync);
export const truncateFile = promisify(fs.ftruncate);
export const statFile = promisify(fs.fstat);

/** Reads exactly so many bytes. @throws Error when the file ends before them. */
export async function readFully(fd: number, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  const read = await readUpTo(fd, bytes, offset);
  if (read < length)
    throw new Error(`the log ends at ${offset + read}, within a record of ${length} bytes`);
  return bytes;
}

/** Fills the buffer as far as the file reaches; gives the bytes read. */
export function readUpTo(fd: number, into: Buffer, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let filled = 0;
    const step = (): void => {
      fs.read(fd, into, filled, into.length - filled, offset + filled, (error, count) => {
        if (error) reject(error);
        else if (count === 0 || filled + count === into.length) resolve(filled + count);
        else {
          filled += count;
          step();
        }
      });
    };
    step();
  });
}

/**
 * Flags to open a log's file with. Where the system knows O_DSYNC, each write returns when its data
 * are on the disk (open(2)): one call instead of a write and an fdatasync.
 */
const WRITES_ARE_DURABLE = process.platform === 'linux' && fs.constants.O_DSYNC !== undefined;
const DURABLY = WRITES_ARE_DURABLE ? fs.constants.O_DSYNC : 0;
export const OPEN_LOG: number = fs.constants.O_RDWR | DURABLY;
export const CREATE_LOG: number = OPEN_LOG | fs.constants.O_CREAT | fs.constants.O_TRUNC;

const dataSync = promisify(fs.fdatasync);

/** What a log writes with; tests put a failing disk here. */
export interface Disk {
  /** Writes all bytes at the offset of a log's file; returns when they are on the disk. */
  write(fd: number, bytes: Buffer, offset: number): Promise<void>;
  /** Returns when the file's data and size are on the disk. */
  sync(fd: number): Promise<void>;
}

export const realDisk: Disk = {
  write: async (fd, bytes, offset) => {
    await writeFully(fd, bytes, offset);
    if (!WRITES_ARE_DURABLE) await dataSync(fd);
  },
  sync: dataSync,
};

/** Writes all bytes, in more than one call if the system takes fewer at once. */
export function writeFully(fd: number, bytes: Buffer, offset: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let written = 0;
    const step = (): void => {
      fs.write(fd, bytes, written, bytes.length - written, offset + written, (error, count) => {
        written += count;
        if (error) reject(error);
        else if (written === bytes.length) resolve();
        else step();
      });
    };
    step();
  });
}

/** Makes a new or renamed directory entry durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const fd = await openFile(directory, 'r');
  try {
    await syncFile(fd);
  } finally {
    await closeFile(fd);
  }
}
