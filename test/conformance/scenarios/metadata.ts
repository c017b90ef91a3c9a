import { BACKWARDS, END, NO_STREAM } from '@eventstore/db-client';
import { all, brief, event, events, outcome, revisions, type Scenarios, until } from '../scene.ts';

export const metadata: Scenarios = {
  'metadata: of a stream without, and of none': async ({ client, name }) => {
    await client.appendToStream(name('a'), event());
    return [
      await client.getStreamMetadata(name('a')),
      await client.getStreamMetadata(name('none')),
    ];
  },
  'metadata: what is set comes back, and the next replaces all of it': async ({ client, name }) => {
    const set = {
      maxCount: 10,
      maxAge: 1000,
      truncateBefore: 3,
      cacheControl: 20,
      acl: { readRoles: ['$admins'] },
      owner: 'shop',
      nested: { a: 1 },
    };
    const one = await client.setStreamMetadata(name('a'), set);
    const first = (await client.getStreamMetadata(name('a'))).metadata;
    const two = await client.setStreamMetadata(name('a'), { owner: 'other' });
    const second = (await client.getStreamMetadata(name('a'))).metadata;
    const same = JSON.stringify(sorted(first)) === JSON.stringify(sorted(set));
    return { one: one.nextExpectedRevision, same, two: two.nextExpectedRevision, second };
  },
  'metadata: they have expected revisions of their own': async ({ client, name }) => {
    await client.setStreamMetadata(name('a'), { n: 1 }, { expectedRevision: NO_STREAM });
    return [
      await outcome(client.setStreamMetadata(name('a'), { n: 2 }, { expectedRevision: 4n })),
      await outcome(client.setStreamMetadata(name('a'), { n: 2 }, { expectedRevision: NO_STREAM })),
    ];
  },
  'metadata: their stream reads as its newest event': async ({ client, name }) => {
    await client.setStreamMetadata(name('a'), { owner: 'x' });
    await client.setStreamMetadata(name('a'), { owner: 'y', maxCount: 2 });
    return (await all(client.readStream(`$$${name('a')}`))).map(brief);
  },
  'retention: a count keeps the newest, with their numbers': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(5));
    await client.setStreamMetadata(name('a'), { maxCount: 2 });
    return {
      forwards: await revisions(client.readStream(name('a'))),
      backwards: await revisions(
        client.readStream(name('a'), { direction: BACKWARDS, fromRevision: END }),
      ),
    };
  },
  'retention: a number hides what is below it, even all there is': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(5));
    const seen: unknown[] = [];
    for (const truncateBefore of [3, 9]) {
      await client.setStreamMetadata(name('a'), { truncateBefore });
      seen.push(await revisions(client.readStream(name('a'))));
    }
    return [...seen, (await client.appendToStream(name('a'), event())).nextExpectedRevision];
  },
  'retention: an age hides what is older': async ({ client, name }) => {
    await client.setStreamMetadata(name('a'), { maxAge: 2 });
    await client.appendToStream(name('a'), events(2));
    const young = await revisions(client.readStream(name('a')));
    const left = () => all(client.readStream(name('a')));
    await until(async () => (await left()).length === 0);
    return { young, old: await revisions(client.readStream(name('a'))) };
  },
};

const sorted = (value: object | undefined) =>
  Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
