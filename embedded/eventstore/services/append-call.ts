import type { Call, RequestSink } from '../grpc/service.ts';
import { handlerFailure, invalidArgument } from '../grpc/status.ts';
import { appendRefusal, appendReply } from '../protocol/append-replies.ts';
import { type ProposedEvent, readAppendRequest } from '../protocol/append-requests.ts';
import { isUnrepresentable } from '../protocol/expectation.ts';
import {
  type EventStore,
  type Expectation,
  type NewEvent,
  StoreFailure,
} from '../streams/event-store.ts';
import {
  maximumAppendSizeExceeded,
  requiredMetadataMissing,
  streamDeleted,
  writeFailed,
} from './errors.ts';
import { checkProposed, isUsableName } from './proposed-events.ts';

/** Streams.Append: options, then events, then the half-close that makes it happen. */
export class AppendCall implements RequestSink {
  private readonly store: EventStore;
  private readonly call: Call;
  private readonly maxAppendSize: number;
  private target: { readonly stream: string; readonly expectation: Expectation } | undefined;
  private readonly events: NewEvent[] = [];
  private size = 0;

  constructor(store: EventStore, call: Call, maxAppendSize: number) {
    this.store = store;
    this.call = call;
    this.maxAppendSize = maxAppendSize;
  }

  message(bytes: Buffer): void {
    const request = readAppendRequest(bytes);
    switch (request.kind) {
      case 'options':
        this.begin(request.target.stream, request.target.expectation);
        return;
      case 'event':
        this.add(request.event);
        return;
      case 'empty':
        throw handlerFailure();
    }
  }

  async halfClosed(): Promise<void> {
    const { target } = this;
    if (!target) throw handlerFailure();
    const { stream, expectation } = target;
    const result = await this.store.append(stream, expectation, this.events).catch(asGrpcError);
    switch (result.kind) {
      case 'written':
        this.call.send(appendReply(result));
        break;
      case 'wrong-expected-version':
        this.call.send(appendRefusal(result.current, expectation));
        break;
      case 'stream-deleted':
        throw streamDeleted(stream);
    }
    this.call.end();
  }

  private begin(stream: string, expectation: Expectation | undefined): void {
    if (this.target || !isUsableName(stream)) throw handlerFailure();
    if (!expectation) throw invalidArgument('No expected stream revision was given.');
    if (isUnrepresentable(expectation)) throw handlerFailure();
    this.target = { stream, expectation };
  }

  private add(proposed: ProposedEvent): void {
    if (!this.target) throw handlerFailure();
    const checked = checkProposed(proposed);
    if (checked.kind === 'metadata-missing') throw requiredMetadataMissing();
    if (checked.kind === 'malformed') throw handlerFailure();
    this.size += proposed.data.length;
    if (this.size > this.maxAppendSize) throw maximumAppendSizeExceeded(this.maxAppendSize);
    this.events.push(checked.event);
  }
}

/** Turns a failed write into the status that clients show as an error of this one call. */
export function asGrpcError(cause: unknown): never {
  if (cause instanceof StoreFailure) throw writeFailed(cause.message);
  throw cause;
}
