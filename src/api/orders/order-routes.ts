import { type RequestHandler, Router } from 'express';
import { endpoint } from '../http/endpoint.ts';
import { type CancelDeps, cancelOrder } from './cancel-order.ts';
import { type ConfirmDeps, confirmOrder } from './confirm-order.ts';
import { type PlaceDeps, placeOrder, quoteOrder } from './place-order.ts';
import { getHistory, getOrder, listOrders, type ReadDeps } from './read-orders.ts';

export type OrderDeps = PlaceDeps & ConfirmDeps & ReadDeps & CancelDeps;

/** `/orders…`, the member's own only. Fixed addresses stand before `/orders/{orderNo}`, which would take them for numbers. */
export const orderRoutes = (deps: OrderDeps, guards: readonly RequestHandler[]): Router => {
  const router = Router();
  endpoint(router, '/orders', guards, { get: listOrders(deps), post: placeOrder(deps) });
  endpoint(router, '/orders/quote', guards, { post: quoteOrder(deps) });
  endpoint(router, '/orders/confirm', guards, { post: confirmOrder(deps) });
  endpoint(router, '/orders/:orderNo', guards, { get: getOrder(deps) });
  endpoint(router, '/orders/:orderNo/history', guards, { get: getHistory(deps) });
  endpoint(router, '/orders/:orderNo/cancel', guards, { post: cancelOrder(deps) });
  return router;
};
