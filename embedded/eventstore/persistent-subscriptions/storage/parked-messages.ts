import { ANY, type EventStore, TOMBSTONE_REVISION } from '../../streams/event-store.ts';
import { type DeliveredEvent, deliveredEvent } from '../delivered-event.ts';
import { newEvent } from './new-event.ts';

const LINK_TYPE = '$>';
const ADMINS = '$admins';

/** Revisions of parked messages: from `first` up to, but not including, `end`. */
export interface ParkedRange {
  readonly first: number;
  readonly end: number;
}

/** The messages that a group has given up, as links in a stream of their own. */
export class ParkedMessages {
  private readonly store: EventStore;
  private readonly stream: string;

  constructor(store: EventStore, stream: string) {
    this.store = store;
    this.stream = stream;
  }

  /** What is parked and not replayed yet. */
  range(): ParkedRange {
    const { status, firstRevision, lastRevision } = this.store.streamState(this.stream);
    if (status !== 'live') return { first: 0, end: 0 };
    return { first: Math.min(firstRevision, lastRevision + 1), end: lastRevision + 1 };
  }

  get count(): number {
    const { first, end } = this.range();
    return end - first;
  }

  /** Parks a message; resolves when it is durable. */
  async park(message: DeliveredEvent, reason: string, now: Date): Promise<void> {
    const number = (message.link ?? message.event)?.revision ?? 0;
    const metadata = {
      added: now.toISOString(),
      reason,
      ...(number === 0 ? {} : { subscriptionEventNumber: number }),
    };
    const pointer = newEvent(LINK_TYPE, pointerTo(message), {
      isJson: false,
      metadata: JSON.stringify(metadata),
    });
    const result = await this.store.append(this.stream, ANY, [pointer]);
    if (result.kind !== 'written')
      throw new Error(`${this.stream} takes no events: ${result.kind}`);
  }

  /** A page of parked messages with their originals, and the revision to go on at. */
  async read(
    { first, end }: ParkedRange,
    limit: number,
  ): Promise<{ readonly events: readonly DeliveredEvent[]; readonly next: number }> {
    const count = Math.min(limit, end - first);
    const page = await this.store.readStream(this.stream, first, 'forwards', count);
    const wanted = page.records.filter((record) => record.revision < end);
    const events = await Promise.all(
      wanted.map(async (record) =>
        deliveredEvent(await this.store.resolve(record), ({ revision }) => revision),
      ),
    );
    return { events, next: Math.min(page.next ?? end, end) };
  }

  /** Takes the messages below that revision off the stream: they were replayed. */
  async markReplayed(below: number): Promise<void> {
    const acl = { $r: ADMINS, $w: ADMINS, $d: ADMINS, $mr: ADMINS, $mw: ADMINS };
    const metadata = newEvent('$metadata', JSON.stringify({ $tb: below, $acl: acl }), {
      isJson: true,
    });
    await this.store.append(`$$${this.stream}`, ANY, [metadata]);
  }
}

/** `<revision>@<stream>` of the original event; of an unresolvable link, what it says itself. */
function pointerTo({ event, link }: DeliveredEvent): string {
  if (event === undefined) return link?.data.toString('utf8') ?? '';
  const revision =
    event.revision >= TOMBSTONE_REVISION ? '9223372036854775807' : String(event.revision);
  return `${revision}@${event.stream}`;
}
