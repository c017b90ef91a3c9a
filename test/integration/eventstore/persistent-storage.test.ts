import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newEvent } from '../../../embedded/eventstore/persistent-subscriptions/storage/new-event.ts';
import { ANY } from '../../../embedded/eventstore/streams/event-store.ts';
import { definition, PersistentStore } from '../../support/persistent-store.ts';
import { soon } from '../../support/soon.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let s: PersistentStore;

beforeEach(async () => {
  folder = await temporaryFolder();
  s = await PersistentStore.open(folder.path);
});
afterEach(async () => {
  await s.close();
  await folder.remove();
});

const reopen = async () => {
  await s.close();
  s = await PersistentStore.open(folder.path);
};
const info = (source: string) => s.subscriptions.info(source, 'g');
const parkedCount = (source: string, count: number) =>
  soon(() => expect(info(source).parkedMessageCount).toBe(count));

describe('after a restart', () => {
  test('groups, their settings and filters are there', async () => {
    const all = definition(
      '$all',
      { startFrom: { kind: 'position', commit: 500n, prepare: 499n }, strategy: 'Pinned' },
      { on: 'type', regex: undefined, prefixes: ['a,b', '한글'] },
    );
    await s.write('a', 3);
    await s.subscriptions.create(all);
    await s.subscriptions.create(
      definition('a', { startFrom: { kind: 'revision', revision: 7n }, maxRetryCount: -1 }),
    );
    await s.subscriptions.create({
      ...definition('a', { startFrom: { kind: 'end' } }),
      group: 'h',
    });
    const before = s.subscriptions.list(undefined).map((each) => each.definition);
    await reopen();
    expect(s.subscriptions.list(undefined).map((each) => each.definition)).toEqual(before);
    expect(before[0]).toEqual(all);
  });

  test.each(['a', '$all'])('a group on %s goes on behind its checkpoint', async (source) => {
    await s.write('a', 5);
    const filter =
      source === '$all' ? { on: 'stream' as const, regex: '^a$', prefixes: [] } : undefined;
    await s.subscriptions.create(definition(source, {}, filter));
    const c = s.join(source);
    await soon(() => expect(c.got).toHaveLength(5));
    s.ack(source, c.events[0], c.events[1], c.events[3]);
    await reopen();
    const next = s.join(source);
    await soon(() => expect(next.got).toEqual(['2/0', '3/0', '4/0']));
  });

  test('parked messages are there, counted, and can be replayed', async () => {
    await s.write('a', 3);
    await s.subscriptions.create(definition('a'));
    const c = s.join('a');
    await soon(() => expect(c.got).toHaveLength(3));
    s.park('a', c.events[0], c.events[2]);
    s.ack('a', c.events[1]);
    await parkedCount('a', 2);
    await reopen();
    expect(info('a').parkedMessageCount).toBe(2);
    const next = s.join('a');
    s.subscriptions.find('a', 'g').replayParked(undefined);
    await soon(() => expect(next.got).toEqual(['0 by 0/0', '2 by 1/0']));
    await parkedCount('a', 0);
    await reopen();
    expect(info('a').parkedMessageCount).toBe(0);
  });

  test.each([
    ['no JSON', '{'],
    ['something else', '{"n":1}'],
    ['a group without a name', '{"entries":[{}]}'],
    ['nothing', ''],
  ])('a foreign event in the configuration, %s, is passed over', async (_what, data) => {
    await s.subscriptions.create(definition('a'));
    const foreign = newEvent('$PersistentConfig', data, { isJson: true });
    await s.store.append('$persistentSubscriptionConfig', ANY, [foreign]);
    await reopen();
    expect(s.subscriptions.list(undefined)).toHaveLength(1);
    await s.store.append('$persistentSubscriptionConfig', ANY, [
      newEvent('$PersistentConfig', data, { isJson: false }),
      newEvent('$PersistentConfig', data, { isJson: false }),
    ]);
    await reopen();
    expect(s.subscriptions.list(undefined)).toEqual([]);
    await s.subscriptions.create(definition('b'));
  });

  test('a foreign checkpoint counts as none', async () => {
    await s.write('a', 1);
    await s.subscriptions.create(definition('a'));
    for (const data of ['"x"', '{', '5', '""']) {
      const foreign = newEvent('$SubscriptionCheckpoint', data, { isJson: true });
      await s.store.append('$persistentsubscription-a::g-checkpoint', ANY, [foreign]);
      await reopen();
      const c = s.join('a');
      await soon(() => expect(c.got).toEqual(['0/0']));
    }
  });

  test('a parked message of a source that was deleted meanwhile comes as a link only', async () => {
    await s.write('a', 1);
    await s.subscriptions.create(definition('a'));
    const c = s.join('a');
    await soon(() => expect(c.got).toHaveLength(1));
    s.park('a', c.events[0]);
    await parkedCount('a', 1);
    await s.store.deleteStream('a', ANY);
    s.subscriptions.find('a', 'g').replayParked(undefined);
    await soon(() => expect(c.got[1]).toBe('nothing by 0/0'));
  });
});

