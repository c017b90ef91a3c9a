import type { Call, RequestSink } from '../grpc/service.ts';
import { GrpcError, Status } from '../grpc/status.ts';
import {
  type BatchAppendRequest,
  type BatchError,
  type BatchOptions,
  batchError,
  batchSuccess,
  readBatchAppendRequest,
} from '../protocol/batch-append-messages.ts';
import { isUnrepresentable } from '../protocol/expectation.ts';
import { uuidText, type WireUuid } from '../protocol/uuid.ts';
import type { AppendResult, Expectation, NewEvent } from '../streams/event-store.ts';
import type { LogStore } from '../streams/log-store.ts';
import { checkProposed, isUsableName } from './proposed-events.ts';

/** An append that is not final is given up after this, whatever its deadline. */
const WRITE_TIMEOUT_MS = 2000;
/** A client that sends faster than the disk writes waits here. */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/** Bytes and number of the unfinished appends one call may hold. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
const MAX_PENDING = 10_000;

interface PendingAppend {
  readonly correlationId: WireUuid;
  readonly stream: string;
  readonly expectation: Expectation;
  readonly events: NewEvent[];
  /** Milliseconds that it may take to become final. */
  readonly patience: number;
  timer: NodeJS.Timeout | undefined;
  size: number;
}

/**
 * Streams.BatchAppend: many appends on one call, each under its correlation id. Whatever goes wrong
 * with one is answered in the band; an error of the call itself would reject all of the client's.
 */
export class BatchAppendCall implements RequestSink {
  private readonly store: LogStore;
  private readonly call: Call;
  private readonly maxAppendSize: number;
  private readonly pending = new Map<string, PendingAppend>();
  private pendingBytes = 0;
  private writing = 0;
  private noMoreRequests = false;
  private isBackedUp = false;

  constructor(store: LogStore, call: Call, maxAppendSize: number) {
    this.store = store;
    this.call = call;
    this.maxAppendSize = maxAppendSize;
    call.onClose(() => this.forgetAll());
  }

  message(bytes: Buffer): void | Promise<void> {
    this.take(readBatchAppendRequest(bytes, Date.now()));
    if (this.call.closed) return;
    if (this.store.queuedBytes > MAX_QUEUED_BYTES) return this.store.settled();
    // A client that does not read its answers is not read from either.
    if (this.isBackedUp) return this.call.writable();
  }

  halfClosed(): void {
    this.noMoreRequests = true;
    for (const key of [...this.pending.keys()]) this.refuse(key, { kind: 'timeout' });
    this.endWhenDone();
  }

  private take(request: BatchAppendRequest): void {
    const { correlationId, options } = request;
    if (!correlationId.id) {
      const error: BatchError = { kind: 'bad-request', message: 'The correlation id is no UUID.' };
      if (options) this.send(batchError(correlationId, options.stream, error));
      return;
    }
    const key = uuidText(correlationId.id);
    if (options && !this.pending.has(key) && !this.begin(key, correlationId, options)) return;
    const pending = this.pending.get(key);
    if (!pending || !this.add(key, pending, request)) return;
    if (request.isFinal) this.write(key, pending);
    // Most appends come whole in one message: only the others need a timer.
    else
      pending.timer ??= setTimeout(() => this.refuse(key, { kind: 'timeout' }), pending.patience);
  }

  /** False when it was answered at once. */
  private begin(key: string, correlationId: WireUuid, options: BatchOptions): boolean {
    const { stream, expectation, timeLeftMs = WRITE_TIMEOUT_MS } = options;
    const refuse = (error: BatchError): false => {
      this.send(batchError(correlationId, stream, error));
      return false;
    };
    if (!isUsableName(stream))
      return refuse({ kind: 'bad-request', message: 'The stream has no name, or one too long.' });
    if (!expectation || isUnrepresentable(expectation))
      return refuse({ kind: 'bad-request', message: 'No valid expected revision was given.' });
    if (timeLeftMs <= 0) return refuse({ kind: 'timeout' });
    if (this.pending.size >= MAX_PENDING || this.pendingBytes > MAX_PENDING_BYTES)
      throw new GrpcError(Status.resourceExhausted, 'Too many unfinished appends on one call.');
    const patience = Math.min(timeLeftMs, WRITE_TIMEOUT_MS);
    const started = { correlationId, stream, expectation, patience };
    this.pending.set(key, { ...started, events: [], timer: undefined, size: 0 });
    return true;
  }

  /** False when the append was refused for what was added. */
  private add(key: string, pending: PendingAppend, request: BatchAppendRequest): boolean {
    for (const proposed of request.events) {
      const checked = checkProposed(proposed);
      if (checked.kind !== 'event') {
        const message =
          checked.kind === 'malformed'
            ? checked.reason
            : 'Required metadata properties: type, content-type.';
        return this.refuse(key, { kind: 'bad-request', message });
      }
      pending.size += proposed.data.length;
      this.pendingBytes += proposed.data.length;
      if (pending.size > this.maxAppendSize)
        return this.refuse(key, { kind: 'too-large', maxAppendSize: this.maxAppendSize });
      pending.events.push(checked.event);
    }
    return true;
  }

  private write(key: string, pending: PendingAppend): void {
    this.forget(key);
    this.writing++;
    const { stream, expectation, events } = pending;
    this.store.append(stream, expectation, events).then(
      (result) => this.answer(replyTo(pending, result)),
      () => this.answer(batchError(pending.correlationId, stream, { kind: 'unknown' })),
    );
  }

  private answer(reply: Buffer): void {
    this.writing--;
    this.send(reply);
    this.endWhenDone();
  }

  private refuse(key: string, error: BatchError): false {
    const pending = this.pending.get(key);
    if (!pending) return false;
    this.forget(key);
    this.send(batchError(pending.correlationId, pending.stream, error));
    return false;
  }

  private forget(key: string): void {
    const pending = this.pending.get(key);
    if (!pending) return;
    clearTimeout(pending.timer);
    this.pendingBytes -= pending.size;
    this.pending.delete(key);
  }

  private forgetAll(): void {
    for (const key of [...this.pending.keys()]) this.forget(key);
  }

  private send(reply: Buffer): void {
    this.isBackedUp = !this.call.send(reply);
  }

  private endWhenDone(): void {
    if (this.noMoreRequests && this.writing === 0) this.call.end();
  }
}

function replyTo(pending: PendingAppend, result: AppendResult): Buffer {
  const { correlationId, stream, expectation } = pending;
  switch (result.kind) {
    case 'written':
      return batchSuccess(correlationId, stream, result);
    case 'wrong-expected-version':
      return batchError(correlationId, stream, { ...result, expectation });
    case 'stream-deleted':
      return batchError(correlationId, stream, result);
  }
}
