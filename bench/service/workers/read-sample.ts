import { EventStoreDBClient } from '@eventstore/db-client';
import type { SampleEvent } from '../sample.ts';
import { answerQuestions } from '../worker.ts';

export type SampleQuestion = {
  readonly eventStoreUrl: string;
  readonly streams: readonly string[];
};

answerQuestions<SampleQuestion, readonly SampleEvent[]>(async ({ eventStoreUrl, streams }) => {
  const client = EventStoreDBClient.connectionString(eventStoreUrl);
  const found: { readonly at: bigint; readonly event: SampleEvent }[] = [];
  for (const stream of streams)
    for await (const { event } of client.readStream(stream)) {
      if (!event?.isJson) continue;
      const { type, data, metadata, position } = event;
      found.push({
        at: position?.commit ?? 0n,
        event: {
          category: stream.slice(0, stream.indexOf('-')),
          type,
          data: data as SampleEvent['data'],
          metadata: metadata as SampleEvent['metadata'],
        },
      });
    }
  await client.dispose();
  return found.toSorted((a, b) => (a.at < b.at ? -1 : 1)).map(({ event }) => event);
});
