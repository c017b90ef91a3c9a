import type { AnyEvent, EventFamily, EventOf, Recorded } from '../../domain/kernel/events.ts';
import { orderEvents } from '../../domain/order/events.ts';
import { orderSagaEvents } from '../../domain/saga/events.ts';
import type { OrderRow } from '../../projections/order-row.ts';
import type { Projection } from '../../projections/projection.ts';
import type { EventLog } from '../../runtime/ports.ts';

/** The order as it is now, or as it was at `asOf` (ISO 8601 UTC); undefined when there was none. */
export type FoldOrder = (
  orderNo: string,
  signal: AbortSignal,
  asOf?: string,
) => Promise<OrderRow | undefined>;

/** Events of some streams in log order, those of the future of `asOf` left out. */
export const eventsOf = async (
  log: Pick<EventLog, 'read'>,
  families: readonly EventFamily[],
  id: string,
  signal: AbortSignal,
  asOf?: string,
): Promise<readonly Recorded<AnyEvent>[]> => {
  const streams = await Promise.all(
    families.map(async (family) => {
      const events: Recorded<AnyEvent>[] = [];
      for await (const event of log.read(family, id, { signal }))
        if (asOf === undefined || event.at <= asOf)
          events.push(event as Recorded<EventOf<EventFamily>>);
      return events;
    }),
  );
  return streams.flat().sort((a, b) => (a.position < b.position ? -1 : 1));
};

/**
 * Makes the read model's row from the streams, by the projection itself: always current, and of any moment of the past.
 * Costs two reads of short streams where the table costs one query.
 */
export const foldOrder =
  (
    log: Pick<EventLog, 'read'>,
    // biome-ignore lint/suspicious/noExplicitAny: a projection is contravariant in its events; any reader of them will do.
    projection: Projection<OrderRow, any>,
  ): FoldOrder =>
  async (orderNo, signal, asOf) => {
    const events = await eventsOf(log, [orderEvents, orderSagaEvents], orderNo, signal, asOf);
    return events.reduce<OrderRow | undefined>((row, event) => {
      const step = projection.on[event.type];
      return step ? step(row, event) : row;
    }, undefined);
  };
