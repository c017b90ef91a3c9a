import type { EventFamily, EventOf, Recorded } from '../domain/kernel/events.ts';
import { type Appended, type EventLog, EventStoreFailure } from '../runtime/ports.ts';
import type { createAppender } from './append.ts';
import { decode, encode } from './codec.ts';
import type { StreamNames } from './stream-names.ts';
import type { StreamReader } from './stream-reader.ts';

/** The typed log over raw reads and appends. */
export const createEventLog = (
  read: StreamReader,
  append: ReturnType<typeof createAppender>,
  names: StreamNames,
): EventLog => ({
  read: async function* <Family extends EventFamily>(
    family: Family,
    id: string,
    options: { readonly after?: bigint; readonly signal: AbortSignal },
  ) {
    for await (const { event } of read(names.streamOf(family, id), options)) {
      if (!event) continue;
      const position = event.position?.commit;
      if (position === undefined)
        throw new EventStoreFailure(
          'STORE_REFUSED',
          'the store gives no positions: 22.6 or newer is needed',
        );
      yield decode(family, event, names.bare(event.streamId), position) as Recorded<
        EventOf<Family>
      >;
    }
  },
  append: (family, id, events, expected, commandId, context): Promise<Appended> => {
    const stream = names.streamOf(family, id);
    return append({
      stream,
      events: encode(family, names.bare(stream), events, commandId, context),
      expected,
      signal: context.signal,
    });
  },
});
