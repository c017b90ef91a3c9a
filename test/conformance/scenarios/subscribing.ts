import {
  binaryEvent,
  END,
  eventTypeFilter,
  excludeSystemEvents,
  type Position,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { all, brief, event, events, Follower, type Scenarios, until } from '../scene.ts';

const link = (target: string) => binaryEvent({ type: '$>', data: Buffer.from(target) });
const numbers = (follower: Follower) => follower.events.map(({ event: each }) => each?.data);
const revisionsOf = (follower: Follower) =>
  follower.events.map(({ event: each }) => each?.revision);

export const subscribing: Scenarios = {
  'subscribe: history first, then what comes': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(3));
    const follower = new Follower(client.subscribeToStream(name('a')));
    await follower.emitted('caughtUp');
    await client.appendToStream(name('a'), event({ n: 3 }));
    await follower.has(4);
    await follower.stop();
    return { story: follower.story, events: follower.events.map(brief) };
  },
  'subscribe: a revision is exclusive, and the end is the end': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(3));
    const fromOne = new Follower(client.subscribeToStream(name('a'), { fromRevision: 1n }));
    const fromEnd = new Follower(client.subscribeToStream(name('a'), { fromRevision: END }));
    await fromEnd.emitted('caughtUp');
    await client.appendToStream(name('a'), event());
    await fromOne.has(2);
    await fromEnd.has(1);
    for (const follower of [fromOne, fromEnd]) await follower.stop();
    return [revisionsOf(fromOne), revisionsOf(fromEnd)];
  },
  'subscribe: a stream that does not exist is waited for': async ({ client, name }) => {
    const follower = new Follower(client.subscribeToStream(name('a')));
    await follower.emitted('caughtUp');
    await client.appendToStream(name('a'), events(2));
    await follower.has(2);
    await follower.stop();
    return follower.story;
  },
  'subscribe: a tombstone ends it, and refuses the next': async ({ client, name }) => {
    await client.appendToStream(name('a'), event());
    const follower = new Follower(client.subscribeToStream(name('a')));
    await follower.emitted('caughtUp');
    await client.tombstoneStream(name('a'));
    await follower.emitted('stream-deleted');
    const late = new Follower(client.subscribeToStream(name('a')));
    await late.emitted('stream-deleted');
    return {
      types: follower.events.map(({ event: each }) => each?.type),
      late: late.story.slice(0, 1),
    };
  },
  'subscribe: a deletion is outlived': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(2));
    const follower = new Follower(client.subscribeToStream(name('a')));
    await follower.has(2);
    await client.deleteStream(name('a'));
    await client.appendToStream(name('a'), events(2));
    await follower.has(4);
    await follower.stop();
    return revisionsOf(follower);
  },
  'subscribe: what is written meanwhile comes once and in order': async ({ client, name }) => {
    const follower = new Follower(client.subscribeToStream(name('a')));
    for (let i = 0; i < 20; i++) await client.appendToStream(name('a'), events(20));
    await follower.has(400);
    await follower.stop();
    return revisionsOf(follower).every((revision, n) => revision === BigInt(n));
  },
  'subscribe $all: filters on names and types, by beginnings and patterns': async ({
    client,
    name,
    prefix,
  }) => {
    const { position } = await client.appendToStream(name('start'), event());
    const filters = {
      names: streamNameFilter({ prefixes: [`${prefix}x`, `${prefix}z`] }),
      namePattern: streamNameFilter({ regex: `^${prefix}.*2$` }),
      types: eventTypeFilter({ prefixes: [`${prefix}A`] }),
      typePattern: eventTypeFilter({ regex: `^${prefix}(A|B)` }),
    };
    const followers = Object.entries(filters).map(
      ([kind, filter]) =>
        [
          kind,
          new Follower(client.subscribeToAll({ fromPosition: position ?? START, filter })),
        ] as const,
    );
    const write = (label: string, type: string) =>
      client.appendToStream(name(label), event({ label, type }, { type: prefix + type }));
    await write('x1', 'A');
    await write('y2', 'B');
    await write('z2', 'C');
    await until(() =>
      followers.every(([, each]) => each.events.length >= (each === followers[2]?.[1] ? 1 : 2)),
    );
    for (const [, follower] of followers) await follower.stop();
    return followers.map(([kind, follower]) => [kind, numbers(follower)]);
  },
  'subscribe $all: a position is exclusive': async ({ client, name, prefix }) => {
    const { position } = await client.appendToStream(name('a'), event({ n: 0 }));
    await client.appendToStream(name('a'), event({ n: 1 }));
    const filter = streamNameFilter({ prefixes: [prefix] });
    const follower = new Follower(
      client.subscribeToAll({ fromPosition: position ?? START, filter }),
    );
    await follower.has(1);
    await follower.stop();
    return numbers(follower);
  },
  'subscribe $all: system events can be left out': async ({ client, name }) => {
    const { position } = await client.appendToStream(name('start'), event());
    const follower = new Follower(
      client.subscribeToAll({ fromPosition: position ?? START, filter: excludeSystemEvents() }),
    );
    await client.setStreamMetadata(name('a'), { owner: 'x' });
    await client.appendToStream(name('a'), event({ last: true }));
    await until(() => follower.events.some(({ event: each }) => each?.streamId === name('a')));
    await follower.stop();
    return follower.events.filter(({ event: each }) => each?.type.startsWith('$')).length;
  },
  'subscribe $all: checkpoints come although nothing matches, and grow': async ({
    client,
    name,
    prefix,
  }) => {
    const { position } = await client.appendToStream(name('start'), event());
    const checkpoints: Position[] = [];
    const filter = streamNameFilter({
      prefixes: [`${prefix}nothing`],
      checkpointInterval: 1,
      maxSearchWindow: 5,
      checkpointReached: (_subscription, checkpoint) => {
        checkpoints.push(checkpoint);
      },
    });
    const follower = new Follower(
      client.subscribeToAll({ fromPosition: position ?? START, filter }),
    );
    await client.appendToStream(name('noise'), events(40));
    await until(() => checkpoints.length >= 3);
    await follower.stop();
    return {
      grow: checkpoints.every(
        (each, n) => n === 0 || each.commit > (checkpoints[n - 1]?.commit ?? 0n),
      ),
      behindStart: checkpoints.every((each) => each.commit >= (position?.commit ?? 0n)),
      events: follower.events.length,
    };
  },
  'links: the target comes with the link, the link alone when it is gone': async ({
    client,
    name,
  }) => {
    await client.appendToStream(name('a'), events(2));
    await client.appendToStream(name('gone'), event());
    await client.appendToStream(name('links'), [link(`1@${name('a')}`), link(`0@${name('gone')}`)]);
    await client.deleteStream(name('gone'));
    const follower = new Follower(
      client.subscribeToStream(name('links'), { resolveLinkTos: true }),
    );
    await follower.has(2);
    await follower.stop();
    const read = await all(client.readStream(name('links'), { resolveLinkTos: true }));
    return {
      read: read.map(brief),
      subscribed: follower.events.map(brief),
      asTheyAre: (await all(client.readStream(name('links')))).map(brief),
    };
  },
};
