import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import pg from 'pg';
import { atPace } from '../pace.ts';
import { answerQuestions } from '../worker.ts';
import type { AppendPacedQuestion } from './append-paced.ts';

export type AppendNotifyQuestion = Omit<AppendPacedQuestion, 'from' | 'memberIds'> & {
  readonly databaseUrl: string;
};

/** From the beginning of an append to the notification about it, in ms. */
export type AppendNotifyAnswer = readonly number[];

answerQuestions<AppendNotifyQuestion, AppendNotifyAnswer>(async (question) => {
  const placed = question.sample.events.find(({ type }) => type === 'OrderPlaced');
  if (!placed) throw new Error('the sample has no OrderPlaced');
  const { type, data, metadata } = placed;
  const store = EventStoreDBClient.connectionString(question.eventStoreUrl);
  const speaker = new pg.Pool({ connectionString: question.databaseUrl, max: 4 });
  const listener = new pg.Client(question.databaseUrl);
  await listener.connect();
  await listener.query('listen bare');
  const waiting = new Map<string, () => void>();
  listener.on('notification', ({ payload = '' }) => waiting.get(payload)?.());
  const latencies: number[] = [];
  await atPace(question, async () => {
    const id = randomUUID();
    const since = performance.now();
    const heard = new Promise<void>((resolve) => waiting.set(id, resolve));
    await store.appendToStream(`bareFeed-${id}`, jsonEvent({ id, type, data, metadata }));
    await speaker.query('select pg_notify($1, $2)', ['bare', id]);
    await heard;
    latencies.push(performance.now() - since);
  });
  await Promise.all([store.dispose(), speaker.end(), listener.end()]);
  return latencies;
});
