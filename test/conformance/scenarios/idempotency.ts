import { randomUUID } from 'node:crypto';
import { ANY, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import { event, events, outcome, revisions, type Scenarios, type Scene } from '../scene.ts';

type Expected = typeof ANY | typeof NO_STREAM | typeof STREAM_EXISTS | bigint;

const batch = (count: number) =>
  Array.from({ length: count }, (_, n) => event({ n }, { id: randomUUID() }));

/** Appends one batch after the other with one expectation; gives each answer and the length left. */
const inTurn = async (
  { client, name }: Scene,
  expectedRevision: Expected,
  ...batches: readonly ReturnType<typeof batch>[]
) => {
  const answers: unknown[] = [];
  for (const each of batches)
    answers.push(
      await outcome(
        client
          .appendToStream(name('a'), each, { expectedRevision })
          .then((r) => [r.success, r.nextExpectedRevision]),
      ),
    );
  return { answers, left: await revisions(client.readStream(name('a'))) };
};

export const idempotency: Scenarios = {
  'idempotency: the same batch again with ANY': (scene) => {
    const same = batch(2);
    return inTurn(scene, ANY, same, same);
  },
  'idempotency: the same batch again with NO_STREAM': (scene) => {
    const same = batch(2);
    return inTurn(scene, NO_STREAM, same, same);
  },
  'idempotency: the same batch again with STREAM_EXISTS and an exact revision': async (scene) => {
    await scene.client.appendToStream(scene.name('a'), events(2));
    const [one, two] = [batch(1), batch(1)];
    return [await inTurn(scene, STREAM_EXISTS, one, one), await inTurn(scene, 2n, two, two)];
  },
  'idempotency: the same batch again after later events': async (scene) => {
    const same = batch(3);
    await inTurn(scene, NO_STREAM, same);
    await scene.client.appendToStream(scene.name('a'), event());
    return inTurn(scene, NO_STREAM, same);
  },
  'idempotency: a part of a batch, and a batch with more': (scene) => {
    const whole = batch(3);
    return inTurn(scene, NO_STREAM, whole, whole.slice(0, 2), [...whole, ...batch(1)]);
  },
  'idempotency: with ANY, a known id before a new one is refused, behind it accepted': async (
    scene,
  ) => {
    const [known, one, two] = [batch(1), batch(1), batch(1)];
    return inTurn(scene, ANY, known, [...known, ...one], [...two, ...known]);
  },
  'idempotency: the same events in another order are others': (scene) => {
    const two = batch(2);
    return inTurn(scene, NO_STREAM, two, two.toReversed());
  },
  'idempotency: one id in two streams is two events': async ({ client, name }) => {
    const same = batch(1);
    await client.appendToStream(name('a'), same);
    await client.appendToStream(name('b'), same);
    return [
      await revisions(client.readStream(name('a'))),
      await revisions(client.readStream(name('b'))),
    ];
  },
  'idempotency: one id twice inside a batch is two events': async (scene) => {
    const [once] = batch(1);
    return once && inTurn(scene, ANY, [once, once]);
  },
};
