import path from 'node:path';
import { crc32 } from 'node:zlib';
import {
  CREATE_LOG,
  closeFile,
  OPEN_LOG,
  openFile,
  readFully,
  realDisk,
  syncDirectory,
} from './file-access.ts';

/**
 * The log is cut into files, each named after the log position at which it starts. A file begins
 * with a header of 32 bytes: magic (8), start position (f64), flags (u32; bit 0 = scavenged), CRC-32 of
 * the 20 bytes before (u32), zeros.
 */
export const SEGMENT_HEADER_BYTES = 32;
const MAGIC = Buffer.from('ESDBLOG1');
const FLAG_SCAVENGED = 1;
const FILE_NAME = /^segment-(\d{16})\.log$/;

/** Where the log of an empty database begins: as in EventStoreDB its first record lies at 548. */
export const FIRST_TRANSACTION_AT = 532;

/** Where the records of a scavenged segment lie: offset 0 for those taken out. */
export interface ScavengedPlaces {
  readonly firstOrdinal: number;
  readonly offsets: Uint32Array;
  readonly fileSize: number;
}

export class Segment {
  /** Log position of its first transaction. */
  readonly start: number;
  readonly file: string;
  readonly fd: number;
  /** True when records were taken out: file offsets no longer follow from positions. */
  readonly scavenged: boolean;

  private readers = 0;
  private retired = false;
  private places: ScavengedPlaces | undefined;

  constructor(start: number, file: string, fd: number, scavenged: boolean) {
    this.start = start;
    this.file = file;
    this.fd = fd;
    this.scavenged = scavenged;
  }

  /** Tells a scavenged segment where its records lie. */
  place(places: ScavengedPlaces): void {
    this.places = places;
  }

  /** File offset of a record, undefined when a scavenge has taken it out. */
  recordOffset(ordinal: number, position: number): number | undefined {
    if (!this.places) return this.offsetOf(position);
    return this.places.offsets[ordinal - this.places.firstOrdinal] || undefined;
  }

  /** File offset that a record cannot reach beyond. */
  recordEnd(ordinal: number, followingPosition: number): number {
    if (!this.places) return this.offsetOf(followingPosition);
    const { offsets, firstOrdinal, fileSize } = this.places;
    for (let i = ordinal - firstOrdinal + 1; i < offsets.length; i++)
      if (offsets[i]) return offsets[i] ?? fileSize;
    return fileSize;
  }

  /** File offset of a log position; not for scavenged segments. */
  offsetOf(position: number): number {
    return position - this.start + SEGMENT_HEADER_BYTES;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    this.readers++;
    try {
      return await readFully(this.fd, offset, length);
    } finally {
      this.readers--;
      if (this.retired && this.readers === 0) await closeFile(this.fd);
    }
  }

  /** Closes the file once the reads under way are done. */
  async retire(): Promise<void> {
    if (this.retired) return;
    this.retired = true;
    if (this.readers === 0) await closeFile(this.fd);
  }
}

export const segmentFileName = (start: number): string =>
  `segment-${String(start).padStart(16, '0')}.log`;

/** Start position from a file's name, undefined for other files. */
export function segmentStart(fileName: string): number | undefined {
  const match = FILE_NAME.exec(fileName);
  return match ? Number(match[1]) : undefined;
}

/** Writes the header of a new, durable segment file. */
export async function createSegment(
  directory: string,
  start: number,
  options: { readonly fileName?: string; readonly scavenged?: boolean } = {},
): Promise<Segment> {
  const file = path.join(directory, options.fileName ?? segmentFileName(start));
  const scavenged = options.scavenged ?? false;
  const fd = await openFile(file, CREATE_LOG);
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeDoubleLE(start, 8);
  header.writeUInt32LE(scavenged ? FLAG_SCAVENGED : 0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, 20)), 20);
  try {
    await realDisk.write(fd, header, 0);
    await syncDirectory(directory);
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
  return new Segment(start, file, fd, scavenged);
}

/** Opens a segment file. @throws Error when its header is damaged. */
export async function openSegment(directory: string, fileName: string): Promise<Segment> {
  const file = path.join(directory, fileName);
  const fd = await openFile(file, OPEN_LOG);
  try {
    const header = await readFully(fd, 0, SEGMENT_HEADER_BYTES);
    const whole = header.subarray(0, 8).equals(MAGIC);
    if (!whole || crc32(header.subarray(0, 20)) !== header.readUInt32LE(20))
      throw new Error(`${file} is not a segment of an event log, or its header is damaged`);
    const scavenged = (header.readUInt32LE(16) & FLAG_SCAVENGED) !== 0;
    return new Segment(header.readDoubleLE(8), file, fd, scavenged);
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
}
