import type { Request, RequestHandler, Response } from 'express';
import { OrderNo } from '../../domain/kernel/ids.ts';
import { orderEvents } from '../../domain/order/events.ts';
import type { OrderRow } from '../../projections/order-row.ts';
import type { EventLog } from '../../runtime/ports.ts';
import { type OrderReads, type ReadGate, ReadSideFailure } from '../../runtime/read-ports.ts';
import type { OrderPage } from '../contract.ts';
import { awaitToken } from '../http/consistency.ts';
import { alreadyHas, etagOf } from '../http/headers.ts';
import { refuse } from '../http/refuse.ts';
import { memberIdOf, signalOf } from '../http/request-state.ts';
import { parse } from '../http/validation.ts';
import { AsOfQuery, OrderListQuery, OrderPath } from '../requests.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { eventsOf, type FoldOrder } from './fold-order.ts';
import { detailOf, historyEntryOf, summaryOf } from './order-view.ts';

export type ReadDeps = {
  readonly reads: OrderReads<OrderRow>;
  readonly gate: ReadGate;
  readonly fold: FoldOrder;
  readonly log: Pick<EventLog, 'read'>;
};

const DEFAULT_PAGE = 20;

/** `GET /orders`: the member's orders, newest first, page by page (keyset: no page is skewed by new orders). */
export const listOrders =
  ({ reads, gate }: ReadDeps): RequestHandler =>
  async (req, res) => {
    const query = parse(OrderListQuery, req.query, 'query');
    const { limit: given, size, cursor, ...filters } = query;
    const limit = given ?? size ?? DEFAULT_PAGE;
    const listing = JSON.stringify([filters.status, filters.year, filters.productName]);
    const after = cursor === undefined ? undefined : decodeCursor(cursor, listing);
    await awaitToken(gate, req, res);
    const rows = await reads.page({
      memberId: memberIdOf(res),
      limit: limit + 1,
      ...(after && { after }),
      ...(filters.status && { status: filters.status }),
      ...(filters.year && { year: filters.year }),
      ...(filters.productName && { productName: filters.productName }),
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const nextCursor = rows.length > limit && last ? encodeCursor(last, listing) : null;
    if (nextCursor !== null) res.set('Link', `<${nextPage(req, nextCursor)}>; rel="next"`);
    const answer: OrderPage = { content: page.map(summaryOf), pageSize: limit, nextCursor };
    res.json(answer);
  };

/** RFC 8288: the same request with the next cursor. */
const nextPage = (req: Request, cursor: string): string => {
  const url = new URL(req.originalUrl, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  return `${url.pathname}${url.search}`;
};

const ownRow = (row: OrderRow | undefined, res: Response): OrderRow =>
  // Somebody else's order and none at all are told alike.
  row?.memberId === memberIdOf(res) ? row : refuse({ code: 'ORDER_NOT_FOUND' });

const orderNoOf = (req: Request): string => {
  const { orderNo } = parse(OrderPath, req.params, 'path');
  return OrderNo.safeParse(orderNo).success ? orderNo : refuse({ code: 'ORDER_NOT_FOUND' });
};

/** Sends an order with its version as ETag, or 304 when the client has it. */
export const sendOrder = (req: Request, res: Response, row: OrderRow, status = 200): void => {
  const detail = detailOf(row);
  // What the saga does shows in the order too, without being a change of the order.
  const etag = etagOf(detail.version, Date.parse(detail.updatedAt).toString(36));
  res.set('ETag', etag);
  if (status === 200 && req.method === 'GET' && alreadyHas(req, etag)) res.status(304).end();
  else res.status(status).json(detail);
};

/**
 * `GET /orders/{orderNo}`: from the read side, or from the streams where the read side does not know the order (yet) and for a
 * moment of the past (`?asOf=`).
 */
export const getOrder =
  ({ reads, gate, fold }: ReadDeps): RequestHandler =>
  async (req, res) => {
    const orderNo = orderNoOf(req);
    const { asOf } = parse(AsOfQuery, { asOf: req.query.asOf }, 'query');
    if (asOf !== undefined) {
      const row = ownRow(await fold(orderNo, signalOf(res), asOf), res);
      res.json(detailOf(row));
      return;
    }
    await awaitToken(gate, req, res);
    const row = (await knownRow(reads, orderNo)) ?? (await fold(orderNo, signalOf(res)));
    sendOrder(req, res, ownRow(row, res));
  };

/** Undefined where the read side does not know the order yet, or cannot be asked. */
const knownRow = async (
  reads: ReadDeps['reads'],
  orderNo: string,
): Promise<OrderRow | undefined> => {
  try {
    return await reads.find(orderNo);
  } catch (error) {
    if (error instanceof ReadSideFailure) return undefined;
    throw error;
  }
};

/** `GET /orders/{orderNo}/history`: what happened to the order, event by event, without personal data. */
export const getHistory =
  ({ log }: ReadDeps): RequestHandler =>
  async (req, res) => {
    const orderNo = orderNoOf(req);
    const events = await eventsOf(log, [orderEvents], orderNo, signalOf(res));
    const owner = events.find(({ type }) => type === 'OrderPlaced')?.data as
      | { readonly memberId: string }
      | undefined;
    if (owner?.memberId !== memberIdOf(res)) refuse({ code: 'ORDER_NOT_FOUND' });
    res.json({ orderNo, events: events.map(historyEntryOf) });
  };
