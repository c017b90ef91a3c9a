import { setTimeout } from 'node:timers/promises';
import { type Composition, compose } from '../../src/composition.ts';
import { createLedgerSource } from '../../src/gateways/ledger.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { type AuditReport, audit } from '../../src/runtime/audit.ts';
import { type Difference, reconcile } from '../../src/runtime/reconcile.ts';
import type { Machine } from './machine.ts';
import { FALSIFIED } from './scenarios.ts';
import type { Visit } from './shop.ts';

export type Verdict = {
  /** How long it took from the last kill until nothing was under way, in ms; null when that never came. */
  readonly quietAfterMs: number | null;
  readonly audit: AuditReport;
  /** Between the provider's books of the run and the orders'. */
  readonly differences: readonly Difference[];
  readonly statuses: ReadonlyMap<string, number>;
  /** What a customer was told and what became of it instead. */
  readonly brokenPromises: readonly string[];
};

/** What may have become of an order after its customer was told for certain. */
const keeps: Readonly<Record<Visit['told'], readonly string[] | null>> = {
  paid: ['COMPLETED'],
  declined: ['PAYMENT_FAILED'],
  cancelled: ['CANCELED'],
  nothing: null,
};

/** Waits until nothing is under way, then checks every invariant and every promise. */
export const judge = async (
  machine: Machine,
  visits: readonly Visit[],
  patience: AbortSignal,
): Promise<Verdict> => {
  const since = performance.now();
  const logger = createLogger({ level: 'silent', format: 'json' });
  const parts = compose(loadConfig(machine.environment), { logger, clock: systemClock });
  try {
    const quiet = await untilQuiet(parts, patience);
    const quietAfterMs = quiet ? performance.now() - since : null;
    const { signal } = new AbortController();
    const report = await audit({
      feed: parts.eventStore.feed,
      ledger: createLedgerSource(machine.sandboxUrl),
      readModels: parts.postgres.audit,
      quiet: true,
      clock: systemClock,
      signal,
    });
    const startedAt = new Date(Date.now() - performance.now());
    const differences = await compareBooks(parts, startedAt, signal);
    const falsified = new Set(
      visits.filter(({ scenario }) => scenario === FALSIFIED).map(({ orderNo }) => orderNo),
    );
    const statuses = new Map<string, number>();
    const brokenPromises: string[] = [];
    for (const { orderNo, told, scenario } of visits) {
      if (orderNo === null) continue;
      const status = (await parts.postgres.orders.find(orderNo))?.status ?? 'LOST';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 'LOST' || keeps[told]?.includes(status) === false)
        brokenPromises.push(`${orderNo} (${scenario}): told "${told}", is ${status}`);
    }
    return {
      quietAfterMs,
      audit: report,
      // These the provider reports with another amount than it lists, which is what they are for.
      differences: differences.filter(({ orderNo }) => !falsified.has(orderNo)),
      statuses,
      brokenPromises,
    };
  } finally {
    await parts.close();
  }
};

const KOREA_MS = 9 * 3_600_000;

/** Every day, as it is in Korea, that the run has touched. */
const compareBooks = async (
  { gateways, postgres }: Composition,
  startedAt: Date,
  signal: AbortSignal,
): Promise<readonly Difference[]> => {
  const dayAt = (ms: number) => new Date(ms + KOREA_MS).toISOString().slice(0, 10);
  const days = new Set([dayAt(startedAt.getTime()), dayAt(Date.now())]);
  const ports = {
    payments: gateways.payment,
    orders: postgres.orders,
    paymentReads: postgres.payments,
  };
  const found: Difference[] = [];
  for (const day of days) {
    const { differences } = await reconcile(day, ports, { correlationId: 'chaos', signal });
    found.push(...differences);
  }
  return found;
};

const POLL_MS = 500;
const GATE_MS = 5_000;

/** True once no saga is unfinished and the read models have seen everything; false when patience runs out before. */
const untilQuiet = async (
  { postgres, eventStore }: Composition,
  patience: AbortSignal,
): Promise<boolean> => {
  while (!patience.aborted) {
    try {
      const head = await eventStore.head(patience);
      const seen = await postgres.gate.waitFor(head, { timeoutMs: GATE_MS, signal: patience });
      const { running } = await postgres.sagas.counts(new Date().toISOString());
      if (seen && running === 0) return true;
    } catch {
      // Whatever is still coming up again: look once more.
    }
    await setTimeout(POLL_MS);
  }
  return false;
};
