import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { closeFile, openFile, readUpTo, statFile } from './file-access.ts';

/**
 * What the index needs to know of one segment, in a file of its own beside it: opening reads these
 * instead of the events. Only a shortcut: without it, or when it is damaged, the segment is scanned.
 *
 * Layout: magic (8), CRC-32 of the rest (u32), counts of events, streams and metadata bodies
 * (u32 each), covered file offset (f64), zeros up to 40; then by column: positions (f64), ids (16 bytes),
 * streams (u32, numbered within this file), revisions (u32; 2^32-1 = tombstone), file offsets (u32),
 * name lengths (u32), names, and for each metadata body: stream (u32), length (u32), bytes.
 */
const MAGIC = Buffer.from('ESDBIDX1');
const HEADER_BYTES = 40;
const CHECKED_FROM = 12;

/** Mark of a tombstone in the column of revisions. */
export const TOMBSTONE_MARK = 0xffff_ffff;

export interface MetadataBody {
  readonly stream: number;
  /** The JSON; empty when it counts as no metadata. */
  readonly body: Buffer;
}

export interface SegmentIndex {
  /** File offset up to which the segment is described. */
  readonly coveredTo: number;
  readonly names: readonly Buffer[];
  readonly positions: Float64Array;
  /** Four big-endian words for each event, as numbers. */
  readonly ids: Uint32Array;
  readonly streams: Uint32Array;
  readonly revisions: Uint32Array;
  readonly offsets: Uint32Array;
  /** The last metadata written in this segment for each stream that has any. */
  readonly metadata: readonly MetadataBody[];
}

export const indexFileName = (start: number): string =>
  `segment-${String(start).padStart(16, '0')}.index`;

/** Writes the file; it appears whole or not at all. */
export async function writeSegmentIndex(
  directory: string,
  start: number,
  index: SegmentIndex,
): Promise<void> {
  const file = path.join(directory, indexFileName(start));
  const draft = `${file}.new`;
  try {
    await writeFile(draft, encodeSegmentIndex(index));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Reads index files one after the other into the same memory: what one gives is good until the next
 * is read.
 */
export class SegmentIndexReader {
  private readonly directory: string;
  private bytes = Buffer.from(new ArrayBuffer(0));

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Undefined when there is none, or none that can be trusted. */
  async read(start: number): Promise<SegmentIndex | undefined> {
    const fd = await openFile(path.join(this.directory, indexFileName(start)), 'r').catch(() => -1);
    if (fd < 0) return undefined;
    try {
      const { size } = await statFile(fd);
      if (this.bytes.length < size) this.bytes = Buffer.from(new ArrayBuffer(size));
      const length = await readUpTo(fd, this.bytes.subarray(0, size), 0);
      return decodeSegmentIndex(this.bytes.subarray(0, length));
    } finally {
      await closeFile(fd);
    }
  }
}

export const removeSegmentIndex = (directory: string, start: number): Promise<void> =>
  rm(path.join(directory, indexFileName(start)), { force: true });

const bytesOf = (column: Float64Array | Uint32Array): Buffer =>
  Buffer.from(column.buffer, column.byteOffset, column.byteLength);

function encodeSegmentIndex(index: SegmentIndex): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const names = Buffer.concat(index.names);
  header.set(MAGIC, 0);
  header.writeUInt32LE(index.positions.length, 12);
  header.writeUInt32LE(index.names.length, 16);
  header.writeUInt32LE(index.metadata.length, 20);
  header.writeDoubleLE(index.coveredTo, 24);
  const parts: Uint8Array[] = [
    header,
    bytesOf(index.positions),
    bytesOf(index.ids),
    bytesOf(index.streams),
    bytesOf(index.revisions),
    bytesOf(index.offsets),
    bytesOf(Uint32Array.from(index.names, (name) => name.length)),
    names,
  ];
  for (const { stream, body } of index.metadata) {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(stream, 0);
    head.writeUInt32LE(body.length, 4);
    parts.push(head, body);
  }
  const bytes = Buffer.concat(parts);
  bytes.writeUInt32LE(crc32(bytes.subarray(CHECKED_FROM)), 8);
  return bytes;
}

/** Columns are native-endian: a file from a machine of the other kind fails its checks and is ignored. */
function decodeSegmentIndex(bytes: Buffer): SegmentIndex | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 8).equals(MAGIC)) return undefined;
  if (crc32(bytes.subarray(CHECKED_FROM)) !== bytes.readUInt32LE(8)) return undefined;
  const events = bytes.readUInt32LE(12);
  const streams = bytes.readUInt32LE(16);
  let at = HEADER_BYTES;
  // The columns are views on the file's bytes: the header's size keeps them aligned.
  const place = (length: number): [ArrayBufferLike, number] => {
    const start = bytes.byteOffset + at;
    at += length;
    return [bytes.buffer, start];
  };
  const positions = new Float64Array(...place(events * 8), events);
  const ids = new Uint32Array(...place(events * 16), events * 4);
  const streamOf = new Uint32Array(...place(events * 4), events);
  const revisions = new Uint32Array(...place(events * 4), events);
  const offsets = new Uint32Array(...place(events * 4), events);
  const nameLengths = new Uint32Array(...place(streams * 4), streams);
  const names: Buffer[] = [];
  for (const length of nameLengths) {
    names.push(bytes.subarray(at, at + length));
    at += length;
  }
  const metadata: MetadataBody[] = [];
  for (let i = bytes.readUInt32LE(20); i > 0; i--) {
    const length = bytes.readUInt32LE(at + 4);
    metadata.push({
      stream: bytes.readUInt32LE(at),
      body: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 8 + length;
  }
  return {
    coveredTo: bytes.readDoubleLE(24),
    names,
    positions,
    ids,
    streams: streamOf,
    revisions,
    offsets,
    metadata,
  };
}
