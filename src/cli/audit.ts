import { Command } from 'commander';
import { createLedgerSource } from '../gateways/ledger.ts';
import type { Config } from '../platform/config.ts';
import { type AuditReport, audit } from '../runtime/audit.ts';
import { jsonText } from './table.ts';
import type { Workbench } from './workbench.ts';

type Options = {
  /** False with `--no-ledger`; a text when given. */
  readonly ledger?: string | false;
  readonly quiet?: true;
  readonly json?: true;
};

/** The sandbox serves all participants under one address; real ones have no common ledger. */
const sandboxUrlOf = ({ participants, toss }: Config): string | undefined => {
  const base = participants.productUrl.replace(/\/product$/, '');
  return toss.url === `${base}/toss` && base !== participants.productUrl ? base : undefined;
};

/** `audit`: checks what must always hold, over streams, read models and the participants' books. */
export const auditCommand = ({ on, surroundings: { print, clock } }: Workbench): Command =>
  new Command('audit')
    .description('check every invariant; the exit code is 1 when one is broken')
    .option(
      '--ledger <url>',
      "the sandbox that shows the participants' books (default: found by itself)",
    )
    .option('--no-ledger', 'only streams and read models')
    .option('--quiet', 'nothing may be under way any more')
    .option('--json', 'as JSON')
    .action(({ ledger, quiet, json }: Options) =>
      on(async ({ config, eventStore, postgres }, { signal }) => {
        const url = ledger === false ? undefined : ((ledger || undefined) ?? sandboxUrlOf(config));
        const head = await eventStore.head(signal);
        await postgres.gate.waitFor(head, { timeoutMs: CATCH_UP_MS, signal });
        const report = await audit({
          feed: eventStore.feed,
          ledger: url === undefined ? null : createLedgerSource(url),
          readModels: postgres.audit,
          quiet: quiet === true,
          clock,
          signal,
        });
        for (const line of json ? [jsonText(report)] : reportLines(report)) print(line);
        return report.broken.length === 0 ? 0 : 1;
      }),
    );

/** Read models that are behind would look broken. */
const CATCH_UP_MS = 10_000;

const reportLines = ({ orders, settled, checked, broken }: AuditReport): readonly string[] => [
  `${orders} orders, ${settled} of them settled; checked ${checked.join(' ')}`,
  ...broken.map(({ invariant, subject, detail }) => `  ${invariant} ${subject}: ${detail}`),
  broken.length === 0 ? 'everything holds' : `${broken.length} broken`,
];
