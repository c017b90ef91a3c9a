import type { Difference, Reconciliation } from './reconcile.ts';

const meanings: Readonly<Record<Difference['kind'], string>> = {
  PAYMENT_WITHOUT_ORDER: 'paid for an order that does not exist',
  PAYMENT_NOT_RECORDED: 'paid, but the order does not hold the money',
  PAYMENT_AMOUNT_DIFFERS: 'paid another amount',
  PAYMENT_MISSING: 'the order is paid, the provider has no such payment',
  CANCEL_WITHOUT_REFUND: 'given back without a cancellation of the order',
  CANCEL_AMOUNT_DIFFERS: 'given back another amount',
  REFUND_NOT_FINISHED: 'given back, the cancellation is not finished',
  REFUND_MISSING: 'cancelled, the provider gave nothing back',
  NOT_VERIFIED: 'the provider could not be asked',
};

const won = (amount: number | null): string =>
  amount === null ? '–' : `${amount.toLocaleString('en-US')} won`;

/** A reconciliation for people: the day's sums, then a line for each difference. */
export const reconciliationLines = ({
  day,
  provider,
  differences,
}: Reconciliation): readonly string[] => [
  `${day} (Korea): ${provider.payments} payments of ${won(provider.paid)}, ` +
    `${provider.cancels} cancellations of ${won(provider.cancelled)} at the provider`,
  differences.length === 0
    ? 'no differences'
    : `${differences.length} difference${differences.length === 1 ? '' : 's'}:`,
  ...differences.map(
    ({ kind, orderNo, paymentKey, refundId, ours, theirs }) =>
      `  ${kind} ${orderNo}${refundId === null ? '' : ` refund ${refundId}`} payment ${paymentKey ?? '–'}: ` +
      `${meanings[kind]} (ours ${won(ours)}, provider ${won(theirs)})`,
  ),
];
