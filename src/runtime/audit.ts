import { readBooks } from './audit-books.ts';
import { auditLedgers } from './audit-ledgers.ts';
import {
  type Broken,
  type Invariant,
  invariants,
  type LedgerSource,
  type ReadModelSource,
} from './audit-ports.ts';
import { auditReads } from './audit-reads.ts';
import { auditStreams } from './audit-streams.ts';
import type { Clock, Feed } from './ports.ts';

export type AuditReport = {
  readonly orders: number;
  /** Orders with nothing under way: only their books must agree exactly. */
  readonly settled: number;
  /** What was looked at; without a ledger or read models theirs are left out. */
  readonly checked: readonly Invariant[];
  readonly broken: readonly Broken[];
};

const fromLedgers: readonly Invariant[] = ['I1', 'I2', 'I3', 'I4', 'I7'];
const fromReads: readonly Invariant[] = ['I12', 'I13'];

/**
 * Compares streams, read models and the participants' books, and names each invariant that is broken.
 * Read models must have caught up before.
 * @param options.quiet all faults are over and all deadlines have passed: nothing may be under way any more (I8)
 */
export const audit = async (options: {
  readonly feed: Feed;
  readonly ledger: LedgerSource | null;
  readonly readModels: ReadModelSource | null;
  readonly quiet: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<AuditReport> => {
  const { feed, ledger, readModels, quiet, clock, signal } = options;
  const books = await readBooks(feed, signal);
  const now = clock.now().toISOString();
  const broken = [
    ...auditStreams(books.orders, { now, quiet }),
    ...(ledger ? auditLedgers(books.orders, await ledger.read(signal)) : []),
    ...(readModels ? await auditReads(books.orders, readModels, signal) : []),
    ...books.strangers.map(
      ({ stream, reason }): Broken => ({ invariant: 'I15', subject: stream, detail: reason }),
    ),
  ];
  const checked = invariants.filter(
    (invariant) =>
      (ledger !== null || !fromLedgers.includes(invariant)) &&
      (readModels !== null || !fromReads.includes(invariant)) &&
      (quiet || invariant !== 'I8'),
  );
  const settled = books.orders.filter((book) => book.settled).length;
  return { orders: books.orders.length, settled, checked, broken };
};
