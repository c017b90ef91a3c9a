import { ANY, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import { event, events, outcome, revisions, type Scenarios, type Scene, until } from '../scene.ts';

/** A stream of three events that was deleted. */
const deleted = async ({ client, name }: Scene): Promise<string> => {
  await client.appendToStream(name('a'), events(3));
  await client.deleteStream(name('a'));
  return name('a');
};

export const removal: Scenarios = {
  'delete: the stream reads as not found, and may be deleted again': async (scene) => {
    const stream = await deleted(scene);
    const again = await outcome(scene.client.deleteStream(stream).then((r) => 'position' in r));
    return { read: await revisions(scene.client.readStream(stream)), again };
  },
  'delete: numbers go on, whatever the next append expects': async (scene) => {
    const seen: unknown[] = [];
    for (const expectedRevision of [ANY, NO_STREAM, 2n] as const) {
      const name = (label: string) => scene.name(`${label}-${expectedRevision}`);
      const stream = await deleted({ ...scene, name });
      const result = scene.client.appendToStream(stream, events(2), { expectedRevision });
      seen.push(await outcome(result.then((r) => r.nextExpectedRevision)));
      // The real server writes the metadata of the new stream just after the answer.
      const read = () => revisions(scene.client.readStream(stream));
      await until(async () => Array.isArray(await read()));
      seen.push(await read());
    }
    return seen;
  },
  'delete: afterwards STREAM_EXISTS is told that it is deleted': async (scene) => {
    const stream = await deleted(scene);
    return outcome(
      scene.client.appendToStream(stream, event(), { expectedRevision: STREAM_EXISTS }),
    );
  },
  'delete: a wrong revision is refused': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(3));
    return outcome(client.deleteStream(name('a'), { expectedRevision: 0n }));
  },
  'delete: of a stream that does not exist, with each expectation': async ({ client, name }) => [
    await outcome(client.deleteStream(name('a'), { expectedRevision: ANY })),
    await outcome(client.deleteStream(name('a'), { expectedRevision: NO_STREAM })),
    await outcome(client.deleteStream(name('a'), { expectedRevision: 3n })),
  ],
  'delete: the metadata is gone but for where the stream goes on': async (scene) => {
    await scene.client.setStreamMetadata(scene.name('a'), { owner: 'shop', maxCount: 5 });
    const stream = await deleted(scene);
    return (await scene.client.getStreamMetadata(stream)).metadata;
  },
  'tombstone: nothing can be done with the stream any more': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(3));
    await client.tombstoneStream(name('a'));
    return {
      read: await revisions(client.readStream(name('a'))),
      append: await outcome(client.appendToStream(name('a'), event())),
      delete: await outcome(client.deleteStream(name('a'))),
      again: await outcome(client.tombstoneStream(name('a'))),
      metadata: await outcome(client.getStreamMetadata(name('a'))),
    };
  },
  'tombstone: a stream that never was can be closed for ever': async ({ client, name }) => {
    const tombstone = await outcome(client.tombstoneStream(name('a')).then((r) => 'position' in r));
    return [tombstone, await outcome(client.appendToStream(name('a'), event()))];
  },
  'tombstone: a wrong revision is refused': async ({ client, name }) => {
    await client.appendToStream(name('a'), events(3));
    return outcome(client.tombstoneStream(name('a'), { expectedRevision: 9n }));
  },
};
