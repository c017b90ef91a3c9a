import { request } from 'undici';
import { z } from 'zod';
import type { Ledger, LedgerSource } from '../runtime/audit-ports.ts';

const Amount = z.number();
const LedgerBody = z.object({
  variants: z.array(
    z.object({
      productVariantId: z.number(),
      initial: Amount,
      available: Amount,
      orders: z.array(z.object({ orderNo: z.string(), deducted: Amount, held: Amount })),
    }),
  ),
  members: z.array(
    z.object({
      memberId: z.union([z.string(), z.number()]),
      balance: Amount,
      entries: z.array(
        z.object({
          kind: z.enum(['GRANT', 'USE', 'REFUND', 'PARTIAL_REFUND']),
          orderNo: z.string().nullable(),
          amount: Amount,
        }),
      ),
    }),
  ),
  coupons: z.array(
    z.object({
      couponId: z.number(),
      reusable: z.boolean(),
      heldBy: z.string().nullable(),
      redemptions: z.array(z.object({ orderNo: z.string(), state: z.string() })),
    }),
  ),
  payments: z.array(
    z.object({
      paymentKey: z.string(),
      orderId: z.string(),
      status: z.string(),
      totalAmount: Amount,
      balanceAmount: Amount,
      approvals: z.number(),
      confirmations: z.number(),
      cancels: z.array(z.object({ amount: Amount })),
    }),
  ),
  operations: z.array(
    z.object({
      service: z.string(),
      orderNo: z.string(),
      effects: z.object({ do: z.number(), undo: z.number() }),
    }),
  ),
});

const TIMEOUT_MS = 30_000;

/**
 * The books of all participants at once, which only the sandbox shows (`GET /ledger`).
 * @param sandboxUrl without a path
 * @returns a source that rejects when the sandbox does not answer, or answers something else
 */
export const createLedgerSource = (sandboxUrl: string): LedgerSource => ({
  read: async (signal): Promise<Ledger> => {
    const { statusCode, body } = await request(`${sandboxUrl}/ledger`, {
      signal,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    const answer: unknown = await body.json();
    if (statusCode !== 200) throw new Error(`the ledger of ${sandboxUrl} answered ${statusCode}`);
    return LedgerBody.parse(answer);
  },
});
