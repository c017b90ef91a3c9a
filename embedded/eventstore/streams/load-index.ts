import type { EventIndex } from '../index/event-index.ts';
import type { EventLog } from '../log/event-log.ts';
import { SEGMENT_HEADER_BYTES, type Segment } from '../log/segment.ts';
import { type SegmentIndex, SegmentIndexReader, writeSegmentIndex } from '../log/segment-index.ts';
import { SegmentIndexBuilder } from '../log/segment-index-builder.ts';
import { scanSegment } from '../log/segment-scan.ts';
import type { MetadataTable } from './metadata-table.ts';

/** Builds the index from the segments: from their index files where they are whole, else from the events. */
export async function loadIndex(
  log: EventLog,
  index: EventIndex,
  metadata: MetadataTable,
): Promise<void> {
  const files = new SegmentIndexReader(log.options.directory);
  for (const segment of log.all) {
    const known = await files.read(segment.start);
    const size = await log.fileSize(segment);
    if (known && index.count === 0) index.reserve(known.positions.length * log.all.length);
    const usable = known !== undefined && known.coveredTo <= size;
    if (usable) loadSegment(segment, known, size, index, metadata);
    await loadRest(segment, usable ? known.coveredTo : SEGMENT_HEADER_BYTES, size, {
      log,
      index,
      metadata,
    });
  }
}

interface Loading {
  readonly log: EventLog;
  readonly index: EventIndex;
  readonly metadata: MetadataTable;
}

/** Scans what the index file does not cover. Only the last segment may end in a torn write. */
async function loadRest(
  segment: Segment,
  from: number,
  size: number,
  { log, index, metadata }: Loading,
): Promise<void> {
  const isActive = segment === log.active;
  const builder = new SegmentIndexBuilder();
  const add = builder.add.bind(builder);
  const { validEnd, fileEnd } = await scanSegment(segment, size, add, from);
  if (!isActive && validEnd !== fileEnd)
    throw new Error(
      `${segment.file} is damaged at offset ${validEnd}, and it is not the last file of the log`,
    );
  if (isActive) await log.endsAt(validEnd, fileEnd);
  if (validEnd === from) return;
  const rest = builder.finish(validEnd);
  loadSegment(segment, rest, size, index, metadata);
  // A sealed segment gets its file now if a crash came before it could be written.
  if (!isActive && from === SEGMENT_HEADER_BYTES)
    await writeSegmentIndex(log.options.directory, segment.start, rest);
}

function loadSegment(
  segment: Segment,
  known: SegmentIndex,
  fileSize: number,
  index: EventIndex,
  metadata: MetadataTable,
): void {
  if (segment.scavenged)
    segment.place({ firstOrdinal: index.count, offsets: known.offsets.slice(), fileSize });
  index.load(known);
  for (const { stream, body } of known.metadata) {
    const name = known.names[stream];
    if (name) metadata.load(index.names.findOrAdd(name), body);
  }
}

/** Describes committed events of a segment that was not scavenged, for its index file. */
export function describeSegment(
  segment: Segment,
  coveredTo: number,
  from: number,
  to: number,
  { index, metadata }: Pick<Loading, 'index' | 'metadata'>,
): SegmentIndex {
  const { names, numbers, positions, ids, streams, revisions } = index.export(from, to);
  const offsets = Uint32Array.from(positions, (position) => segment.offsetOf(position));
  const bodies = numbers.flatMap((number, stream) => {
    if (!index.isMetastream(number)) return [];
    return [{ stream, body: Buffer.from(metadata.committed(number)?.text ?? '') }];
  });
  return { coveredTo, names, positions, ids, streams, revisions, offsets, metadata: bodies };
}
