import type { OrderEvent } from '../domain/order/events.ts';
import type { Projection } from './projection.ts';

/** What one day (UTC, `yyyy-mm-dd`) brought. Amounts in won. */
export type DailySalesRow = {
  readonly day: string;
  readonly completedCount: number;
  readonly completedAmount: number;
  /** By the day of the cancellation, not of the sale. */
  readonly cancelledCount: number;
  readonly cancelledAmount: number;
};

type Relevant = Extract<
  OrderEvent,
  { type: 'OrderCompleted' | 'OrderCancelled' | 'OrderLinesCancelled' }
>;

const dayOf = (instant: string): string => instant.slice(0, 10);

const orEmpty = (row: DailySalesRow | undefined, day: string): DailySalesRow =>
  row ?? { day, completedCount: 0, completedAmount: 0, cancelledCount: 0, cancelledAmount: 0 };

const cancelled = (row: DailySalesRow | undefined, at: string, amount: number): DailySalesRow => {
  const before = orEmpty(row, dayOf(at));
  return {
    ...before,
    cancelledCount: before.cancelledCount + 1,
    cancelledAmount: before.cancelledAmount + amount,
  };
};

/** Sales and cancellations of paid orders, day by day. */
export const dailySales: Projection<DailySalesRow, Relevant> = {
  name: 'daily_sales',
  version: 1,
  columns: {},
  indexes: [],
  key: (event) => dayOf(event.type === 'OrderCompleted' ? event.data.completedAt : event.at),
  on: {
    OrderCompleted: (row, { data }) => {
      const before = orEmpty(row, dayOf(data.completedAt));
      return {
        ...before,
        completedCount: before.completedCount + 1,
        completedAmount: before.completedAmount + data.paidAmount,
      };
    },
    // Without a refund the order had not been paid: nothing was sold.
    OrderCancelled: (row, { data, at }) =>
      data.refund ? cancelled(row, at, data.refund.amount) : row,
    OrderLinesCancelled: (row, { data, at }) => cancelled(row, at, data.amount),
  },
};
