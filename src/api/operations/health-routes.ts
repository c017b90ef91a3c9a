import { Router } from 'express';
import { endpoint } from '../http/endpoint.ts';
import { isStopping } from '../http/request-state.ts';

/** One thing that must work before requests may come. */
export type Check = () => Promise<{ readonly ok: boolean; readonly reason?: string }>;

export type HealthDeps = {
  /** What readiness depends on, by name. */
  readonly checks: Readonly<Record<string, Check>>;
  /** Shown, but no reason to be taken out of service: breakers, the projector's state, consumer groups. */
  readonly information: () => Readonly<Record<string, unknown>>;
};

/**
 * `/health/live` says that the process runs, whatever is away; `/health/ready` whether requests may be sent here: not while a
 * store is away or the process is about to stop.
 */
export const healthRoutes = ({ checks, information }: HealthDeps): Router => {
  const router = Router();
  endpoint(router, '/health/live', [], {
    get: (_req, res) => {
      res.json({ status: 'UP' });
    },
  });
  endpoint(router, '/health/ready', [], {
    get: async (_req, res) => {
      const stopping = isStopping(res);
      const results = Object.fromEntries(
        await Promise.all(
          Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
        ),
      );
      const ready = !stopping && Object.values(results).every(({ ok }) => ok);
      res
        .status(ready ? 200 : 503)
        .json({ status: ready ? 'UP' : 'DOWN', stopping, checks: results, ...information() });
    },
  });
  return router;
};
