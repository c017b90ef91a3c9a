import { randomUUID } from 'node:crypto';
import { ANY, type EventData, type EventStoreDBClient, jsonEvent } from '@eventstore/db-client';

/** Plain, so that a type-level dependency on one event shape is not needed. */
type Batch = { readonly ids: readonly string[]; readonly events: EventData[] };

/** An append that was answered: it must be found after every crash. */
export interface Acknowledged {
  readonly revision: bigint;
  readonly ids: readonly string[];
}

const LARGEST_BATCH = 12;
const LARGEST_EVENT_BYTES = 3000;

/**
 * Appends batches to a stream of its own, one after the other. A batch whose outcome is unknown is
 * repeated with the same ids until it is answered, as a service would.
 */
export class CrashWriter {
  readonly stream: string;
  readonly acknowledged: Acknowledged[] = [];
  /** Batches answered on a later try than the first. */
  repeated = 0;
  private readonly random: () => number;
  private pending: Batch | undefined;
  private tries = 0;

  constructor(stream: string, random: () => number) {
    this.stream = stream;
    this.random = random;
  }

  /** Writes until the server dies. */
  async writeUntilCrash(client: EventStoreDBClient): Promise<void> {
    for (;;) {
      this.pending ??= this.nextBatch();
      this.tries++;
      try {
        const { nextExpectedRevision } = await client.appendToStream(
          this.stream,
          this.pending.events,
          { expectedRevision: ANY },
        );
        this.acknowledged.push({ revision: nextExpectedRevision, ids: this.pending.ids });
        if (this.tries > 1) this.repeated++;
        this.pending = undefined;
        this.tries = 0;
      } catch {
        return;
      }
    }
  }

  private nextBatch(): Batch {
    const count = 1 + Math.floor(this.random() * LARGEST_BATCH);
    const ids = Array.from({ length: count }, () => randomUUID());
    const batch = ids[0] ?? '';
    const events = ids.map((id, i) =>
      jsonEvent({
        id,
        type: 'Crashed',
        data: { batch, i, count, filler: 'x'.repeat(this.random() * LARGEST_EVENT_BYTES) },
      }),
    );
    return { ids, events };
  }
}
