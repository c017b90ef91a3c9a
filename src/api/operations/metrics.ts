import { type RequestHandler, Router } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../../runtime/ports.ts';
import { endpoint } from '../http/endpoint.ts';

/** From one millisecond to the longest call there is, a payment confirmation; in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics port over a Prometheus registry. A metric comes to be with its first value, and keeps its label names. */
export type PrometheusMetrics = Metrics & { readonly registry: Registry };

export const prometheusMetrics = (): PrometheusMetrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const known = new Map<string, Counter | Gauge | Histogram>();

  const of = <M extends Counter | Gauge | Histogram>(name: string, make: () => M): M => {
    const found = known.get(name) as M | undefined;
    if (found) return found;
    const made = make();
    known.set(name, made);
    return made;
  };
  const config = (name: string, labels: object) => ({
    name,
    help: name.replaceAll('_', ' '),
    labelNames: Object.keys(labels),
    registers: [registry],
  });

  return {
    registry,
    count: (name, labels = {}, by = 1) =>
      of(name, () => new Counter(config(name, labels))).inc({ ...labels }, by),
    gauge: (name, value, labels = {}) =>
      of(name, () => new Gauge(config(name, labels))).set({ ...labels }, value),
    observe: (name, value, labels = {}) =>
      of(name, () => new Histogram({ ...config(name, labels), buckets: BUCKETS })).observe(
        { ...labels },
        value,
      ),
  };
};

/** Counts and times every request by its route's pattern, never by its address: order numbers are no labels. */
export const requestMetrics =
  (metrics: Metrics): RequestHandler =>
  (req, res, next) => {
    const started = performance.now();
    res.once('finish', () => {
      const route = String((req.route as { path?: unknown } | undefined)?.path ?? 'none');
      const labels = { method: req.method, route, status: String(res.statusCode) };
      metrics.count('http_requests_total', labels);
      // A stream lasts as long as its client likes.
      if (!route.endsWith('/events'))
        metrics.observe('http_request_seconds', (performance.now() - started) / 1000, {
          method: req.method,
          route,
        });
    });
    next();
  };

/**
 * `/metrics` in Prometheus' text form.
 * @param refresh brings gauges up to date that nobody else keeps; what it cannot reach stays as it was
 */
export const metricsRoutes = (
  { registry }: PrometheusMetrics,
  refresh: () => Promise<void>,
): Router => {
  const router = Router();
  endpoint(router, '/metrics', [], {
    get: async (_req, res) => {
      await refresh();
      res.type(registry.contentType).send(await registry.metrics());
    },
  });
  return router;
};
