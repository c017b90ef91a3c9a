import { Command, InvalidArgumentError } from 'commander';
import { reconcile } from '../runtime/reconcile.ts';
import { reconciliationLines } from '../runtime/reconcile-report.ts';
import { jsonText } from './table.ts';
import type { Workbench } from './workbench.ts';

const KOREA_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;

const dayOf = (text: string): string => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('a day such as 2026-03-01');
  return text;
};

/** `payments reconcile --day`: our books beside the provider's. */
export const paymentsCommand = ({ on, surroundings: { print, clock } }: Workbench): Command => {
  const yesterday = new Date(clock.now().getTime() + KOREA_MS - DAY_MS).toISOString().slice(0, 10);
  const command = new Command('payments').description('Money');
  command
    .command('reconcile')
    .description("compare a day of our orders with the payment provider's records")
    .option('--day <day>', 'in Korea, yyyy-mm-dd', dayOf, yesterday)
    .option('--json', 'as JSON')
    .action(({ day, json }: { readonly day: string; readonly json?: true }) =>
      on(async ({ gateways, postgres }, context) => {
        const ports = {
          payments: gateways.payment,
          orders: postgres.orders,
          paymentReads: postgres.payments,
        };
        const result = await reconcile(day, ports, context);
        for (const line of json ? [jsonText(result)] : reconciliationLines(result)) print(line);
        return result.differences.length === 0 ? 0 : 1;
      }),
    );
  return command;
};
