import type { Call, Service } from '../../embedded/eventstore/grpc/service.ts';
import {
  batchSuccess,
  readBatchAppendRequest,
} from '../../embedded/eventstore/protocol/batch-append-messages.ts';
import { ReadReplies } from '../../embedded/eventstore/protocol/read-replies.ts';
import {
  type ReadRequest,
  readReadRequest,
} from '../../embedded/eventstore/protocol/read-request.ts';
import {
  recordedEventSize,
  writeRecordedEvent,
} from '../../embedded/eventstore/protocol/recorded-event.ts';
import type { EventRecord } from '../../embedded/eventstore/streams/event-record.ts';

/**
 * The least that a server can do and still speak to the client: events stay in arrays as the bytes
 * that go out again, nothing is checked, indexed or written. Same transport as the store, so that the
 * difference between the two is what storing costs.
 */
export class Floor {
  readonly all: EventRecord[] = [];
  readonly streams = new Map<string, EventRecord[]>();
  readonly listeners = new Set<(record: EventRecord) => void>();

  append(stream: string, event: { id: Uint8Array; type: string; data: Buffer }): EventRecord {
    const records = this.streams.get(stream) ?? [];
    this.streams.set(stream, records);
    const revision = records.length;
    const position = this.all.length + 1;
    const fields = {
      id: event.id,
      stream: Buffer.from(stream),
      revision,
      position,
      type: Buffer.from(event.type),
      isJson: true,
      created: Date.now(),
      metadata: Buffer.alloc(0),
      data: event.data,
    };
    const encoded = Buffer.allocUnsafe(recordedEventSize(fields));
    writeRecordedEvent(encoded, 0, fields);
    const record = { encoded, position, revision, id: '' } as unknown as EventRecord;
    records.push(record);
    this.all.push(record);
    for (const listener of this.listeners) listener(record);
    return record;
  }

  of(request: ReadRequest): readonly EventRecord[] {
    return request.target?.kind === 'stream'
      ? (this.streams.get(request.target.stream) ?? [])
      : this.all;
  }
}

const PAGE = 512;

export const floorStreams = (floor: Floor): Service => ({
  name: 'event_store.client.streams.Streams',
  maxRequestBytes: 16 * 1024 * 1024,
  methods: {
    BatchAppend: { kind: 'request-stream', open: (call) => batchAppend(floor, call) },
    Read: { kind: 'server-stream', handle: (bytes, call) => read(floor, bytes, call) },
  },
});

const batchAppend = (floor: Floor, call: Call) => ({
  message: (bytes: Buffer): void => {
    const { correlationId, options, events } = readBatchAppendRequest(bytes, 0);
    const stream = options?.stream ?? '';
    let last: EventRecord | undefined;
    for (const { id, type = '', data } of events)
      last = floor.append(stream, { id: id.id ?? new Uint8Array(16), type, data });
    if (!last) return;
    const { revision, position } = last;
    call.send(batchSuccess(correlationId, stream, { kind: 'written', revision, position }));
  },
  halfClosed: (): void => call.end(),
});

const read = async (floor: Floor, bytes: Buffer, call: Call): Promise<void> => {
  const request = readReadRequest(bytes);
  if (!request) return call.end();
  const subscribes = request.amount?.kind === 'subscription';
  const replies = new ReadReplies('string');
  const records = floor.of(request);
  const limit = request.amount?.kind === 'count' ? Number(request.amount.count) : Infinity;
  let next = request.target?.from.kind === 'end' ? records.length : 0;
  if (subscribes) replies.confirmation('floor');
  while (!call.closed && next < Math.min(records.length, limit)) {
    for (const end = Math.min(next + PAGE, records.length, limit); next < end; next++)
      replies.event({ event: records[next], link: undefined });
    call.sendFramed(replies.take());
    await call.writable();
  }
  if (!subscribes) return call.end();
  replies.caughtUp();
  call.sendFramed(replies.take());
  const live = (record: EventRecord): void => {
    replies.event({ event: record, link: undefined });
    call.sendFramed(replies.take());
  };
  floor.listeners.add(live);
  call.onClose(() => floor.listeners.delete(live));
};
