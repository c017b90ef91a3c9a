import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestEventStore, type TestEventStore } from '../../support/embedded-event-store.ts';
import { RawGrpc } from '../../support/raw-grpc.ts';
import { GoogleEmpty, Messages, Shared, WireCall } from '../../support/wire-client.ts';

let server: TestEventStore;
let grpc: RawGrpc;
beforeAll(async () => {
  server = await startTestEventStore({ maxAppendSize: 1000 });
  grpc = await RawGrpc.to(server.url);
});
afterAll(async () => {
  await grpc.close();
  await server.stop();
});

const {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  DeleteReq,
  DeleteResp,
  ReadReq,
  ReadResp,
} = Messages;
const empty = () => new Shared.Empty();
const named = (name: string) => new Shared.StreamIdentifier().setStreamName(Buffer.from(name));
const uuid = (text: string = randomUUID()) => new Shared.UUID().setString(text);

type Proposal = { id?: string; data?: string; without?: 'type' | 'content-type'; type?: string };
const fill = <Kind extends InstanceType<typeof AppendReq.ProposedMessage>>(
  into: Kind,
  e: Proposal,
): Kind => {
  into.setId(uuid(e.id)).setData(Buffer.from(e.data ?? '{}'));
  const metadata = into.getMetadataMap();
  for (const [key, value] of [
    ['type', e.type ?? 'T'],
    ['content-type', 'application/json'],
  ] as const)
    if (key !== e.without) metadata.set(key, value);
  return into;
};

const append = (name: string, revision: 'any' | 'none' | string, events: readonly Proposal[]) => {
  const options = new AppendReq.Options().setStreamIdentifier(named(name));
  if (revision === 'any') options.setAny(empty());
  else if (revision !== 'none') options.setRevision(revision);
  const call = new WireCall(grpc, 'Append', AppendResp).send(new AppendReq().setOptions(options));
  for (const e of events)
    call.send(new AppendReq().setProposedMessage(fill(new AppendReq.ProposedMessage(), e)));
  return call.halfClose();
};

type Chunk = {
  id: string;
  to?: string;
  events?: readonly Proposal[];
  final?: boolean;
  deadlineMs?: number;
};
const chunk = ({ id, to, events = [{}], final = true }: Chunk) => {
  const request = new BatchAppendReq().setCorrelationId(uuid(id)).setIsFinal(final);
  if (to !== undefined)
    request.setOptions(
      new BatchAppendReq.Options().setStreamIdentifier(named(to)).setAny(new GoogleEmpty()),
    );
  return request.setProposedMessagesList(
    events.map((e) => fill(new BatchAppendReq.ProposedMessage() as never, e) as never),
  );
};
const batches = () => new WireCall(grpc, 'BatchAppend', BatchAppendResp);
const detail = (reply: InstanceType<typeof BatchAppendResp> | undefined): string =>
  reply?.getError()?.getDetails()?.getTypeUrl().split('.').at(-1) ?? 'success';

const read = (change: (options: InstanceType<typeof ReadReq.Options>) => void) => {
  const options = new ReadReq.Options()
    .setUuidOption(new ReadReq.Options.UUIDOption().setString(empty()))
    .setNoFilter(empty())
    .setCount('100');
  change(options);
  return new WireCall(grpc, 'Read', ReadResp).send(new ReadReq().setOptions(options)).halfClose();
};
const ofStream = (name: string) =>
  new ReadReq.Options.StreamOptions().setStreamIdentifier(named(name)).setStart(empty());

describe('Append', () => {
  test.each([
    ['a type is missing', 'any', { without: 'type' }, 3, 'missing-required-metadata-property'],
    [
      'a content type is missing',
      'any',
      { without: 'content-type' },
      3,
      'missing-required-metadata-property',
    ],
    [
      'the data are too large',
      'any',
      { data: 'x'.repeat(1001) },
      3,
      'maximum-append-size-exceeded',
    ],
    ['no expectation is given', 'none', {}, 3, undefined],
    ['the id is all zero', 'any', { id: '00000000-0000-0000-0000-000000000000' }, 2, undefined],
    ['the type is empty', 'any', { type: '' }, 2, undefined],
    ['the revision is beyond any', '9223372036854775808', {}, 2, undefined],
  ] as const)('is refused when %s', async (_why, revision, event, status, exception) => {
    const call = append(`append-${randomUUID()}`, revision, [event]);
    expect(await call.end()).toMatchObject({ status, trailers: exception ? { exception } : {} });
    expect(call.replies).toEqual([]);
  });

  test('of another revision is refused in the band, with both versions', async () => {
    const stream = `append-${randomUUID()}`;
    const [reply] = await append(stream, '5', [{}]).until(1);
    const refusal = reply?.getWrongExpectedVersion();
    expect([refusal?.hasCurrentNoStream(), refusal?.getExpectedRevision()]).toEqual([true, '5']);
  });

  test('without events answers the revision and no position', async () => {
    const [reply] = await append(`append-${randomUUID()}`, 'any', []).until(1);
    expect([reply?.getSuccess()?.hasNoStream(), reply?.getSuccess()?.hasNoPosition()]).toEqual([
      true,
      true,
    ]);
  });

  test('ends with its deadline when the client does not finish', async () => {
    const call = new WireCall(grpc, 'Append', AppendResp, { 'grpc-timeout': '50m' });
    expect(await call.end()).toMatchObject({ status: 4 });
  });
});

