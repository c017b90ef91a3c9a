import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { FeedRow } from '../../projections/order-feed.ts';
import type { OrderRow } from '../../projections/order-row.ts';
import type { Clock, Metrics } from '../../runtime/ports.ts';
import type { OrderFeedReads, OrderReads } from '../../runtime/read-ports.ts';
import { produces } from '../http/content.ts';
import { endpoint } from '../http/endpoint.ts';
import { ProblemError } from '../http/problem-error.ts';
import { memberIdOf, principalOf, setPrincipal, signalOf } from '../http/request-state.ts';
import { parse } from '../http/validation.ts';
import { type OrderExecutor, ownOrder } from '../orders/order-deps.ts';
import { OrderPath } from '../requests.ts';
import { type Snapshot, streamEvents } from './event-stream.ts';
import type { FeedHub, Topic } from './feed-hub.ts';
import type { Tickets } from './tickets.ts';

export type EventDeps = {
  readonly hub: FeedHub;
  readonly feed: Pick<OrderFeedReads<FeedRow>, 'head' | 'after'>;
  readonly reads: OrderReads<OrderRow>;
  readonly orders: Pick<OrderExecutor, 'load'>;
  readonly tickets: Tickets;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly connectionsPerMember: number;
};

/** The newest orders that a member's snapshot holds; older ones are a GET away. */
const SNAPSHOT_ORDERS = 20;
/** Node's timers hold at most 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const shown = (row: OrderRow) => ({
  orderNo: row.orderNo,
  status: row.status,
  failureCode: row.failureCode,
  orderName: row.orderName,
  finalPaymentAmount: row.orderPrice.finalPaymentAmount,
  paymentDeadline: row.paymentDeadline,
  updatedAt: row.updatedAt,
});

/** `GET /orders/events` and `/orders/{orderNo}/events` (server-sent events), and the tickets for them. */
export const eventRoutes = (
  deps: EventDeps,
  {
    guards,
    authenticate,
  }: {
    readonly guards: readonly RequestHandler[];
    readonly authenticate: RequestHandler;
  },
): Router => {
  const { feed, reads, tickets } = deps;
  const router = Router();
  const slots = connectionSlots(deps.connectionsPerMember);

  const byTicketOrToken: RequestHandler = async (req, res, next) => {
    const { ticket } = req.query;
    if (typeof ticket !== 'string') {
      await authenticate(req, res, next);
      return;
    }
    setPrincipal(res, await tickets.redeem(ticket));
    next();
  };
  const streamGuards = [produces('text/event-stream'), byTicketOrToken];

  const stream = async (
    req: Request,
    res: Response,
    topic: Topic,
    rows: () => Promise<readonly OrderRow[]>,
  ) => {
    if (req.method === 'HEAD') {
      res.type('text/event-stream').end();
      return;
    }
    const release = slots.take(memberIdOf(res));
    const until = untilTokenEnds(principalOf(res).expiresAt, deps.clock, signalOf(res));
    deps.metrics.count('sse_connections_total');
    try {
      const source = {
        hub: deps.hub,
        head: feed.head,
        past: (of: Topic, position: bigint, limit: number) =>
          feed.after({ ...of, position, limit }),
        snapshot: () => snapshotOf(feed.head, rows),
      };
      await streamEvents(req, res, topic, source, until.signal);
    } finally {
      until.clear();
      release();
    }
  };

  endpoint(router, '/orders/events', streamGuards, {
    get: (req, res) => {
      const memberId = memberIdOf(res);
      return stream(req, res, { memberId }, () => reads.page({ memberId, limit: SNAPSHOT_ORDERS }));
    },
  });

  endpoint(router, '/orders/events/ticket', guards, {
    post: async (_req, res) => {
      res.status(201).json(await tickets.issue(principalOf(res)));
    },
  });

  endpoint(router, '/orders/:orderNo/events', streamGuards, {
    get: async (req, res) => {
      const { orderNo } = parse(OrderPath, req.params, 'path');
      await ownOrder(deps.orders, orderNo, memberIdOf(res), signalOf(res));
      await stream(req, res, { orderNo }, async () => {
        const row = await reads.find(orderNo);
        return row ? [row] : [];
      });
    },
  });

  return router;
};

/** State and position of one moment: read again when the feed has moved between the two reads. */
const snapshotOf = async (
  head: () => Promise<bigint>,
  rows: () => Promise<readonly OrderRow[]>,
): Promise<Snapshot> => {
  for (let tries = 1; ; tries += 1) {
    const position = await head();
    const orders = (await rows()).map(shown);
    // On a feed that never rests the events right after the snapshot repeat what it shows, which is harmless.
    if (tries === 5 || (await head()) === position) return { position, data: { orders } };
  }
};

/** A browser has six connections to one origin (HTTP/1.1); one member's tabs must not use up the server's. */
const connectionSlots = (limit: number) => {
  const open = new Map<string, number>();
  return {
    take: (memberId: string): (() => void) => {
      const count = open.get(memberId) ?? 0;
      if (count >= limit)
        throw new ProblemError('TOO_MANY_STREAMS', {
          headers: { 'Retry-After': '5' },
          members: { limit },
        });
      open.set(memberId, count + 1);
      return () => {
        const left = (open.get(memberId) ?? 1) - 1;
        if (left === 0) open.delete(memberId);
        else open.set(memberId, left);
      };
    },
  };
};

const untilTokenEnds = (expiresAt: number, clock: Clock, gone: AbortSignal) => {
  const expired = new AbortController();
  const left = Math.min(Math.max(expiresAt - clock.now().getTime(), 0), LONGEST_TIMER_MS);
  const timer = setTimeout(() => expired.abort(), left);
  return {
    signal: AbortSignal.any([gone, expired.signal]),
    clear: () => clearTimeout(timer),
  };
};
