import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { eachOf } from '../each-of.ts';
import { madeUpOrderNo, type Sample, type SampleEvent } from '../sample.ts';
import { answerQuestions } from '../worker.ts';

/** Writes copies of a sample order and its cart, as if many members had ordered. */
export type FillLogQuestion = {
  readonly eventStoreUrl: string;
  readonly sample: Sample;
  readonly orders: number;
  /** Orders whose events lie mixed in the log. */
  readonly mixed: number;
};

export type FillLogAnswer = { readonly events: number };

/** Enough for the store's group commit, far from its 100 calls a connection. */
const IN_FLIGHT = 64;

/** Events that lie together in one stream of the sample are one append. */
const appendsOf = (events: readonly SampleEvent[]): readonly (readonly SampleEvent[])[] =>
  events.reduce<SampleEvent[][]>((appends, event) => {
    const last = appends.at(-1);
    if (last?.[0]?.category === event.category) last.push(event);
    else appends.push([event]);
    return appends;
  }, []);

answerQuestions<FillLogQuestion, FillLogAnswer>(async (question) => {
  const { eventStoreUrl, sample, orders, mixed } = question;
  const client = EventStoreDBClient.connectionString(eventStoreUrl);
  const appends = appendsOf(sample.events);
  let events = 0;
  for (let from = 0; from < orders; from += mixed)
    for (const append of appends)
      await eachOf(Math.min(mixed, orders - from), IN_FLIGHT, async (index) => {
        const number = from + index;
        const orderNo = madeUpOrderNo(number);
        const memberId = `fill-${number}`;
        const stream = { cart: memberId }[append[0]?.category ?? ''] ?? orderNo;
        await client.appendToStream(
          `${append[0]?.category}-${stream}`,
          append.map(({ type, data, metadata }) => {
            const text = JSON.stringify(data)
              .replaceAll(sample.orderNo, orderNo)
              .replaceAll(`"memberId":"${sample.memberId}"`, `"memberId":"${memberId}"`);
            return jsonEvent({ id: randomUUID(), type, data: JSON.parse(text), metadata });
          }),
        );
        events += append.length;
      });
  await client.dispose();
  return { events };
});