describe('BatchAppend', () => {
  test('puts interleaved pieces together by their ids', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const [first, second] = [`batch-${a}`, `batch-${b}`];
    const call = batches();
    call
      .send(chunk({ id: a, to: first, final: false }))
      .send(chunk({ id: b, to: second, final: false }));
    call.send(chunk({ id: a, events: [{}, {}] })).send(chunk({ id: b }));
    await call.until(2);
    const revisions = call.replies.map((reply) => [
      Buffer.from(reply.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString(),
      reply.getSuccess()?.getCurrentRevision(),
    ]);
    expect(new Map(revisions as [string, string][])).toEqual(
      new Map([
        [first, '2'],
        [second, '1'],
      ]),
    );
    call.cancel();
  });

  test('answers each refusal in the band and goes on', async () => {
    const call = batches();
    const to = `batch-${randomUUID()}`;
    call.send(chunk({ id: randomUUID(), to, events: [{ data: 'x'.repeat(1001) }] }));
    call.send(chunk({ id: randomUUID(), to, events: [{ without: 'type' }] }));
    call.send(chunk({ id: randomUUID(), to, events: [{ type: '' }] }));
    call.send(chunk({ id: randomUUID(), to: '' }));
    call.send(chunk({ id: 'nonsense', to }));
    call.send(chunk({ id: randomUUID() }));
    call.send(chunk({ id: randomUUID(), to }));
    await call.until(6);
    expect(call.replies.map(detail)).toEqual([
      'MaximumAppendSizeExceeded',
      'BadRequest',
      'BadRequest',
      'BadRequest',
      'BadRequest',
      'success',
    ]);
    expect(call.ended).toBeUndefined();
    call.cancel();
  });

  test('gives an unfinished one up, and answers what is pending before it ends', async () => {
    const call = batches();
    call.send(chunk({ id: randomUUID(), to: 'unfinished', final: false })).halfClose();
    expect((await call.until(1)).map(detail)).toEqual(['Timeout']);
    expect(await call.end()).toMatchObject({ status: 0 });
  });

  test('of a tombstoned stream is refused as deleted', async () => {
    const to = `gone-${randomUUID()}`;
    await server.client.tombstoneStream(to);
    const call = batches().send(chunk({ id: randomUUID(), to }));
    expect((await call.until(1)).map(detail)).toEqual(['StreamDeleted']);
    call.cancel();
  });
});

describe('Delete', () => {
  const remove = (
    name: string,
    change: (options: InstanceType<typeof DeleteReq.Options>) => void,
  ) => {
    const options = new DeleteReq.Options().setStreamIdentifier(named(name));
    change(options);
    const call = new WireCall(grpc, 'Delete', DeleteResp);
    return call.send(new DeleteReq().setOptions(options)).halfClose().end();
  };

  test.each([
    ['any', '-2', (o) => o.setAny(empty())],
    ['no stream', '-1', (o) => o.setNoStream(empty())],
    ['stream exists', '-4', (o) => o.setStreamExists(empty())],
    ['a revision', '7', (o) => o.setRevision('7')],
  ] as [string, string, (options: InstanceType<typeof DeleteReq.Options>) => void][])(
    'of a missing stream with %s tells the expectation as %s',
    async (_name, number, change) =>
      expect(await remove(`none-${randomUUID()}`, change)).toMatchObject({
        status: 9,
        trailers: {
          exception: 'wrong-expected-version',
          'expected-version': number,
          'actual-version': '-1',
        },
      }),
  );

  test('without an expectation or a name is refused', async () => {
    expect(await remove('a', () => undefined)).toMatchObject({ status: 3 });
    expect(await remove('', (o) => o.setAny(empty()))).toMatchObject({ status: 2 });
    expect(await remove('a', (o) => o.setRevision('9223372036854775808'))).toMatchObject({
      status: 2,
    });
  });
});

