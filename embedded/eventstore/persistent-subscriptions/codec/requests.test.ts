import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { WireReader } from '../../protocol/wire-reader.ts';
import { WireWriter } from '../../protocol/wire-writer.ts';
import { readGroupRequest } from './group-request.ts';
import { readEventId } from './identifiers.ts';
import {
  readDeleteRequest,
  readInfoRequest,
  readListRequest,
  readReplayRequest,
} from './other-requests.ts';
import { readReadRequest } from './read-request.ts';

// The client's own encoder, so that both sides are not wrong in the same way.
const load = createRequire(import.meta.url);
const P: typeof import('@eventstore/db-client/generated/persistent_pb.js') = load(
  '@eventstore/db-client/generated/persistent_pb',
);
const Shared: typeof import('@eventstore/db-client/generated/shared_pb.js') = load(
  '@eventstore/db-client/generated/shared_pb',
);

const U64_MAX = '18446744073709551615';
const empty = () => new Shared.Empty();
const named = (name: string) => {
  const id = new Shared.StreamIdentifier();
  id.setStreamName(Buffer.from(name));
  return id;
};
const bytes = (message: { serializeBinary(): Uint8Array }) =>
  Buffer.from(message.serializeBinary());

const createRequest = (fill: (options: InstanceType<typeof P.CreateReq.Options>) => void) => {
  const request = new P.CreateReq();
  const options = new P.CreateReq.Options();
  options.setGroupName('g');
  options.setSettings(new P.CreateReq.Settings());
  fill(options);
  request.setOptions(options);
  return bytes(request);
};

