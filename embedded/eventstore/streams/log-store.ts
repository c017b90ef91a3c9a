import type { EventIndex } from '../index/event-index.ts';
import type { EventLog } from '../log/event-log.ts';
import { type Commit, type CommitTarget, GroupCommit } from '../log/group-commit.ts';
import { RecordReader } from '../log/record-reader.ts';
import type { StoredRecord } from '../log/stored-record.ts';
import { Scavenger } from '../scavenge/scavenge.ts';
import type { EventRecord } from './event-record.ts';
import type {
  AllPage,
  AppendResult,
  Direction,
  EventStore,
  Expectation,
  NewEvent,
  ResolvedEvent,
  StreamPage,
  StreamState,
} from './event-store.ts';
import { IndexFiles } from './index-files.ts';
import type { MetadataTable } from './metadata-table.ts';
import { StreamCatalogue } from './stream-catalogue.ts';
import { StreamReader } from './stream-reader.ts';
import { StreamWriter } from './stream-writer.ts';

export interface LogStoreParts {
  readonly index: EventIndex;
  readonly metadata: MetadataTable;
  readonly log: EventLog;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Lets go of the data directory. */
  readonly unlock: () => Promise<void>;
}

/** The event store over the log: joins writer, reader and commit listeners. */
export class LogStore implements EventStore, CommitTarget {
  readonly catalogue: StreamCatalogue;
  readonly scavenger: Scavenger;
  private readonly parts: LogStoreParts;
  private readonly commits: GroupCommit;
  private readonly records: RecordReader;
  private readonly reader: StreamReader;
  private readonly writer: StreamWriter;
  private readonly indexFiles: IndexFiles;
  private readonly listeners = new Set<(records: readonly EventRecord[]) => void>();

  constructor(parts: LogStoreParts) {
    const { index, metadata, log, now } = parts;
    this.parts = parts;
    this.catalogue = new StreamCatalogue(index, metadata);
    this.commits = new GroupCommit(this);
    this.scavenger = new Scavenger(this, log, { index, catalogue: this.catalogue, now });
    this.indexFiles = new IndexFiles(log, index, metadata);
    this.records = new RecordReader(index, log);
    this.reader = new StreamReader(index, this.catalogue, this.records, now);
    this.writer = new StreamWriter({
      index,
      metadata,
      now,
      catalogue: this.catalogue,
      commits: this.commits,
      end: log.end,
    });
  }

  append(
    stream: string,
    expectation: Expectation,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    return this.writer.append(stream, expectation, events);
  }

  deleteStream(stream: string, expectation: Expectation): Promise<AppendResult> {
    return this.writer.deleteStream(stream, expectation);
  }

  tombstoneStream(stream: string, expectation: Expectation): Promise<AppendResult> {
    return this.writer.tombstoneStream(stream, expectation);
  }

  streamState(stream: string): StreamState {
    return this.catalogue.state(stream);
  }

  streamMetadata(stream: string): Readonly<Record<string, unknown>> | undefined {
    const text = this.catalogue.committedMetadata(stream)?.text;
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
  }

  readStream(
    stream: string,
    from: number,
    direction: Direction,
    limit: number,
  ): Promise<StreamPage> {
    return this.reader.readStream(stream, from, direction, limit);
  }

  readAll(from: number, direction: Direction, limit: number): Promise<AllPage> {
    return this.reader.readAll(from, direction, limit);
  }

  resolve(record: EventRecord): Promise<ResolvedEvent> {
    return this.reader.resolve(record);
  }

  get endPosition(): number {
    return this.lastPosition + 1;
  }

  get lastPosition(): number {
    const { committed } = this.parts.index;
    return committed === 0 ? -1 : this.parts.index.position(committed - 1);
  }

  /** Bytes decided but not durable yet: callers that stream slow down above a limit of theirs. */
  get queuedBytes(): number {
    return this.commits.queuedBytes;
  }

  /** Resolves when all writes decided so far are durable, or failed. */
  settled(): Promise<void> {
    return this.commits.barrier();
  }

  onCommitted(listener: (records: readonly EventRecord[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  writeDurably(transactions: readonly Buffer[]): Promise<void> {
    return this.parts.log.writeDurably(transactions);
  }

  committed(commits: readonly Commit[]): void {
    const { index, metadata } = this.parts;
    const records: StoredRecord[] = [];
    for (const commit of commits) for (const record of commit.records) records.push(record);
    if (records.length === 0) return;
    const first = index.committed;
    index.commit(first + records.length);
    metadata.commit(index.committed);
    this.records.remember(first, records);
    this.indexFiles.committed();
    for (const listener of this.listeners) listener(records);
  }

  rolledBack(): void {
    this.parts.index.rollback();
    this.parts.metadata.rollback();
    this.writer.rolledBack(this.parts.log.end);
  }

  /** Takes no more writes, waits for those under way, and closes the files. */
  async close(): Promise<void> {
    await this.scavenger.stop();
    this.writer.stop();
    await this.commits.idle();
    await this.indexFiles.close();
    await this.parts.log.close();
    await this.parts.unlock();
  }
}
