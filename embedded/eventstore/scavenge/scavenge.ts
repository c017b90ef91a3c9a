import { randomBytes, randomUUID } from 'node:crypto';
import type { EventLog } from '../log/event-log.ts';
import { statFile } from '../log/file-access.ts';
import { scanSegment } from '../log/segment-scan.ts';
import { ANY, type EventStore } from '../streams/event-store.ts';
import { Retention, type RetentionParts } from './retention.ts';
import { rewriteSegment } from './rewrite-segment.ts';

export interface ScavengeResult {
  readonly id: string;
  readonly eventsRemoved: number;
  readonly bytesFreed: number;
}

/** Takes away what can no longer be read, one run at a time. */
export class Scavenger {
  private readonly store: Pick<EventStore, 'append'>;
  private readonly log: EventLog;
  private readonly parts: RetentionParts;
  private running: { readonly id: string; readonly done: Promise<ScavengeResult> } | undefined;
  private stopped = false;

  constructor(store: Pick<EventStore, 'append'>, log: EventLog, parts: RetentionParts) {
    this.store = store;
    this.log = log;
    this.parts = parts;
  }

  /** Starts a run, or joins the one under way. */
  start(): {
    readonly id: string;
    readonly alreadyRunning: boolean;
    readonly done: Promise<ScavengeResult>;
  } {
    if (this.running) return { ...this.running, alreadyRunning: true };
    const id = randomUUID();
    const done = this.run(id).finally(() => {
      this.running = undefined;
    });
    done.catch((error: unknown) =>
      this.log.options.logger.error({ err: error, scavengeId: id }, 'the scavenge failed'),
    );
    this.running = { id, done };
    return { id, alreadyRunning: false, done };
  }

  /** Ends the run under way after the segment it is at. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running?.done.catch(() => undefined);
  }

  private async run(id: string): Promise<ScavengeResult> {
    const { logger } = this.log.options;
    await this.sealActive(id);
    const retention = new Retention(this.parts);
    let eventsRemoved = 0;
    let bytesFreed = 0;
    const sealed = this.log.all.length - 1;
    for (let i = 0; i < sealed && !this.stopped; i++) {
      const result = await this.scavengeSegment(i, retention);
      eventsRemoved += result.eventsRemoved;
      bytesFreed += result.bytesFreed;
    }
    logger.info({ scavengeId: id, eventsRemoved, bytesFreed }, 'scavenge done');
    return { id, eventsRemoved, bytesFreed };
  }

  /** The segment that is written to is never rewritten: a record of the run begins a new one. */
  private async sealActive(id: string): Promise<void> {
    this.log.sealActive();
    const data = Buffer.from(JSON.stringify({ scavengeId: id }));
    const event = { type: '$scavengeStarted', isJson: true, data, metadata: Buffer.alloc(0) };
    await this.store.append(`$scavenges-${id}`, ANY, [{ ...event, id: randomBytes(16) }]);
  }

  private async scavengeSegment(
    segmentIndex: number,
    retention: Retention,
  ): Promise<{ readonly eventsRemoved: number; readonly bytesFreed: number }> {
    const { index } = this.parts;
    const segment = this.log.segment(segmentIndex);
    const first = index.ordinalAt(segment.start);
    const end = index.ordinalAt(this.log.segment(segmentIndex + 1).start);
    const stored: number[] = [];
    for (let ordinal = first; ordinal < end; ordinal++)
      if (segment.recordOffset(ordinal, index.position(ordinal)) !== undefined)
        stored.push(ordinal);
    const removed = await this.removable(segmentIndex, stored, retention);
    if (removed.size === 0) return { eventsRemoved: 0, bytesFreed: 0 };
    const { size } = await statFile(segment.fd);
    const rewritten = await rewriteSegment(
      this.log.options.directory,
      segment,
      (_record, n) => !removed.has(stored[n] ?? -1),
    );
    const offsets = new Uint32Array(end - first);
    for (const [n, ordinal] of stored.entries())
      offsets[ordinal - first] = rewritten.offsets[n] ?? 0;
    rewritten.segment.place({ firstOrdinal: first, offsets, fileSize: rewritten.fileSize });
    for (const ordinal of removed)
      index.forgetBelow(index.stream(ordinal), index.revision(ordinal) + 1);
    await this.log.replace(segmentIndex, rewritten.segment);
    return { eventsRemoved: removed.size, bytesFreed: size - rewritten.fileSize };
  }

  /** The ordinals of a segment whose events may go. */
  private async removable(
    segmentIndex: number,
    stored: readonly number[],
    retention: Retention,
  ): Promise<ReadonlySet<number>> {
    const removed = new Set<number>();
    const segment = this.log.segment(segmentIndex);
    const { size } = await statFile(segment.fd);
    let n = 0;
    await scanSegment(segment, size, (record) => {
      const ordinal = stored[n++];
      if (ordinal !== undefined && !retention.isKept(ordinal, record.created)) removed.add(ordinal);
    });
    return removed;
  }
}