describe('sources', () => {
  test('a group on $all sees its own configuration, but not its checkpoints', async () => {
    await s.subscriptions.create(definition('$all'));
    await s.write('a', 2);
    const c = s.join('$all', 100);
    await soon(() => expect(c.events.length).toBeGreaterThan(3));
    s.ack('$all', ...c.events);
    await soon(() =>
      expect(s.store.streamState('$persistentsubscription-$all::g-checkpoint').status).toBe('live'),
    );
    await s.write('a', 1);
    const streams = c.events.map(({ event }) => event?.stream);
    expect(streams).toContain('$persistentSubscriptionConfig');
    expect(streams).not.toContain('$persistentsubscription-$all::g-checkpoint');
    expect(streams.filter((stream) => stream === 'a')).toHaveLength(3);
  });

  test('links are resolved in history and live, in order among other events', async () => {
    await s.write('a', 2);
    await s.writeLinks('l', '1@a', '9@a');
    await s.subscriptions.create(definition('l', { resolveLinks: true }));
    const c = s.join('l', 100);
    await soon(() => expect(c.got).toHaveLength(2));
    await Promise.all([s.writeLinks('l', '0@a'), s.write('l', 1), s.writeLinks('l', '1@a')]);
    await soon(() => expect(c.got).toHaveLength(5));
    expect(c.got).toEqual(['1 by 0/0', 'nothing by 1/0', '0 by 2/0', '3/0', '1 by 4/0']);
  });

  test('events of a stream that was deleted and written again are delivered', async () => {
    await s.write('a', 2);
    await s.subscriptions.create(definition('a'));
    const c = s.join('a');
    await soon(() => expect(c.got).toHaveLength(2));
    await s.store.deleteStream('a', ANY);
    await s.write('a', 1);
    await soon(() => expect(c.got).toEqual(['0/0', '1/0', '2/0']));
  });

  test('a tombstone is delivered live; a later start drops whoever joins', async () => {
    await s.write('a', 1);
    await s.subscriptions.create(definition('a'));
    const c = s.join('a');
    await soon(() => expect(c.got).toHaveLength(1));
    await s.store.tombstoneStream('a', ANY);
    await soon(() => expect(c.events[1]?.event?.type).toBe('$streamDeleted'));
    expect(c.dropped).toBe(false);
    await s.subscriptions.restart();
    expect(c.dropped).toBe(true);
    await soon(() => {
      const late = s.join('a');
      expect(late.dropped).toBe(true);
    });
    expect(info('a').figures.status).toBe('Behind, OutstandingPageRequest');
  });

  test('a rare match in a long history is found, and the checkpoint passes the rest', async () => {
    await s.write('noise', 1000);
    await s.write('wanted', 1);
    await s.write('noise', 1000);
    await s.subscriptions.create(
      definition('$all', {}, { on: 'stream', regex: undefined, prefixes: ['wanted'] }),
    );
    const c = s.join('$all');
    await soon(() => expect(c.got).toEqual(['0/0']));
    s.ack('$all', c.events[0]);
    await soon(() => {
      const [, position] = /^C:(\d+)\//.exec(info('$all').lastCheckpoint) ?? [];
      expect(Number(position)).toBeGreaterThan(c.events[0]?.logPosition ?? 0);
    });
  });
});

