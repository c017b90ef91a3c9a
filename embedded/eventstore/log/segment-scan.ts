import { readUpTo } from './file-access.ts';
import { SEGMENT_HEADER_BYTES, type Segment } from './segment.ts';
import { StoredRecord } from './stored-record.ts';
import { findTransaction, TRANSACTION_HEADER_BYTES } from './transaction.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

export interface ScanResult {
  /** File offset behind the last whole transaction. */
  readonly validEnd: number;
  /** File offset of its end: more than `validEnd` when the tail is torn. */
  readonly fileEnd: number;
}

/**
 * Reads a segment from a file offset on and hands out the records of its whole transactions, with
 * their file offsets. Stops at the first transaction that is cut short or fails its CRC. The bytes
 * of a record may be kept until `afterChunk` has run.
 */
export async function scanSegment(
  segment: Segment,
  fileSize: number,
  onRecord: (record: StoredRecord, offset: number) => void,
  from: number = SEGMENT_HEADER_BYTES,
  afterChunk?: () => Promise<void>,
): Promise<ScanResult> {
  let offset = from;
  let chunkBytes = CHUNK_BYTES;
  const reusable = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, fileSize - from));
  while (offset < fileSize) {
    const wanted = Math.min(chunkBytes, fileSize - offset);
    const target =
      wanted <= reusable.length ? reusable.subarray(0, wanted) : Buffer.allocUnsafe(wanted);
    const chunk = target.subarray(0, await readUpTo(segment.fd, target, offset));
    const consumed = handOut(chunk, offset, onRecord);
    offset += consumed.bytes;
    chunkBytes = CHUNK_BYTES;
    if (afterChunk) await afterChunk();
    if (consumed.bytes > 0) continue;
    // Either a transaction larger than the chunk, or the torn tail.
    if (consumed.needed > chunk.length && consumed.needed <= fileSize - offset)
      chunkBytes = consumed.needed;
    else break;
  }
  return { validEnd: offset, fileEnd: fileSize };
}

function handOut(
  chunk: Buffer,
  chunkOffset: number,
  onRecord: (record: StoredRecord, offset: number) => void,
): { readonly bytes: number; readonly needed: number } {
  let at = 0;
  while (at < chunk.length) {
    const found = findTransaction(chunk, at);
    if (found.kind !== 'whole')
      return { bytes: at, needed: found.kind === 'partial' ? found.bytesNeeded : 0 };
    let recordAt = at + TRANSACTION_HEADER_BYTES;
    while (recordAt < found.end) {
      const record = new StoredRecord(chunk, recordAt);
      onRecord(record, chunkOffset + recordAt);
      recordAt += record.length;
    }
    at = found.end;
  }
  return { bytes: at, needed: 0 };
}
