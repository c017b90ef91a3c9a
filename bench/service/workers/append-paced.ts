import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { atPace, monotonicMs } from '../pace.ts';
import { madeUpOrderNo, type Sample } from '../sample.ts';
import { answerQuestions } from '../worker.ts';

/** Places orders in the members' names, by appending to the log. */
export type AppendPacedQuestion = {
  readonly eventStoreUrl: string;
  readonly sample: Sample;
  readonly memberIds: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  /** Number of the first order. */
  readonly from: number;
};

/** When each append was begun, by the position that it came to lie at. */
export type AppendPacedAnswer = ReadonlyMap<string, number>;

answerQuestions<AppendPacedQuestion, AppendPacedAnswer>(async (question) => {
  const { sample, memberIds, from } = question;
  const placed = sample.events.find(({ type }) => type === 'OrderPlaced');
  if (!placed) throw new Error('the sample has no OrderPlaced');
  const client = EventStoreDBClient.connectionString(question.eventStoreUrl);
  const begun = new Map<string, number>();
  await atPace(question, async (index) => {
    const orderNo = madeUpOrderNo(from + index);
    const data = { ...placed.data, orderNo, memberId: memberIds[index % memberIds.length] };
    const { type, metadata } = placed;
    const event = jsonEvent({ id: randomUUID(), type, data, metadata });
    const at = monotonicMs();
    const { position } = await client.appendToStream(`order-${orderNo}`, event);
    begun.set(String(position?.commit), at);
  });
  await client.dispose();
  return begun;
});
