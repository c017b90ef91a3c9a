import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import express from 'express';
import type { SampleEvent } from '../sample.ts';
import { answerQuestions } from '../worker.ts';

/** The least that a command over HTTP can be: a bare route that appends one event. */
export type FloorServerQuestion = {
  readonly eventStoreUrl: string;
  /** What `/<name>` appends. */
  readonly samples: Readonly<Record<string, SampleEvent>>;
};

export type FloorServerAnswer = { readonly url: string };

answerQuestions<FloorServerQuestion, FloorServerAnswer>(async ({ eventStoreUrl, samples }) => {
  const client = EventStoreDBClient.connectionString(eventStoreUrl);
  const app = express();
  app.use(express.json());
  for (const [name, { type, data, metadata }] of Object.entries(samples)) {
    let streams = 0;
    app.post(`/${name}`, async (_req, res) => {
      const stream = `floor-${name}-${streams++}`;
      const event = jsonEvent({ id: randomUUID(), type, data, metadata });
      const { nextExpectedRevision } = await client.appendToStream(stream, event);
      res.status(201).json({ revision: Number(nextExpectedRevision), data });
    });
  }
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
