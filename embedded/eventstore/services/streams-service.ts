import type { Call, Service } from '../grpc/service.ts';
import { handlerFailure, invalidArgument } from '../grpc/status.ts';
import { removalReply } from '../protocol/append-replies.ts';
import { readRemovalRequest } from '../protocol/append-requests.ts';
import { isUnrepresentable } from '../protocol/expectation.ts';
import { readReadRequest } from '../protocol/read-request.ts';
import type { AppendResult, Expectation } from '../streams/event-store.ts';
import type { LogStore } from '../streams/log-store.ts';
import { subscribe } from '../subscriptions/catch-up-subscription.ts';
import type { LiveFeed } from '../subscriptions/live-feed.ts';
import { AppendCall, asGrpcError } from './append-call.ts';
import { BatchAppendCall } from './batch-append-call.ts';
import { streamDeleted, wrongExpectedVersion } from './errors.ts';
import { isUsableName } from './proposed-events.ts';
import { readAll, readStream } from './read-call.ts';
import { planRead } from './read-plan.ts';

/** As the real node's limit: 16 MiB less room for its envelope. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024 - 10_000;

export interface StreamsServiceParts {
  readonly store: LogStore;
  readonly live: LiveFeed;
  /** Bytes of event data that one append may carry. */
  readonly maxAppendSize: number;
}

/** event_store.client.streams.Streams. */
export function streamsService({ store, live, maxAppendSize }: StreamsServiceParts): Service {
  return {
    name: 'event_store.client.streams.Streams',
    maxRequestBytes: MAX_REQUEST_BYTES,
    methods: {
      Read: {
        kind: 'server-stream',
        handle: (request, call) => read(store, live, request, call),
      },
      Append: {
        kind: 'request-stream',
        honoursDeadline: true,
        open: (call) => new AppendCall(store, call, maxAppendSize),
      },
      BatchAppend: {
        kind: 'request-stream',
        open: (call) => new BatchAppendCall(store, call, maxAppendSize),
      },
      Delete: {
        kind: 'unary',
        handle: (request) =>
          remove(request, (stream, expectation) => store.deleteStream(stream, expectation)),
      },
      Tombstone: {
        kind: 'unary',
        handle: (request) =>
          remove(request, (stream, expectation) => store.tombstoneStream(stream, expectation)),
      },
    },
  };
}

async function read(store: LogStore, live: LiveFeed, bytes: Buffer, call: Call): Promise<void> {
  const request = readReadRequest(bytes);
  if (!request) throw handlerFailure();
  const plan = planRead(request);
  switch (plan.kind) {
    case 'nothing':
      call.end();
      return;
    case 'read-stream':
      return readStream(store, plan, call);
    case 'read-all':
      return readAll(store, plan, call);
    case 'subscribe-stream':
    case 'subscribe-all':
      return subscribe(store, live, plan, call);
  }
}

async function remove(
  bytes: Buffer,
  write: (stream: string, expectation: Expectation) => Promise<AppendResult>,
): Promise<Buffer> {
  const target = readRemovalRequest(bytes);
  if (!target || !isUsableName(target.stream)) throw handlerFailure();
  const { stream, expectation } = target;
  if (!expectation) throw invalidArgument('No expected stream revision was given.');
  if (isUnrepresentable(expectation)) throw handlerFailure();
  const result = await write(stream, expectation).catch(asGrpcError);
  switch (result.kind) {
    case 'written':
      return removalReply(result.position ?? 0);
    case 'wrong-expected-version':
      throw wrongExpectedVersion(stream, expectation, result.current);
    case 'stream-deleted':
      throw streamDeleted(stream);
  }
}
