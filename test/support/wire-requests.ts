import { WireWriter } from '../../embedded/eventstore/protocol/wire-writer.ts';
import { framed, GROUPS, STREAMS } from './raw-grpc.ts';

type Value = WireWriter | string | Uint8Array | number | bigint;
type Field = readonly [field: number, value: Value];

/** A message of these fields, by the numbers of streams.proto and persistent.proto. */
export const message = (...fields: readonly Field[]): WireWriter => {
  const writer = new WireWriter();
  for (const [field, value] of fields)
    if (value instanceof WireWriter) writer.message(field, value);
    else if (typeof value === 'string') writer.string(field, value);
    else if (typeof value === 'number') writer.uint(field, value);
    else if (typeof value === 'bigint') writer.bigint(field, value);
    else writer.buffer(field, value);
  return writer;
};

export const EMPTY = new WireWriter();

export const streamNamed = (name: string | Uint8Array) => message([3, name]);

/** `AppendReq` with options; `expectation` is a field of the oneof, absent when undefined. */
export const appendOptions = (name: string, expectation?: Field) =>
  message([
    1,
    message([1, streamNamed(name)], ...(expectation === undefined ? [] : [expectation])),
  ]);

export const anyVersion: Field = [4, EMPTY];

const entry = (key: string, value: string) => message([1, key], [2, value]);

/** `AppendReq` with an event. */
export const proposedEvent = (data: Uint8Array, id = '0b4c2a10-6f5e-4a3d-9c2b-1a0f9e8d7c6b') =>
  message([
    2,
    message(
      [1, message([2, id])],
      [2, entry('type', 'T')],
      [2, entry('content-type', 'application/octet-stream')],
      [4, data],
    ),
  ]);

/** `Streams.ReadReq` over a stream. */
export const readStream = (name: string) =>
  message([
    1,
    message(
      [1, message([1, streamNamed(name)], [3, EMPTY])],
      [5, 10],
      [8, EMPTY],
      [9, message([2, EMPTY])],
    ),
  ]);

/** `Streams.ReadReq` that subscribes to `$all` with a regular expression on stream names. */
export const subscribeAllByRegex = (regex: string) =>
  message([
    1,
    message(
      [2, message([2, EMPTY])],
      [6, EMPTY],
      [7, message([1, message([1, regex])], [4, EMPTY], [5, 1])],
      [9, message([2, EMPTY])],
    ),
  ]);

/** A call of every method, well-formed. */
export const soundCalls: readonly (readonly [path: string, body: Buffer])[] = [
  [`${STREAMS}/Read`, framed(readStream('sound').finish())],
  [
    `${STREAMS}/Append`,
    Buffer.concat([
      framed(appendOptions('sound', anyVersion).finish()),
      framed(proposedEvent(Buffer.from('data')).finish()),
    ]),
  ],
  [`${STREAMS}/Delete`, framed(appendOptions('sound', anyVersion).finish())],
  [`${STREAMS}/Tombstone`, framed(appendOptions('sound-3', anyVersion).finish())],
  [
    `${STREAMS}/BatchAppend`,
    framed(
      message(
        [1, message([2, '0b4c2a10-6f5e-4a3d-9c2b-1a0f9e8d7c6c'])],
        [2, message([1, streamNamed('sound')], [4, EMPTY])],
        [4, 1],
      ).finish(),
    ),
  ],
  [
    `${GROUPS}/Create`,
    framed(
      message([
        1,
        message(
          [2, 'g'],
          [3, message([11, 20], [12, 500], [13, 1])],
          [4, message([1, streamNamed('sound')], [3, EMPTY])],
        ),
      ]).finish(),
    ),
  ],
  [
    `${GROUPS}/GetInfo`,
    framed(message([1, message([1, streamNamed('sound')], [3, 'g'])]).finish()),
  ],
  [
    `${GROUPS}/Read`,
    framed(
      message([
        1,
        message([1, streamNamed('sound')], [2, 'g'], [3, 10], [4, message([2, EMPTY])]),
      ]).finish(),
    ),
  ],
  [`${GROUPS}/List`, framed(message([1, message([1, EMPTY])]).finish())],
  [
    `${GROUPS}/ReplayParked`,
    framed(message([1, message([1, 'g'], [2, streamNamed('sound')], [5, EMPTY])]).finish()),
  ],
  [`${GROUPS}/Delete`, framed(message([1, message([1, streamNamed('sound')], [2, 'g'])]).finish())],
  ['/event_store.client.gossip.Gossip/Read', framed(Buffer.alloc(0))],
  [
    '/event_store.client.server_features.ServerFeatures/GetSupportedMethods',
    framed(Buffer.alloc(0)),
  ],
];
