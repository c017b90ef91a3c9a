import { z } from 'zod';
import { json, type Reply } from '../http/reply.ts';
import type { Store } from '../store/store.ts';
import { tossError } from './errors.ts';
import { METHOD_WORDS } from './payment.ts';
import { toKoreanTime } from './payment-view.ts';
import type { Transaction } from './state.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;

/** A time as callers write it: ISO 8601, Korean time when it has no offset. A date alone is its midnight. */
const KoreanTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?)?$/)
  .transform((text) => {
    const time = text.includes('T') ? text : `${text}T00:00:00`;
    return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(time) ? time : `${time}+09:00`);
  })
  .refine((ms) => !Number.isNaN(ms));
const Query = z.object({
  startDate: KoreanTime,
  endDate: KoreanTime,
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  startingAfter: z.string().optional(),
});

/** Lists approvals and cancellations by when they happened, both ends included, oldest first. */
export function listTransactions(store: Store, query: URLSearchParams): Reply {
  const parsed = Query.safeParse(Object.fromEntries(query));
  if (!parsed.success) return tossError('INVALID_REQUEST');
  const { startDate, endDate, limit, startingAfter } = parsed.data;
  const all = store.world.toss.transactions;
  const start =
    startingAfter === undefined
      ? 0
      : all.findIndex((transaction) => transaction.transactionKey === startingAfter) + 1;
  if (startingAfter !== undefined && start === 0) return tossError('INVALID_TRANSACTION_KEY');
  const page: unknown[] = [];
  for (let index = start; index < all.length && page.length < limit; index++) {
    const transaction = all[index];
    if (!transaction) break;
    const at = Date.parse(transaction.at);
    // The provider keeps whole seconds, so an end of 23:59:59 covers that whole second.
    if (at >= startDate && Math.floor(at / 1000) * 1000 <= endDate)
      page.push(transactionView(store, transaction));
  }
  return json(200, page);
}

function transactionView(store: Store, transaction: Transaction) {
  const payment = store.world.toss.payments.get(transaction.paymentKey);
  return {
    mId: 'tosspayments',
    transactionKey: transaction.transactionKey,
    paymentKey: transaction.paymentKey,
    orderId: payment?.orderId,
    method: payment && METHOD_WORDS[payment.method],
    customerKey: payment?.customerKey ?? null,
    useEscrow: payment?.useEscrow ?? false,
    receiptUrl: `https://dashboard.tosspayments.com/receipt/redirection?transactionId=${transaction.paymentKey}`,
    status: transaction.status,
    transactionAt: toKoreanTime(transaction.at),
    currency: 'KRW',
    amount: transaction.amount,
  };
}
