import { type RequestHandler, type Response, Router } from 'express';
import type { SagaRow } from '../../projections/saga-row.ts';
import type { ConsumerGroups } from '../../runtime/operator-ports.ts';
import type { Clock, Context } from '../../runtime/ports.ts';
import type { ProjectionStatuses, SagaReads } from '../../runtime/read-ports.ts';
import type { OperatorRejection, OperatorWish } from '../admin-ports.ts';
import { endpoint } from '../http/endpoint.ts';
import { refuse } from '../http/refuse.ts';
import { contextOf, freshCommandId, principalOf } from '../http/request-state.ts';
import { parse } from '../http/validation.ts';
import { Reason, SagaListQuery } from '../requests.ts';

export type AdminDeps = {
  readonly sagas: SagaReads<SagaRow>;
  /** Records the wish as an event, with who and why; null when it is taken. */
  readonly operate: (
    instance: string,
    wish: OperatorWish,
    context: Context,
  ) => Promise<OperatorRejection | null>;
  readonly groups: ConsumerGroups;
  /** The consumer group of the process managers. */
  readonly group: string;
  readonly projections: ProjectionStatuses;
  readonly head: (signal: AbortSignal) => Promise<bigint>;
  readonly clock: Clock;
  /** A saga is stuck once it has been put off for this long. */
  readonly stuckAfterMs: number;
};

const PARKED_SHOWN = 200;

/** `/admin…`, for ROLE_ADMIN: sagas, parked messages, projections. What an operator does is recorded with name and reason. */
export const adminRoutes = (deps: AdminDeps, guards: readonly RequestHandler[]): Router => {
  const { sagas, operate, groups, group, projections, clock, stuckAfterMs } = deps;
  const router = Router();

  endpoint(router, '/admin/sagas', guards, {
    get: async (req, res) => {
      const { status, limit, after } = parse(SagaListQuery, req.query, 'query');
      const stuckSince = new Date(clock.now().getTime() - stuckAfterMs).toISOString();
      const rows = await sagas.page({
        stuckSince,
        limit,
        ...(status && { status }),
        ...(after && { after }),
      });
      const next = rows.length === limit ? (rows.at(-1)?.instance ?? null) : null;
      res.json({ sagas: rows, counts: await sagas.counts(stuckSince), next });
    },
  });

  endpoint(router, '/admin/sagas/:instance', guards, {
    get: async (req, res) => {
      const instance = String(req.params.instance);
      const rows = await sagas.ofOrder(instance);
      const found = rows.length > 0 ? rows : [await sagas.find(instance)].filter((row) => !!row);
      if (found.length === 0) return refuse({ code: 'SAGA_NOT_FOUND' });
      res.json({ sagas: found });
    },
  });

  const wish =
    (type: OperatorWish['type']): RequestHandler =>
    async (req, res) => {
      const instance = String(req.params.instance);
      const { reason } = parse(Reason, req.body, 'body');
      const by = principalOf(res).subject;
      const context = contextOf(res, freshCommandId());
      const refused = await operate(instance, { type, by, reason }, context);
      if (refused) return refuse(refused);
      accepted(res, `/admin/sagas/${instance}`);
    };
  endpoint(router, '/admin/sagas/:instance/retry', guards, { post: wish('retry') });
  endpoint(router, '/admin/sagas/:instance/compensate', guards, { post: wish('compensate') });
  endpoint(router, '/admin/sagas/:instance/annotate', guards, { post: wish('annotate') });

  endpoint(router, '/admin/parked', guards, {
    get: async (_req, res) => {
      res.json({
        group,
        parked: await groups.parked.list(group, PARKED_SHOWN),
        groups: await groups.groups(),
      });
    },
  });
  endpoint(router, '/admin/parked/replay', guards, {
    post: async (_req, res) => {
      await groups.parked.replay(group);
      accepted(res, '/admin/parked');
    },
  });

  endpoint(router, '/admin/projections', guards, {
    get: async (_req, res) => {
      const [list, head] = await Promise.all([
        projections.list(),
        deps.head(contextOf(res).signal),
      ]);
      res.json(jsonSafe({ head, projections: list }));
    },
  });
  return router;
};

const accepted = (res: Response, location: string): void => {
  res.status(202).set('Location', location).json({ accepted: true });
};

/** Log positions are 64-bit: in JSON they are texts. */
const jsonSafe = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? String(inner) : inner)),
  );
