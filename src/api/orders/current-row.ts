import type { PlacedOrder } from '../../domain/order/order-types.ts';
import type { OrderRow } from '../../projections/order-row.ts';
import { type OrderReads, type ReadGate, ReadSideFailure } from '../../runtime/read-ports.ts';
import { refuse } from '../http/refuse.ts';
import type { FoldOrder } from './fold-order.ts';

export type CurrentDeps = {
  readonly reads: Pick<OrderReads<OrderRow>, 'find'>;
  readonly gate: ReadGate;
  readonly fold: FoldOrder;
};

/** The read side is usually a few ms behind; whoever pays must not wait long for one that is in trouble. */
const READ_SIDE_MS = 100;

/**
 * The row of an order that was just written: the read side's once it has come that far, as one row costs a third of reading
 * two streams; otherwise made from the streams.
 * @param order the state that the row has to show
 * @param position of the write; null when it is not known
 */
export const currentRow = async (
  deps: CurrentDeps,
  { orderNo, status }: PlacedOrder,
  position: bigint | null,
  signal: AbortSignal,
): Promise<OrderRow> => {
  const row = position === null ? undefined : await projectedRow(deps, orderNo, position, signal);
  if (row?.status === status) return row;
  return (await deps.fold(orderNo, signal)) ?? refuse({ code: 'ORDER_NOT_FOUND' });
};

const projectedRow = async (
  { gate, reads }: CurrentDeps,
  orderNo: string,
  position: bigint,
  signal: AbortSignal,
): Promise<OrderRow | undefined> => {
  try {
    const reached = await gate.waitFor(position, { timeoutMs: READ_SIDE_MS, signal });
    return reached ? await reads.find(orderNo) : undefined;
  } catch (error) {
    if (error instanceof ReadSideFailure) return undefined;
    throw error;
  }
};
