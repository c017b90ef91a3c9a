import type { Log, Metrics } from '../../src/runtime/ports.ts';

/** A log that keeps its lines. */
export const recordingLog = () => {
  const lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, lines };
};

/** Metrics that can be asked. Counters add up over labels. */
export const recordingMetrics = () => {
  const counts = new Map<string, number>();
  const gauges = new Map<string, number>();
  const metrics: Metrics = {
    count: (name, _labels, by = 1) => counts.set(name, (counts.get(name) ?? 0) + by),
    gauge: (name, value, labels = {}) =>
      gauges.set([name, ...Object.values(labels)].join(' '), value),
    observe: () => {},
  };
  return {
    metrics,
    counted: (name: string) => counts.get(name) ?? 0,
    gauged: (name: string) => gauges.get(name),
  };
};
