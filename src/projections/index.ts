import { carts } from './carts.ts';
import { dailySales } from './daily-sales.ts';
import { orderFeed } from './order-feed.ts';
import { orderSagas } from './order-sagas.ts';
import { orders } from './orders.ts';

/** Every read model, in the order in which operators see them listed. */
export const projections = [orders, orderFeed, orderSagas, carts, dailySales] as const;
