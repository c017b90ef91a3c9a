import { type EventStoreDBClient, StreamNotFoundError } from '@eventstore/db-client';
import type { CrashWriter } from './crash-writer.ts';

type Stored = {
  readonly id: string;
  readonly batch: string;
  readonly i: number;
  readonly count: number;
};

/** What is wrong with a writer's stream; empty when every answer was kept. */
export const auditStream = async (
  client: EventStoreDBClient,
  writer: CrashWriter,
): Promise<readonly string[]> => {
  const stored = await readStored(client, writer.stream);
  return [...lostOrMoved(writer, stored), ...halfWritten(writer, stored)];
};

const readStored = async (client: EventStoreDBClient, stream: string): Promise<Stored[]> => {
  const stored: Stored[] = [];
  try {
    for await (const { event } of client.readStream<{
      type: 'Crashed';
      data: { batch: string; i: number; count: number };
    }>(stream)) {
      if (!event) continue;
      if (event.revision !== BigInt(stored.length))
        throw new Error(`${stream}: revision ${event.revision} follows ${stored.length - 1}`);
      stored.push({ id: event.id, ...event.data });
    }
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error;
  }
  return stored;
};

function* lostOrMoved(writer: CrashWriter, stored: readonly Stored[]): Generator<string> {
  for (const { revision, ids } of writer.acknowledged) {
    const first = Number(revision) - ids.length + 1;
    for (const [i, id] of ids.entries())
      if (stored[first + i]?.id !== id)
        yield `${writer.stream}: event ${id} was answered at ${first + i}, where ${stored[first + i]?.id ?? 'nothing'} is`;
  }
}

function* halfWritten(writer: CrashWriter, stored: readonly Stored[]): Generator<string> {
  const seen = new Set<string>();
  for (let at = 0; at < stored.length; ) {
    const { batch, count } = stored[at] ?? { batch: '', count: 1 };
    const whole = Array.from({ length: count }, (_, i) => stored[at + i]).every(
      (event, i) => event?.batch === batch && event.i === i,
    );
    if (!whole) yield `${writer.stream}: the batch at revision ${at} is not whole`;
    if (seen.has(batch)) yield `${writer.stream}: batch ${batch} is there twice`;
    seen.add(batch);
    at += count;
  }
}
