import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { writeRecordedEvent } from '../../protocol/recorded-event.ts';
import { parseUuid } from '../../protocol/uuid.ts';
import type { EventRecord } from '../../streams/event-record.ts';
import { deliveredEvent } from '../delivered-event.ts';
import { confirmation, eventFrame } from './read-response.ts';

// The client's own decoder, so that both sides are not wrong in the same way.
const load = createRequire(import.meta.url);
const P: typeof import('@eventstore/db-client/generated/persistent_pb.js') = load(
  '@eventstore/db-client/generated/persistent_pb',
);

const EVENT_ID = 'aabbccdd-0011-4233-8455-66778899aabb';
const LINK_ID = '11111111-2222-4333-8444-555555555555';

const record = (over: Partial<EventRecord>): EventRecord => {
  const fields = {
    position: 500,
    revision: 3,
    stream: 'orders-1',
    type: 'OrderPlaced',
    id: EVENT_ID,
    isJson: true,
    created: 1_700_000_000_000,
    data: Buffer.from('{"n":1}'),
    metadata: Buffer.from('{"$correlationId":"c-1"}'),
    ...over,
  };
  const encoded = Buffer.alloc(1000);
  const { end } = writeRecordedEvent(encoded, 0, {
    ...fields,
    id: parseUuid(fields.id) ?? new Uint8Array(16),
    stream: Buffer.from(fields.stream),
    type: Buffer.from(fields.type),
  });
  return { ...fields, encoded: encoded.subarray(0, end) };
};

const event = record({});
const link = record({
  position: 900_000,
  revision: 8,
  stream: '$ce-orders',
  type: '$>',
  id: LINK_ID,
  isJson: false,
  data: Buffer.from('3@orders-1'),
  metadata: Buffer.alloc(0),
});

/** What the client decodes from a frame. */
const decode = (frame: Buffer) => {
  expect(frame[0]).toBe(0);
  expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
  const read = P.ReadResp.deserializeBinary(frame.subarray(5)).getEvent();
  if (read === undefined) throw new Error('no event');
  return read;
};

test('an event keeps its own position, id and content', () => {
  const read = decode(
    eventFrame(
      deliveredEvent({ event, link: undefined }, (r) => r.revision),
      0,
      false,
    ),
  );
  expect(read.hasLink()).toBe(false);
  expect(read.getCommitPosition()).toBe('500');
  expect(read.hasRetryCount()).toBe(true);
  expect(read.getRetryCount()).toBe(0);
  expect(read.getEvent()?.getId()?.getString()).toBe(EVENT_ID);
  expect(read.getEvent()?.getStreamRevision()).toBe('3');
  expect(Buffer.from(read.getEvent()?.getData_asU8() ?? []).toString()).toBe('{"n":1}');
  expect(read.getEvent()?.getMetadataMap().get('type')).toBe('OrderPlaced');
});

test('with a link both parts carry the position of the link', () => {
  const delivered = deliveredEvent({ event, link }, (r) => r.revision);
  expect(delivered).toMatchObject({ position: 8, id: LINK_ID, stream: 'orders-1' });
  const read = decode(eventFrame(delivered, 2, false));
  expect(read.getCommitPosition()).toBe('900000');
  expect(read.getRetryCount()).toBe(2);
  for (const part of [read.getEvent(), read.getLink()])
    expect([part?.getCommitPosition(), part?.getPreparePosition()]).toEqual(['900000', '900000']);
  expect(read.getEvent()?.getStreamRevision()).toBe('3');
  expect(read.getLink()?.getId()?.getString()).toBe(LINK_ID);
});

test('an unresolvable link comes alone', () => {
  const delivered = deliveredEvent({ event: undefined, link }, (r) => r.revision);
  const read = decode(eventFrame(delivered, 0, false));
  expect(read.hasEvent()).toBe(false);
  expect(read.getLink()?.getStreamRevision()).toBe('8');
  expect(delivered.stream).toBe('$ce-orders');
});

test('ids come as two halves when asked for', () => {
  const read = decode(
    eventFrame(
      deliveredEvent({ event, link: undefined }, (r) => r.revision),
      0,
      true,
    ),
  );
  expect(read.getEvent()?.getId()?.hasString()).toBe(false);
  expect(read.getEvent()?.getId()?.getStructured()?.getMostSignificantBits()).toBe(
    BigInt.asIntN(64, 0xaabbccdd00114233n).toString(),
  );
});

test('the correlation id is looked up in the metadata, whatever they are', () => {
  const of = (metadata: string) =>
    deliveredEvent(
      { event: record({ metadata: Buffer.from(metadata) }), link: undefined },
      (r) => r.revision,
    ).correlationId();
  expect(of('{"$correlationId":"c-1"}')).toBe('c-1');
  for (const other of ['', '{', 'null', '[]', '{"$correlationId":7}'])
    expect(of(other)).toBeUndefined();
});

test('the confirmation names the subscription', () => {
  const message = P.ReadResp.deserializeBinary(confirmation('s::g'));
  expect(message.getSubscriptionConfirmation()?.getSubscriptionId()).toBe('s::g');
});
