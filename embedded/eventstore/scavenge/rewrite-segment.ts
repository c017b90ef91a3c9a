import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { realDisk, statFile, syncDirectory, syncFile } from '../log/file-access.ts';
import { createSegment, SEGMENT_HEADER_BYTES, Segment, segmentFileName } from '../log/segment.ts';
import { removeSegmentIndex, writeSegmentIndex } from '../log/segment-index.ts';
import { SegmentIndexBuilder } from '../log/segment-index-builder.ts';
import { scanSegment } from '../log/segment-scan.ts';
import { StoredRecord } from '../log/stored-record.ts';
import { repackTransaction, TRANSACTION_HEADER_BYTES } from '../log/transaction.ts';

export interface RewrittenSegment {
  readonly segment: Segment;
  /** New file offset of each record of the old file, in order; 0 for those taken out. */
  readonly offsets: Uint32Array;
  readonly fileSize: number;
}

/**
 * Writes a segment anew with only the records that `isKept` keeps, and puts it in the place of the
 * old file. A crash at any moment leaves the one or the other.
 */
export async function rewriteSegment(
  directory: string,
  old: Segment,
  isKept: (record: StoredRecord, n: number) => boolean,
): Promise<RewrittenSegment> {
  const fileName = `${segmentFileName(old.start)}.new`;
  const fresh = await createSegment(directory, old.start, { fileName, scavenged: true });
  try {
    return await rewriteInto(fresh, directory, old, isKept);
  } catch (error) {
    await fresh.retire();
    await rm(fresh.file, { force: true });
    throw error;
  }
}

async function rewriteInto(
  fresh: Segment,
  directory: string,
  old: Segment,
  isKept: (record: StoredRecord, n: number) => boolean,
): Promise<RewrittenSegment> {
  const offsets: number[] = [];
  const builder = new SegmentIndexBuilder();
  let end = SEGMENT_HEADER_BYTES;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  const writeKept = async (): Promise<void> => {
    if (kept.length === 0) return;
    const bytes = repackTransaction(kept);
    kept = [];
    keptBytes = 0;
    await realDisk.write(fresh.fd, bytes, end);
    let at = TRANSACTION_HEADER_BYTES;
    while (at < bytes.length) {
      const record = new StoredRecord(bytes, at);
      builder.add(record, end + at);
      at += record.length;
    }
    end += bytes.length;
  };
  const take = (record: StoredRecord): void => {
    if (!isKept(record, offsets.length)) {
      offsets.push(0);
      return;
    }
    offsets.push(end + TRANSACTION_HEADER_BYTES + keptBytes);
    kept.push(record.raw);
    keptBytes += record.length;
  };
  const { size } = await statFile(old.fd);
  await scanSegment(old, size, take, SEGMENT_HEADER_BYTES, writeKept);
  await syncFile(fresh.fd);
  // The index file of the old segment must not be found beside the new one.
  await removeSegmentIndex(directory, old.start);
  await syncDirectory(directory);
  await rename(fresh.file, path.join(directory, segmentFileName(old.start)));
  await syncDirectory(directory);
  await writeSegmentIndex(directory, old.start, builder.finish(end));
  const segment = new Segment(
    old.start,
    path.join(directory, segmentFileName(old.start)),
    fresh.fd,
    true,
  );
  return { segment, offsets: Uint32Array.from(offsets), fileSize: end };
}
