import { BACKWARDS, END, FORWARDS, START } from '@eventstore/db-client';
import { all, event, events, outcome, revisions, type Scenarios, type Scene } from '../scene.ts';

/** The numbers of this run's own events in a page of `$all`. */
const ownNumbers = async (
  { client, prefix }: Scene,
  options: Parameters<typeof client.readAll>[0],
) => {
  const page = await all(client.readAll({ maxCount: 50, ...options }));
  return page.flatMap(({ event: found }) =>
    found?.streamId.startsWith(prefix) ? [found.data] : [],
  );
};

export const reading: Scenarios = {
  'read: a stream that does not exist, in both directions': async ({ client, name }) => [
    await revisions(client.readStream(name('none'))),
    await revisions(client.readStream(name('none'), { direction: BACKWARDS, fromRevision: END })),
  ],
  'read: forwards and backwards from each point': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(5));
    const from = (
      direction: typeof FORWARDS | typeof BACKWARDS,
      fromRevision: typeof START | typeof END | bigint,
    ) => revisions(client.readStream(name('a'), { direction, fromRevision }));
    return {
      forwards: [await from(FORWARDS, START), await from(FORWARDS, 3n), await from(FORWARDS, 9n)],
      forwardsFromEnd: await from(FORWARDS, END),
      backwards: [await from(BACKWARDS, END), await from(BACKWARDS, 3n), await from(BACKWARDS, 9n)],
      backwardsFromStart: await from(BACKWARDS, START),
    };
  },
  'read: at most so many': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(5));
    const most = (maxCount: number) => revisions(client.readStream(name('a'), { maxCount }));
    return [await most(2), await most(9), await most(0)];
  },
  'read: more than a page arrives once and in order': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(1000));
    const found = await all(client.readStream(name('a')));
    return {
      count: found.length,
      inOrder: found.every((each, n) => each.event?.revision === BigInt(n)),
    };
  },
  'read: one that is broken off leaves the client usable': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(500));
    const few = await all(client.readStream(name('a')), 3);
    return [few.length, (await client.appendToStream(name('a'), event())).nextExpectedRevision];
  },
  'read $all: a position is inclusive forwards and exclusive backwards': async (scene) => {
    const { client, name } = scene;
    await client.appendToStream(name('a'), event({ n: 0 }));
    const { position } = await client.appendToStream(name('b'), event({ n: 1 }));
    await client.appendToStream(name('a'), event({ n: 2 }));
    if (position === undefined) return 'no position';
    return {
      forwards: await ownNumbers(scene, { fromPosition: position }),
      backwards: await ownNumbers(scene, { direction: BACKWARDS, fromPosition: position }),
      fromEnd: await ownNumbers(scene, { direction: BACKWARDS, fromPosition: END }),
    };
  },
  'read $all: forwards from the end and backwards from the start there is nothing': async ({
    client,
  }) => [
    (await all(client.readAll({ fromPosition: END }))).length,
    (await all(client.readAll({ direction: BACKWARDS, fromPosition: START }))).length,
  ],
  'read $all: a count holds in both directions': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(5));
    return [
      (await all(client.readAll({ maxCount: 3 }))).length,
      (await all(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 3 }))).length,
    ];
  },
  'read: a count of zero of a stream that does not exist': ({ client, name }) =>
    outcome(all(client.readStream(name('none'), { maxCount: 0 }))),
};
