import { StoreFailure } from '../streams/event-store.ts';
import type { StoredRecord } from './stored-record.ts';

/** One write, or a barrier (no bytes) that settles when everything before it is durable. */
export interface Commit {
  readonly bytes: Buffer | undefined;
  /** The records in those bytes. */
  readonly records: readonly StoredRecord[];
  /** Called after the sync, or with the failure that undid it. */
  readonly settle: (failure: StoreFailure | undefined) => void;
}

export interface CommitTarget {
  /** Writes and syncs; all of it or, after an error, nothing. */
  writeDurably(transactions: readonly Buffer[]): Promise<void>;
  /** The oldest so many commits are durable now: show them to readers. */
  committed(commits: readonly Commit[]): void;
  /** The disk refused: everything that was not yet committed is undone. */
  rolledBack(): void;
}

/** Bytes that go out in one write; what waits beyond them goes into the next. */
const MAX_BATCH_BYTES = 32 * 1024 * 1024;

/**
 * Joins the writes of one event-loop turn, and those that arrive while the disk is busy, into one
 * write and one sync.
 */
export class GroupCommit {
  private readonly target: CommitTarget;
  private queue: Commit[] = [];
  private running = false;
  private idleListeners: (() => void)[] = [];
  private waitingBytes = 0;

  constructor(target: CommitTarget) {
    this.target = target;
  }

  /** Bytes that wait for the disk. */
  get queuedBytes(): number {
    return this.waitingBytes;
  }

  add(commit: Commit): void {
    this.queue.push(commit);
    this.waitingBytes += commit.bytes?.length ?? 0;
    if (this.running) return;
    this.running = true;
    setImmediate(() => void this.run());
  }

  /** Resolves when all that was added so far is settled, whatever came of it. */
  barrier(): Promise<void> {
    return new Promise((resolve) =>
      this.add({ bytes: undefined, records: [], settle: () => resolve() }),
    );
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (!this.running) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) await this.flush(this.takeBatch());
    this.running = false;
    for (const resolve of this.idleListeners.splice(0)) resolve();
  }

  private takeBatch(): Commit[] {
    let bytes = 0;
    let count = 0;
    for (const commit of this.queue) {
      if (count > 0 && bytes + (commit.bytes?.length ?? 0) > MAX_BATCH_BYTES) break;
      bytes += commit.bytes?.length ?? 0;
      count++;
    }
    return this.queue.splice(0, count);
  }

  private async flush(batch: readonly Commit[]): Promise<void> {
    const transactions: Buffer[] = [];
    for (const { bytes } of batch) if (bytes) transactions.push(bytes);
    try {
      if (transactions.length > 0) await this.target.writeDurably(transactions);
    } catch (cause) {
      this.undo(batch, cause);
      return;
    }
    for (const bytes of transactions) this.waitingBytes -= bytes.length;
    this.target.committed(batch);
    for (const commit of batch) commit.settle(undefined);
  }

  /** What came after the failed batch was decided on top of it, so it fails with it. */
  private undo(batch: readonly Commit[], cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const failure = new StoreFailure(`the event log could not be written: ${reason}`, { cause });
    const undone = [...batch, ...this.queue.splice(0)];
    this.waitingBytes = 0;
    this.target.rolledBack();
    for (const commit of undone) commit.settle(failure);
  }
}
