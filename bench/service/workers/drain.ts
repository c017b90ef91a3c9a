import { EventStoreDBClient, START } from '@eventstore/db-client';
import { ownCpuSeconds } from '../cpu.ts';
import { answerQuestions } from '../worker.ts';

export type DrainQuestion = { readonly eventStoreUrl: string };

export type DrainAnswer = { readonly seconds: number; readonly cpuSeconds: number };

/** Reads the whole log with the client that the service uses, and does nothing with it. */
answerQuestions<DrainQuestion, DrainAnswer>(async ({ eventStoreUrl }) => {
  const client = EventStoreDBClient.connectionString(eventStoreUrl);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let events = 0;
  for await (const { event } of client.readAll({ fromPosition: START })) if (event) events += 1;
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = ownCpuSeconds(cpuBefore);
  if (events === 0) throw new Error('the log is empty');
  await client.dispose();
  return { seconds, cpuSeconds };
});
