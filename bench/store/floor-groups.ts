import type { Call, RequestSink, Service } from '../../embedded/eventstore/grpc/service.ts';
import { readReadRequest } from '../../embedded/eventstore/persistent-subscriptions/codec/read-request.ts';
import {
  confirmation,
  eventFrame,
} from '../../embedded/eventstore/persistent-subscriptions/codec/read-response.ts';
import { deliveredEvent } from '../../embedded/eventstore/persistent-subscriptions/delivered-event.ts';
import type { EventRecord } from '../../embedded/eventstore/streams/event-record.ts';
import type { Floor } from './floor-streams.ts';

/** Delivers a stream from its beginning and counts acknowledgements; nothing else. */
export const floorGroups = (floor: Floor): Service => ({
  name: 'event_store.client.persistent_subscriptions.PersistentSubscriptions',
  methods: {
    Create: { kind: 'unary', handle: () => Buffer.alloc(0) },
    Read: { kind: 'request-stream', open: (call) => consume(floor, call) },
  },
});

const delivered = (event: EventRecord) =>
  deliveredEvent({ event, link: undefined }, ({ revision }) => revision);

const consume = (floor: Floor, call: Call): RequestSink => {
  let stream = '';
  let next = 0;
  let free = 0;
  const deliver = (): void => {
    const records = floor.streams.get(stream) ?? [];
    for (; free > 0 && next < records.length; free--) {
      const event = records[next++];
      if (event) call.sendFramed(eventFrame(delivered(event), 0, false));
    }
  };
  return {
    message: (bytes) => {
      const request = readReadRequest(bytes);
      if (request.kind === 'options') {
        stream = request.source;
        free = request.bufferSize;
        call.send(confirmation(stream));
      } else if (request.kind === 'ack') free += request.ids.length;
      deliver();
    },
    halfClosed: () => call.end(),
  };
};