describe('Read', () => {
  test.each([
    ['no uuid option', (o) => o.setStream(ofStream('a')).clearUuidOption()],
    ['neither a stream nor $all', () => undefined],
    ['neither a count nor a subscription', (o) => o.setStream(ofStream('a')).clearCount()],
    ['neither filter nor no_filter', (o) => o.setStream(ofStream('a')).clearNoFilter()],
    [
      'a filter on a stream',
      (o) => o.setStream(ofStream('a')).setFilter(new ReadReq.Options.FilterOptions()),
    ],
    [
      'a subscription backwards',
      (o) =>
        o
          .setStream(ofStream('a'))
          .setReadDirection(1)
          .setSubscription(new ReadReq.Options.SubscriptionOptions()),
    ],
    [
      'a filter without expression',
      (o) =>
        o
          .setAll(new ReadReq.Options.AllOptions().setStart(empty()))
          .setFilter(new ReadReq.Options.FilterOptions().setMax(5)),
    ],
    [
      'a filter without window',
      (o) =>
        o
          .setAll(new ReadReq.Options.AllOptions().setStart(empty()))
          .setFilter(
            new ReadReq.Options.FilterOptions().setEventType(
              new ReadReq.Options.FilterOptions.Expression().setRegex('x'),
            ),
          ),
    ],
  ] as [string, (options: InstanceType<typeof ReadReq.Options>) => void][])(
    'with %s is an invalid argument',
    async (_name, change) => expect(await read(change).end()).toMatchObject({ status: 3 }),
  );

  test('without a starting point gives nothing', async () => {
    const call = read((o) =>
      o.setStream(new ReadReq.Options.StreamOptions().setStreamIdentifier(named('a'))),
    );
    expect(await call.end()).toMatchObject({ status: 0 });
    expect(call.replies).toEqual([]);
  });

  test('with the control option tells first and last position', async () => {
    const stream = `positions-${randomUUID()}`;
    await append(stream, 'any', [{}, {}, {}]).end();
    const control = new ReadReq.Options.ControlOption().setCompatibility(1);
    const all = read((o) => o.setStream(ofStream(stream)).setControlOption(control));
    await all.end();
    expect(all.replies.at(-1)?.getLastStreamPosition()).toBe('2');
    const past = read((o) =>
      o.setStream(ofStream(stream).setRevision('9')).setControlOption(control),
    );
    await past.end();
    expect(
      past.replies.map((r) => [r.getFirstStreamPosition(), r.getLastStreamPosition()]),
    ).toEqual([
      ['3', '0'],
      ['0', '2'],
    ]);
  });

  test('gives structured ids where they are asked for', async () => {
    const stream = `ids-${randomUUID()}`;
    await append(stream, 'any', [{ id: '01020304-0506-0708-ff0a-0b0c0d0e0f10' }]).end();
    const call = read((o) =>
      o
        .setStream(ofStream(stream))
        .setUuidOption(new ReadReq.Options.UUIDOption().setStructured(empty())),
    );
    await call.end();
    const id = call.replies[0]?.getEvent()?.getEvent()?.getId()?.getStructured();
    expect([id?.getMostSignificantBits(), id?.getLeastSignificantBits()]).toEqual([
      '72623859790382856',
      BigInt.asIntN(64, 0xff0a0b0c0d0e0f10n).toString(),
    ]);
  });

  test('of $all with a filter gives what matches, in either direction', async () => {
    const prefix = `filtered-${randomUUID()}`;
    for (const name of ['1', '2']) await append(`${prefix}-${name}`, 'any', [{}]).end();
    const filter = () =>
      new ReadReq.Options.FilterOptions()
        .setStreamIdentifier(new ReadReq.Options.FilterOptions.Expression().setPrefixList([prefix]))
        .setMax(1)
        .setCheckpointintervalmultiplier(1);
    const names = async (call: WireCall<InstanceType<typeof ReadResp>>): Promise<string[]> => {
      await call.end();
      return call.replies.map((r) =>
        Buffer.from(
          r.getEvent()?.getEvent()?.getStreamIdentifier()?.getStreamName_asU8() ?? [],
        ).toString(),
      );
    };
    const forwards = read((o) =>
      o.setAll(new ReadReq.Options.AllOptions().setStart(empty())).setFilter(filter()),
    );
    const backwards = read((o) =>
      o
        .setAll(new ReadReq.Options.AllOptions().setEnd(empty()))
        .setReadDirection(1)
        .setCount('1')
        .setFilter(filter()),
    );
    expect(await names(forwards)).toEqual([`${prefix}-1`, `${prefix}-2`]);
    expect(await names(backwards)).toEqual([`${prefix}-2`]);
  });

  test('of a position whose prepare lies behind its commit fails', async () => {
    const position = new ReadReq.Options.Position().setCommitPosition('5').setPreparePosition('6');
    const call = read((o) => o.setAll(new ReadReq.Options.AllOptions().setPosition(position)));
    expect(await call.end()).toMatchObject({ status: 2 });
  });
});