describe('management', () => {
  test('an update keeps the filter, drops the consumers, and goes on behind the checkpoint', async () => {
    await s.write('a', 3);
    await s.write('b', 3);
    const filter = { on: 'stream' as const, regex: undefined, prefixes: ['a'] };
    await s.subscriptions.create(definition('$all', {}, filter));
    const c = s.join('$all', 2);
    await soon(() => expect(c.got).toEqual(['0/0', '1/0']));
    s.ack('$all', c.events[0]);
    await s.subscriptions.update(definition('$all', { maxRetryCount: 3 }));
    expect(c.dropped).toBe(true);
    const next = s.join('$all');
    await soon(() => expect(next.got).toEqual(['1/0', '2/0']));
    expect(info('$all').definition).toEqual(definition('$all', { maxRetryCount: 3 }, filter));
  });

  test('a group that is created again starts afresh', async () => {
    await s.write('a', 2);
    await s.subscriptions.create(definition('a'));
    const c = s.join('a');
    await soon(() => expect(c.got).toHaveLength(2));
    s.park('a', c.events[0]);
    s.ack('a', c.events[1]);
    await parkedCount('a', 1);
    await s.subscriptions.delete('a', 'g');
    expect(s.subscriptions.list('a')).toEqual([]);
    await s.subscriptions.create(definition('a'));
    expect(info('a')).toMatchObject({ parkedMessageCount: 0, lastCheckpoint: '' });
    const next = s.join('a');
    await soon(() => expect(next.got).toEqual(['0/0', '1/0']));
  });

  test('changes at the same time are made one after the other', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const outcomes = await Promise.allSettled(
      [...names, ...names].map((group) => s.subscriptions.create({ ...definition('a'), group })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    await reopen();
    expect(s.subscriptions.list('a').map((each) => each.definition.group)).toEqual(names);
  });

  test('partial replays take exactly the numbers below the limit', async () => {
    await s.write('a', 4);
    await s.subscriptions.create(definition('a'));
    const c = s.join('a');
    await soon(() => expect(c.got).toHaveLength(4));
    s.park('a', ...c.events);
    await parkedCount('a', 4);
    const group = s.subscriptions.find('a', 'g');
    group.replayParked(2n);
    group.replayParked(undefined);
    await soon(() => expect(c.got.slice(4)).toEqual(['0 by 0/0', '1 by 1/0']));
    await parkedCount('a', 2);
    group.replayParked(2n ** 62n);
    await parkedCount('a', 0);
    expect(c.got.slice(6)).toEqual(['2 by 2/0', '3 by 3/0']);
  });
});

test('a scavenge leaves the newest of the checkpoints, and groups go on behind it', async () => {
  await s.write('a', 30);
  await s.subscriptions.create(definition('a'));
  const c = s.join('a', 1);
  for (let n = 0; n < 20; n++) {
    await soon(() => expect(c.got).toHaveLength(n + 1));
    s.ack('a', c.events[n]);
    await soon(() => expect(info('a').lastCheckpoint).toBe(String(n)));
  }
  const stream = '$persistentsubscription-a::g-checkpoint';
  const stored = async () => (await s.store.readStream(stream, 0, 'forwards', 100)).records;
  await soon(async () => expect((await stored()).at(-1)?.data.toString()).toBe('"19"'));
  await s.store.scavenger.start().done;
  expect((await stored()).map(({ data }) => data.toString())).toEqual(['"19"']);
  await reopen();
  const next = s.join('a');
  await soon(() => expect(next.got[0]).toBe('20/0'));
});
