import { ANY, binaryEvent, jsonEvent, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import { all, brief, event, events, outcome, revisions, type Scenarios } from '../scene.ts';

export const append: Scenarios = {
  'append: the first event of a stream, with each expectation': async ({ client, name }) => {
    const seen: unknown[] = [];
    for (const expectedRevision of [ANY, NO_STREAM, STREAM_EXISTS, 0n] as const) {
      const result = client.appendToStream(name(`to-${expectedRevision}`), event(), {
        expectedRevision,
      });
      seen.push(await outcome(result.then((r) => [r.success, r.nextExpectedRevision])));
    }
    return seen;
  },
  'append: to a stream of three events, with each expectation': async ({ client, name }) => {
    const seen: unknown[] = [];
    for (const expectedRevision of [ANY, NO_STREAM, STREAM_EXISTS, 2n, 1n, 7n] as const) {
      const stream = name(`to-${expectedRevision}`);
      await client.appendToStream(stream, events(3));
      const result = client.appendToStream(stream, event(), { expectedRevision });
      const next = await outcome(result.then((r) => r.nextExpectedRevision));
      seen.push({ next, left: await revisions(client.readStream(stream)) });
    }
    return seen;
  },
  'append: a stream with metadata alone counts as existing': async ({ client, name }) => {
    await client.setStreamMetadata(name('a'), { owner: 'shop' });
    const result = client.appendToStream(name('a'), event(), { expectedRevision: STREAM_EXISTS });
    return outcome(result.then((r) => r.nextExpectedRevision));
  },
  'append: with credentials, which takes the other call, all is the same': async ({
    client,
    name,
  }) => {
    const credentials = { username: 'admin', password: 'changeit' };
    const append = (
      label: string,
      expectedRevision: typeof NO_STREAM | typeof STREAM_EXISTS | bigint,
    ) =>
      outcome(
        client
          .appendToStream(name(label), event(), { credentials, expectedRevision })
          .then((r) => r.nextExpectedRevision),
      );
    return [
      await append('a', NO_STREAM),
      await append('a', NO_STREAM),
      await append('a', 9n),
      await append('missing', STREAM_EXISTS),
    ];
  },
  'append: data and metadata of every kind come back unchanged': async ({ client, name }) => {
    await client.appendToStream(name('a'), [
      jsonEvent({
        type: 'Json',
        data: { text: '주문 🎉', nested: [1, null, { deep: true }] },
        metadata: { $correlationId: 'c', own: 1 },
      }),
      binaryEvent({ type: 'Binary', data: Buffer.from('ab'), metadata: Buffer.from('cd') }),
      binaryEvent({ type: 'Empty', data: Buffer.alloc(0) }),
      jsonEvent({ type: 'Text', data: 'plain' }),
      jsonEvent({ type: 'List', data: [1, 2] }),
    ]);
    return (await all(client.readStream(name('a')))).map(brief);
  },
  'append: stream names of every kind': async ({ client, name }) => {
    const labels = [
      'with space',
      'slash/and:colon',
      '한글',
      '🎉',
      'a-b-c',
      'percent%20',
      'x'.repeat(200),
    ];
    for (const label of labels) await client.appendToStream(name(label), event());
    const read = labels.map(async (label) =>
      (await all(client.readStream(name(label)))).map(brief),
    );
    return Promise.all(read);
  },
  'append: the size limit, and that nothing of a refused append is there': async ({
    client,
    name,
  }) => {
    const append = (bytes: number) =>
      outcome(
        client
          .appendToStream(name('a'), binaryEvent({ type: 'Large', data: Buffer.alloc(bytes) }))
          .then((r) => r.nextExpectedRevision),
      );
    const seen = [await append(1_048_577), await append(1_048_576)];
    return [...seen, await revisions(client.readStream(name('a')))];
  },
  'append: of many writers to one stream none is lost': async ({ client, name }) => {
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => client.appendToStream(name('a'), event({ n }))),
    );
    const found = await all(client.readStream(name('a')));
    return {
      inOrder: found.every((each, n) => each.event?.revision === BigInt(n)),
      different: new Set(found.map((each) => JSON.stringify(each.event?.data))).size,
    };
  },
  'append: of many with one expected revision exactly one wins': async ({ client, name }) => {
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        outcome(client.appendToStream(name('a'), event(), { expectedRevision: NO_STREAM })),
      ),
    );
    const won = results.filter((each) => 'success' in each && each.success).length;
    return { won, lost: results.length - won, left: await revisions(client.readStream(name('a'))) };
  },
  'append: the position is that of the last event, and grows': async ({ client, name }) => {
    const first = await client.appendToStream(name('a'), events(2));
    const second = await client.appendToStream(name('b'), event());
    const read = await all(client.readStream(name('a')));
    return {
      ofLast:
        first.position !== undefined &&
        read.at(-1)?.event?.position?.commit === first.position.commit,
      commitIsPrepare: first.position?.commit === first.position?.prepare,
      grows: (first.position?.commit ?? 0n) < (second.position?.commit ?? 0n),
    };
  },
};
