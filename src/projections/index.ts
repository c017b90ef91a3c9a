import { type CartRow, carts } from './carts.ts';
import { type DailySalesRow, dailySales } from './daily-sales.ts';
import { type FeedRow, orderFeed } from './order-feed.ts';
import type { OrderRow } from './order-row.ts';
import { orderSagas } from './order-sagas.ts';
import { orders } from './orders.ts';
import type { SagaRow } from './saga-row.ts';

/** Every read model, in the order in which operators see them listed. */
export const projections = [orders, orderFeed, orderSagas, carts, dailySales] as const;

/** The row types by read model, for whoever reads the tables. */
export type ProjectionRows = {
  readonly order: OrderRow;
  readonly cart: CartRow;
  readonly saga: SagaRow;
  readonly feed: FeedRow;
  readonly sales: DailySalesRow;
};