describe('create', () => {
  test('a stream group by the deprecated fields, with every setting', () => {
    const request = createRequest((options) => {
      options.setStreamIdentifier(named('orders'));
      const s = new P.CreateReq.Settings();
      s.setResolveLinks(true);
      s.setExtraStatistics(true);
      s.setRevision('7');
      s.setMaxRetryCount(3);
      s.setMinCheckpointCount(4);
      s.setMaxCheckpointCount(5);
      s.setMaxSubscriberCount(6);
      s.setLiveBufferSize(8);
      s.setReadBatchSize(9);
      s.setHistoryBufferSize(10);
      s.setMessageTimeoutMs(11);
      s.setCheckpointAfterMs(-12);
      s.setNamedConsumerStrategy(P.CreateReq.ConsumerStrategy.PINNED);
      options.setSettings(s);
    });
    expect(readGroupRequest(request, 'create')).toEqual({
      source: 'orders',
      group: 'g',
      startFrom: { kind: 'revision', revision: 7n },
      filter: undefined,
      settings: {
        revision: 7n,
        resolveLinks: true,
        extraStatistics: true,
        maxRetryCount: 3,
        minCheckpointCount: 4,
        maxCheckpointCount: 5,
        maxSubscriberCount: 6,
        liveBufferSize: 8,
        readBatchSize: 9,
        historyBufferSize: 10,
        messageTimeoutMs: 11,
        checkpointAfterMs: -12,
        strategy: 'Pinned',
      },
    });
  });

  test.each([
    ['0', { kind: 'start' }],
    [U64_MAX, { kind: 'end' }],
  ])('the deprecated revision %s', (revision, startFrom) => {
    const request = createRequest((options) => {
      options.setStreamIdentifier(named('orders'));
      options.getSettings()?.setRevision(revision);
    });
    expect(readGroupRequest(request, 'create').startFrom).toEqual(startFrom);
  });

  test('times in ticks, and a strategy by name', () => {
    const request = createRequest((options) => {
      options.setStreamIdentifier(named('orders'));
      options.getSettings()?.setMessageTimeoutTicks('15000000');
      options.getSettings()?.setCheckpointAfterTicks('20000000');
      options.getSettings()?.setConsumerStrategy('PinnedByCorrelation');
    });
    expect(readGroupRequest(request, 'create').settings).toMatchObject({
      messageTimeoutMs: 1500,
      checkpointAfterMs: 2000,
      strategy: 'PinnedByCorrelation',
    });
  });

  test('a group on $all from a position, with a filter', () => {
    const request = createRequest((options) => {
      const all = new P.CreateReq.AllOptions();
      const position = new P.CreateReq.Position();
      position.setCommitPosition('20');
      position.setPreparePosition('19');
      all.setPosition(position);
      const filter = new P.CreateReq.AllOptions.FilterOptions();
      const expression = new P.CreateReq.AllOptions.FilterOptions.Expression();
      expression.setPrefixList(['a', 'b']);
      filter.setEventType(expression);
      filter.setMax(0);
      all.setFilter(filter);
      options.setAll(all);
    });
    expect(readGroupRequest(request, 'create')).toMatchObject({
      source: '$all',
      startFrom: { kind: 'position', commit: 20n, prepare: 19n },
      filter: { on: 'type', regex: undefined, prefixes: ['a', 'b'] },
    });
  });

  test.each<[string, number, (options: InstanceType<typeof P.CreateReq.Options>) => void]>([
    ['without a start', 3, (o) => o.setStream(streamOptions('s'))],
    ['without a stream', 2, () => undefined],
    ['of $all as a stream', 2, (o) => o.setStreamIdentifier(named('$all'))],
    [
      'without settings',
      2,
      (o) => {
        o.setStreamIdentifier(named('s'));
        o.clearSettings();
      },
    ],
    [
      'from a prepare position behind the commit position',
      2,
      (o) => {
        const all = new P.CreateReq.AllOptions();
        const position = new P.CreateReq.Position();
        position.setPreparePosition('1');
        all.setPosition(position);
        o.setAll(all);
      },
    ],
  ])('%s is refused', (_what, code, fill) => {
    expect(() => readGroupRequest(createRequest(fill), 'create')).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

const streamOptions = (name: string) => {
  const options = new P.CreateReq.StreamOptions();
  options.setStreamIdentifier(named(name));
  return options;
};

describe('the other requests', () => {
  test('delete of a stream group, of an $all group, and of $all as a stream', () => {
    const request = (fill: (o: InstanceType<typeof P.DeleteReq.Options>) => void) => {
      const options = new P.DeleteReq.Options();
      options.setGroupName('g');
      fill(options);
      const message = new P.DeleteReq();
      message.setOptions(options);
      return bytes(message);
    };
    expect(readDeleteRequest(request((o) => o.setStreamIdentifier(named('s'))))).toEqual({
      source: 's',
      group: 'g',
    });
    expect(readDeleteRequest(request((o) => o.setAll(empty()))).source).toBe('$all');
    expect(() => readDeleteRequest(request((o) => o.setStreamIdentifier(named('$all'))))).toThrow();
  });

  test('info of $all by its name', () => {
    const options = new P.GetInfoReq.Options();
    options.setGroupName('g');
    options.setStreamIdentifier(named('$all'));
    const message = new P.GetInfoReq();
    message.setOptions(options);
    expect(readInfoRequest(bytes(message))).toEqual({ source: '$all', group: 'g' });
  });

  test('replay with, without and with neither limit', () => {
    const request = (fill: (o: InstanceType<typeof P.ReplayParkedReq.Options>) => void) => {
      const options = new P.ReplayParkedReq.Options();
      options.setGroupName('g');
      options.setStreamIdentifier(named('s'));
      fill(options);
      const message = new P.ReplayParkedReq();
      message.setOptions(options);
      return bytes(message);
    };
    expect(readReplayRequest(request((o) => o.setStopAt('-1')))).toMatchObject({ stopAt: -1n });
    expect(readReplayRequest(request((o) => o.setNoLimit(empty())))).toEqual({
      source: 's',
      group: 'g',
      stopAt: undefined,
    });
    expect(() => readReplayRequest(request(() => undefined))).toThrow();
  });

  test('list of everything and of one stream', () => {
    const everything = new P.ListReq();
    const options = new P.ListReq.Options();
    options.setListAllSubscriptions(empty());
    everything.setOptions(options);
    expect(readListRequest(bytes(everything))).toBeUndefined();
    const one = new P.ListReq();
    const ofStream = new P.ListReq.StreamOption();
    ofStream.setStream(named('s'));
    const oneOptions = new P.ListReq.Options();
    oneOptions.setListForStream(ofStream);
    one.setOptions(oneOptions);
    expect(readListRequest(bytes(one))).toBe('s');
  });
});

describe('what a consumer sends', () => {
  const ID = 'aabbccdd-0011-4233-8455-66778899aabb';

  test('options', () => {
    const options = new P.ReadReq.Options();
    options.setStreamIdentifier(named('s'));
    options.setGroupName('g');
    options.setBufferSize(-3);
    const message = new P.ReadReq();
    message.setOptions(options);
    expect(readReadRequest(bytes(message))).toEqual({
      kind: 'options',
      source: 's',
      group: 'g',
      bufferSize: -3,
      structuredIds: undefined,
    });
    const ids = new P.ReadReq.Options.UUIDOption();
    options.setUuidOption(ids);
    expect(readReadRequest(bytes(message))).toMatchObject({ structuredIds: true });
    ids.setString(empty());
    expect(readReadRequest(bytes(message))).toMatchObject({ structuredIds: false });
  });

  test.each([
    [0, 'retry'],
    [1, 'park'],
    [2, 'retry'],
    [3, 'skip'],
    [4, 'skip'],
    [99, 'skip'],
  ])('nack with action %i is a %s', (number, action) => {
    const id = new Shared.UUID();
    id.setString(ID);
    const nack = new P.ReadReq.Nack();
    nack.setIdsList([id]);
    nack.setAction(number as never);
    nack.setReason('why');
    const message = new P.ReadReq();
    message.setNack(nack);
    expect(readReadRequest(bytes(message))).toEqual({
      kind: 'nack',
      ids: [ID],
      action,
      reason: 'why',
    });
  });

  test('an id in any form is the same id', () => {
    const structured = new Shared.UUID();
    const halves = new Shared.UUID.Structured();
    halves.setMostSignificantBits(BigInt.asIntN(64, 0xaabbccdd00114233n).toString());
    halves.setLeastSignificantBits(BigInt.asIntN(64, 0x845566778899aabbn).toString());
    structured.setStructured(halves);
    const text = (value: string) => new WireWriter().string(2, value).finish();
    const forms = [bytes(structured), text(ID.toUpperCase()), text(ID.replaceAll('-', ''))];
    for (const form of forms) expect(readEventId(new WireReader(form))).toBe(ID);
  });
});
